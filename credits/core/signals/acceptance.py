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
USUAL = 0.5
"""Whose hand, or which house, accepts this much of everybody else's work too, is the project's
usual way, as where one maintainer merges alone or a laboratory works on its own."""


def reciprocity(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Most is accepted only by people whose contributions one accepts oneself.

    One independent look at a contribution is enough for it not to count here.
    """
    partners = survey.accepted_authors.get(person, frozenset())
    hit = [item for item in items if item.accepted_by and partners.issuperset(item.accepted_by)]
    value = share(len(hit), len(items))
    if len(items) < LEAST_ITEMS or value < RECIPROCITY:
        return None
    people = tuple(sorted({who for item in hit for who in item.accepted_by}))
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
    _person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Nearly all is accepted by one and the same person, who accepts little of others."""
    alone = Counter(item.accepted_by[0] for item in items if len(set(item.accepted_by)) == 1)
    if len(items) < LEAST_ITEMS or not alone:
        return None
    hand, hits = max(alone.items(), key=lambda counted: (counted[1], -counted[0]))
    value = share(hits, len(items))
    mine = sum(hand in item.accepted_by for item in items)
    if value < ONE_HAND or _is_usual(survey.accepted_by[hand] - mine, survey.total - len(items)):
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
        " half of what others contribute",
        f"{len(items)} 项贡献中，{hits} 项仅由 {zh} 接受，而此人接受的他人贡献不到一半",
    )


def one_house(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """Nearly all is accepted by people of one's own institution, in a project that is not its."""
    if len(items) < LEAST_ITEMS:
        return None
    houses = sorted(survey.houses.get(person, ()))
    found = (_of_house(house, items, survey, names) for house in houses)
    return next((signal for signal in found if signal is not None), None)


def _of_house(
    house: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    hit = [item for item in items if item.accepted_by and _all_of(house, item, survey)]
    value = share(len(hit), len(items))
    mine = sum(any(house in survey.houses.get(who, ()) for who in i.accepted_by) for i in items)
    if value < ONE_HOUSE or _is_usual(survey.accepted_in[house] - mine, survey.total - len(items)):
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
        f" institution, who accept less than half of what others contribute: {en}",
        f"{len(items)} 项贡献中，{len(hit)} 项只由本校人员接受，而他们接受的他人贡献不到一半：{zh}",
    )


def _all_of(house: int, item: AcceptedItem, survey: Survey) -> bool:
    return all(house in survey.houses.get(who, ()) for who in item.accepted_by)


def _is_usual(accepted: int, others: int) -> bool:
    """Whether this is how the project works; of fewer than 8 other contributions, who knows."""
    return others < LEAST_ITEMS or share(accepted, others) >= USUAL
