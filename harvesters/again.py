"""How items of a list become pages; what was told with gaps is read again, a few times."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from harvesters.forge import ForgeOverloadedError, Gap, Page
from harvesters.marks import BROKEN_PROMISES, name_of
from harvesters.stand import Again, Stand
from harvesters.streams import Reading, Stream

MOST_AGAIN = 20
"""So many items with gaps are remembered: the last ones."""

MOST_TIMES = 3
"""So often an item is read again, by one harvest each."""

LARGEST = 100_000
"""Characters of an item; a larger one is read again when something happens to it."""

Told = Sequence[tuple[Any, Reading]]
"""Items, and what each of them means."""


def doubting(stand: Stand, stream: Stream, told: Told) -> Stand:
    """``stand`` with what was ``told`` with gaps to be read again, and nothing else of it."""
    if not stand.again and not any(reading.gaps for _, reading in told):
        return stand
    names = {name_of(stream, item) for item, _ in told}
    others = [
        one for one in stand.again if not (one[0] == stream.name and _of(one, stream) in names)
    ]
    new = [(stream.name, item, 0) for item, reading in told if reading.gaps and _can_be_kept(item)]
    return replace(stand, again=[*others, *new][-MOST_AGAIN:])


def read_again(streams: Mapping[str, Stream], stand: Stand) -> Iterator[tuple[Page | None, Stand]]:
    """Read what was told with gaps, as it was listed then; what was updated since is listed again.

    There is no page of what is too much for the forge, or listed no more.

    Raises:
        ForgeError: what stops us.
    """
    for doubted in stand.again:
        name, item, times = doubted
        rest = [one for one in stand.again if one is not doubted]
        still = [(name, item, times + 1)] if times + 1 < MOST_TIMES else []
        stream = streams.get(name)
        if stream is None:
            stand = replace(stand, again=rest)
            yield None, stand
            continue
        try:
            reading = read_item(stream, item)
        except ForgeOverloadedError:
            stand = replace(stand, again=[*rest, *still])
            yield None, stand
            continue
        stand = replace(stand, again=[*rest, *(still if reading.gaps else [])])
        page = page_of(stream, [(item, reading)], stand, None, is_part=True)
        yield replace(page, items=0), stand


def _of(one: Again, stream: Stream) -> str:
    return name_of(stream, one[1])


def _can_be_kept(item: Any) -> bool:
    """Whether PostgreSQL can keep it with the cursor: it takes neither NUL nor lone surrogates."""
    if not isinstance(item, dict):
        return False
    try:
        text = json.dumps(item, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return len(text) <= LARGEST and "\\u0000" not in text


def read_item(stream: Stream, item: Any) -> Reading:
    """An item's reading; one that breaks its promise twice is a gap, and its neighbours count."""
    with suppress(*BROKEN_PROMISES):
        return stream.read(item)
    try:
        return stream.read(item)
    except BROKEN_PROMISES as error:
        why = f"The forge's answer lacks what it promises: {error!r:.200}"
        return Reading(gaps=[Gap(_subject_of(stream, item), why)])


def _subject_of(stream: Stream, item: Any) -> str:
    """What a gap calls an item that cannot be read at all."""
    return f"{stream.name} {name_of(stream, item)}"


def page_of(stream: Stream, told: Told, here: Stand, total: int | None, *, is_part: bool) -> Page:
    """The page that tells what items mean, with the cursor ``here`` behind it."""
    subjects = [_subject_of(stream, item) for item, _ in told]
    subjects += [reading.subject for _, reading in told if reading.subject]
    return Page(
        [record for _, reading in told for record in reading.records],
        asdict(here),
        [gap for _, reading in told for gap in reading.gaps],
        total=total,
        is_last=not here.began,
        items=len(told),
        subjects=subjects,
        is_part=is_part,
    )
