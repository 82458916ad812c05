"""What no table, page or export could hold is a gap, item by item; its neighbours are stored.

Adapters read what a forge promises. This is the last look, the same for all of them, at what they
read: texts that are none, moments that a time zone cannot tell, numbers that would name two
things alike.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    ForgeAnswerError,
    Gap,
    Page,
    Participant,
    authors_of,
)

LONGEST_NAME, LONGEST_STATE = 255, 32
LARGEST_COUNT = 2**31 - 1
FIRST_MOMENT = datetime(2, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(9998, 12, 31, tzinfo=UTC)
"""Beyond these, a time zone would leave the calendar (PEP 495, datetime's years 1 to 9999)."""


def quarantined(page: Page) -> Page:
    """``page`` with a gap in the place of each record that cannot be kept.

    Raises:
        ForgeAnswerError: its cursor cannot be kept, so that nobody could go on behind it.
    """
    if not all(map(_is_clean, _texts(page.cursor))):
        raise ForgeAnswerError("The forge's place in its list holds signs that cannot be kept.")
    faults = {place: why for place, one in enumerate(page.records) if (why := _fault(one))}
    total = page.total if page.total is not None and _is_count(page.total) else None
    if not faults and total == page.total:
        return page
    found = [_gap(page.records[place], why) for place, why in faults.items()]
    return replace(
        page,
        records=[one for place, one in enumerate(page.records) if place not in faults],
        gaps=[*page.gaps, *found],
        total=total,
        items=len(page.records) if page.items is None else page.items,
    )


def _gap(record: ContributionRecord, why: str) -> Gap:
    number = f"{record.external_id!s:.80}"
    concerns = tuple(actor for actor in authors_of(record) if not _fault_of_actor(actor))
    return Gap(f"{record.kind} {number}", f"It cannot be kept: {why}", concerns)


def _fault(record: ContributionRecord) -> str:
    """What is wrong with ``record``; an empty text if nothing is."""
    return next(_faults(record), "")


def _faults(record: ContributionRecord) -> Iterator[str]:
    for name in ("title", "url", "state"):
        if not isinstance(getattr(record, name), str):
            yield f"its {name} is no text"
    if not _is_name(record.external_id):
        yield "its number is none"
    if len(record.state) > LONGEST_STATE or not _is_clean(record.state):
        yield f"its state is not one that we know: {record.state:.40}"
    if not _is_tellable(record.occurred_at):
        yield f"it happened at {record.occurred_at!s:.40}"
    for part in record.participants:
        yield from _faults_of_part(part)


def _faults_of_part(part: Participant) -> Iterator[str]:
    if why := _fault_of_actor(part.actor):
        yield why
    if not _is_count(part.weight):
        yield "somebody's share is no number"


def _fault_of_actor(actor: ActorRecord) -> str:
    if not _is_name(actor.external_id):
        return "the number of an account is none"
    return "" if isinstance(actor.login, str) else "the name of an account is no text"


def _is_name(told: Any) -> bool:
    """Whether it can be a key: cut or cleaned, it might be somebody else's."""
    return isinstance(told, str) and 0 < len(told) <= LONGEST_NAME and _is_clean(told)


def _is_clean(text: str) -> bool:
    """Whether PostgreSQL takes it as it is: neither NUL nor halves of surrogate pairs."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_tellable(moment: Any) -> bool:
    is_moment = isinstance(moment, datetime) and moment.tzinfo is not None
    return is_moment and FIRST_MOMENT <= moment <= LAST_MOMENT


def _is_count(told: Any) -> bool:
    return type(told) is int and 0 <= told <= LARGEST_COUNT


def _texts(told: Any) -> Iterator[str]:
    """All texts in a value of JSON."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from told
        for part in told.values():
            yield from _texts(part)
    elif isinstance(told, list | tuple):
        for part in told:
            yield from _texts(part)
