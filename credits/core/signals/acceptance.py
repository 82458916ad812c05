"""Who accepts: one another, one hand, or one house. All rest on the company one keeps."""

from collections import Counter
from collections.abc import Sequence

from credits.core.signals.items import (
    LEAST_ITEMS,
    AcceptedItem,
    Ground,
    Names,
    Signal,
    listed,
    named,
    share,
)
from credits.core.signals.survey import Survey

RECIPROCITY = 0.6
ONE_HAND = 0.8
ONE_HOUSE = 0.8
USUAL = 0.2
"""Those who accept so much of everybody else's work are the project's maintainers: that they accept
one's own, too, is its usual way. Where there is no everybody else, nothing can be told: whether so
small a project counts at all is another question."""


def reciprocity(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Most is accepted only by people whose contributions one accepts oneself.

    One independent look at a contribution is enough for it not to count here.
    """
    partners = survey.accepted_of.get(person, {}).keys()
    hit = [item for item in items if item.accepted_by and partners >= set(item.accepted_by)]
    value = share(len(hit), len(items))
    if len(items) < LEAST_ITEMS or value < RECIPROCITY:
        return None
    group = {who for item in hit for who in item.accepted_by}
    if _is_usual(survey.usually_accepted_by(group, group | {person})):
        return None
    people = tuple(sorted(group))
    en, zh = named(people, names)
    return Signal(
        "reciprocity",
        Ground.COMPANY,
        value,
        RECIPROCITY,
        len(hit),
        len(items),
        people,
        listed(hit),
        f"{len(hit)} of {len(items)} contributions were accepted only by people whose"
        f" contributions you accept too: {en}",
        f"{len(items)} 项贡献中，{len(hit)} 项只由与你互相接受贡献的人接受：{zh}",
    )


def one_hand(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Nearly all is accepted by one and the same person, who accepts little of others."""
    alone = Counter(item.accepted_by[0] for item in items if len(set(item.accepted_by)) == 1)
    if len(items) < LEAST_ITEMS or not alone:
        return None
    hand, hits = max(alone.items(), key=lambda counted: (counted[1], -counted[0]))
    value = share(hits, len(items))
    if value < ONE_HAND:
        return None
    if _is_usual(survey.usually_accepted_by({hand}, {hand, person})):
        return None
    hit = [item for item in items if set(item.accepted_by) == {hand}]
    en, zh = named((hand,), names)
    return Signal(
        "one_hand",
        Ground.COMPANY,
        value,
        ONE_HAND,
        hits,
        len(items),
        (hand,),
        listed(hit),
        f"{hits} of {len(items)} contributions were accepted by {en} alone, who accepts less than"
        " a fifth of what others contribute",
        f"{len(items)} 项贡献中，{hits} 项仅由 {zh} 接受，而此人接受的他人贡献不到五分之一",
    )


def one_house(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Nearly all is accepted by people of one's own institution, in a project that is not its."""
    if len(items) < LEAST_ITEMS:
        return None
    houses = sorted(survey.houses.get(person, ()))
    found = (_of_house(person, house, items, survey, names) for house in houses)
    return next((signal for signal in found if signal is not None), None)


def _of_house(
    person: int, house: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    members = {who for who in survey.accepted_of if house in survey.houses.get(who, ())}
    hit = [item for item in items if item.accepted_by and members.issuperset(item.accepted_by)]
    value = share(len(hit), len(items))
    if value < ONE_HOUSE:
        return None
    if _is_usual(survey.usually_accepted_by(members, {person})):
        return None
    people = tuple(sorted({who for item in hit for who in item.accepted_by}))
    en, zh = named(people, names)
    return Signal(
        "one_house",
        Ground.COMPANY,
        value,
        ONE_HOUSE,
        len(hit),
        len(items),
        people,
        listed(hit),
        f"{len(hit)} of {len(items)} contributions were accepted only by people of your own"
        f" institution, who accept less than a fifth of what others contribute: {en}",
        f"{len(items)} 项贡献中，{len(hit)} 项只由本校人员接受，而他们接受的他人贡献不到五分之一："
        f"{zh}",
    )


def _is_usual(accepted: float | None) -> bool:
    return accepted is None or accepted >= USUAL
