"""The rule set that a project keeps in its own repository, as the file `.opencredits.toml`.

git reads it with the commits (`harvesters.history`). Of a REST API it takes one request, behind
the lists of a sweep in which something was new: where something was pushed since it was read, or
anything that is listed is newer. That there is no such file is the usual answer.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from harvesters.forge import Cursor, ForgeAnswerError, ForgeBusyError, ForgeError, Gap, Page
from harvesters.forge import SourceNotFoundError as NotThereError
from harvesters.marks import BROKEN_PROMISES

OWN_RULES = ".opencredits.toml"
"""Where a project keeps its rules, in its repository."""

LONGEST_TEXT = 200_000
LARGEST_BYTES = 4 * LONGEST_TEXT

MOST_TIMES = 3
"""So many sweeps ask for a file that cannot be read; then it waits until something is new."""

_PLACE = "rules"
"""Where a cursor keeps what is known of the file."""


class NotTextError(ForgeError):
    """It is no text in UTF-8."""


def text_of(raw: bytes) -> str | None:
    """What the file says; None where it is longer than 200,000 characters.

    Raises:
        NotTextError: it is no text in UTF-8.
    """
    if len(raw) > LARGEST_BYTES:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTextError from error
    return text if len(text) <= LONGEST_TEXT else None


def text_told(told: Any) -> str | None:
    """The text of the file as a forge tells it, in base64; None where there is none to be read.

    A list tells a folder, or, on Gitee, that there is nothing. A link is no file.

    Raises:
        NotTextError: it is no text in UTF-8.
        ForgeAnswerError: it is told in another way, or in part.
    """
    if isinstance(told, list) or told.get("type", "file") != "file":
        return None
    size = int(told["size"])
    if size > LARGEST_BYTES:
        return None
    if told["encoding"] != "base64":
        raise ForgeAnswerError(f"It is told as {told['encoding']!r:.40}.")
    raw = base64.b64decode("".join(told["content"].split()), validate=True)
    if len(raw) != size:
        raise ForgeAnswerError(f"{len(raw)} of its {size} bytes were told.")
    return text_of(raw)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the cursor keeps: digests of what had happened when the file was read last.

    ``pushed`` is the forge's word for it, ``reached`` how far its lists were seen. ``is_there``
    tells whether there was a file, ``failed`` how many sweeps could not read it since.
    """

    pushed: str = ""
    reached: str = ""
    is_there: bool = False
    failed: int = 0


@dataclass(frozen=True, slots=True)
class OwnRules:
    """How one forge tells the file of the default branch.

    ``ask`` brings what `text_told` reads, or raises that there is nothing. ``pushed`` is what
    the forge says of the last push, and is another one after each. ``is_listed`` is true where
    the forge said already that the file is there.
    """

    ask: Callable[[], Any]
    pushed: object
    is_listed: bool = False

    def behind(self, pages: Iterator[Page], cursor: Cursor) -> Iterator[Page]:
        """The ``pages`` of a sweep from ``cursor`` on; the last one tells the file, if it is due.

        Raises:
            ForgeBusyError: the forge asks us to wait; the last page is told when it is asked again.
        """
        known = _known(cursor)
        for page in pages:
            if page.is_last:
                page, known = self._with_file(page, known)  # noqa: PLW2901 - one page, and more
            yield replace(page, cursor={**page.cursor, _PLACE: asdict(known)})

    def requests(self, cursor: Cursor, items: Sequence[int] = ()) -> int:
        """How many requests it takes in a sweep whose lists have so many new ``items``."""
        return int(any(items) or _known(cursor).pushed != _digest(self.pushed))

    def _with_file(self, page: Page, known: _Known) -> tuple[Page, _Known]:
        pushed, reached = _digest(self.pushed), _digest(_reached(page.cursor))
        if (known.pushed, known.reached) == (pushed, reached):
            return page, known
        behind = _Known(pushed, reached, known.is_there)
        try:
            text = self._text(known)
        except ForgeBusyError:
            raise
        except NotTextError as error:
            return _with_gap(page, error), behind
        except (ForgeError, *BROKEN_PROMISES) as error:
            failed = known.failed + 1
            is_left = failed >= MOST_TIMES
            return _with_gap(page, error), behind if is_left else replace(known, failed=failed)
        files, subjects = {**page.files, OWN_RULES: text}, [*page.subjects, OWN_RULES]
        is_there = text is not None
        return replace(page, files=files, subjects=subjects), replace(behind, is_there=is_there)

    def _text(self, known: _Known) -> str | None:
        """The text; what fails, or is gone where it was, is believed when it is said twice."""
        try:
            text = self._text_once()
            if text is not None or not (known.is_there or self.is_listed):
                return text
        except (ForgeBusyError, NotTextError):
            raise
        except (ForgeError, *BROKEN_PROMISES):
            pass
        return self._text_once()

    def _text_once(self) -> str | None:
        try:
            told = self.ask()
        except NotThereError:
            return None
        return text_told(told)


def _known(cursor: Cursor) -> _Known:
    kept = cursor.get(_PLACE, {})
    return _Known(**{one.name: kept[one.name] for one in fields(_Known) if one.name in kept})


def _reached(cursor: Cursor) -> Mapping[str, str]:
    """How far `harvesters.sweep` has seen the lists, wherever the adapter keeps its cursor."""
    reached: Mapping[str, str] = cursor.get("walk", cursor).get("reached", {})
    return reached


def _digest(told: object) -> str:
    """What any sign of the forge's can be kept as."""
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with_gap(page: Page, error: Exception) -> Page:
    why = str(error)
    if not isinstance(error, ForgeError):
        why = f"The forge's answer lacks what it promises: {error!r:.200}"
    return replace(page, gaps=[*page.gaps, Gap(OWN_RULES, why)])
