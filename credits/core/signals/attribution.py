"""Whose name stands on the work: another's in the commits, or always the same ones beside."""

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

MISMATCH = 0.5
FIXED_COMPANY = 0.8


def author_mismatch(
    person: int, items: Sequence[AcceptedItem], survey: Survey, names: Names
) -> Signal | None:
    """More than half was written, as the commits say, by other accounts than the one it is under.

    A contribution whose commits are not known is one without a mismatch. One other account that
    has nothing of its own here is most likely the person's second one, and no signal.
    """
    hit = [item for item in items if item.written_by and person not in item.written_by]
    value = share(len(hit), len(items))
    if len(items) < LEAST_ITEMS or value <= MISMATCH:
        return None
    people = tuple(sorted({who for item in hit for who in item.written_by}))
    if len(people) == 1 and people[0] not in survey.items:
        return None
    en, zh = named(people, names)
    return Signal(
        "author_mismatch",
        Ground.ATTRIBUTION,
        value,
        MISMATCH,
        len(hit),
        len(items),
        people,
        listed(hit),
        f"{len(hit)} of {len(items)} contributions hold commits of other accounts only: {en}",
        f"{len(items)} 项贡献中，{len(hit)} 项的提交全部出自其他账号：{zh}",
    )


def fixed_company(
    _person: int, items: Sequence[AcceptedItem], _survey: Survey, names: Names
) -> Signal | None:
    """The same co-authors stand on nearly everything. Pairs do so, hence it is company."""
    sets = Counter(tuple(sorted(set(item.co_authors))) for item in items if item.co_authors)
    if len(items) < LEAST_ITEMS or not sets:
        return None
    people, hits = max(sets.items(), key=lambda counted: (counted[1], counted[0]))
    value = share(hits, len(items))
    if value < FIXED_COMPANY:
        return None
    hit = [item for item in items if tuple(sorted(set(item.co_authors))) == people]
    en, zh = named(people, names)
    return Signal(
        "fixed_company",
        Ground.COMPANY,
        value,
        FIXED_COMPANY,
        hits,
        len(items),
        people,
        listed(hit),
        f"{hits} of {len(items)} contributions name the same co-authors: {en}",
        f"{len(items)} 项贡献中，{hits} 项的共同作者完全相同：{zh}",
    )
