"""Read `.all-contributorsrc`, the file in which projects thank people for any kind of work.

Its types are those of the emoji key of all-contributors. It holds no dates and no proof, so what
stands in it is a claim. https://allcontributors.org/project/specification/emoji-key/
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LARGEST_FILE = 1_000_000
"""Characters; the largest files in public hold some thousand people in half of that."""

AS_CLAIM: Mapping[str, str] = {
    "audio": "tutorial",
    "blog": "tutorial",
    "content": "tutorial",
    "data": "annotation",
    "design": "design",
    "eventOrganizing": "event",
    "mentoring": "mentoring",
    "talk": "talk",
    "tutorial": "tutorial",
    "video": "tutorial",
}
"""Types of work that no forge shows, and the kind of claim that each is."""

AT_FORGE = frozenset(
    {
        *("a11y", "bug", "code", "doc", "example", "ideas", "infra", "maintenance", "platform"),
        *("plugin", "question", "review", "security", "test", "tool", "translation"),
    }
)
"""Types that the harvest finds by itself, in changes, reviews, issues and answers."""

NO_WORK_HERE = frozenset(
    {
        *("business", "financial", "fundingFinding", "projectManagement", "promotion"),
        *("research", "userTesting"),
    }
)
"""Types for which there is no kind of claim; a person may claim a part of it by the form."""


class Fate(StrEnum):
    """What becomes of one type of one person."""

    CLAIM = "claim"
    AT_FORGE = "at_forge"
    NO_WORK_HERE = "no_work_here"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Thanks:
    """One type of work of one person; ``number`` is the account's at GitHub, where it is told."""

    login: str
    number: str
    type: str

    @property
    def fate(self) -> Fate:
        if self.type in AS_CLAIM:
            return Fate.CLAIM
        if self.type in AT_FORGE:
            return Fate.AT_FORGE
        return Fate.NO_WORK_HERE if self.type in NO_WORK_HERE else Fate.UNKNOWN

    @property
    def key(self) -> str:
        """Names this line, in a form for example."""
        return f"{self.type}:{self.login}"


class AllContributorsError(ValueError):
    """The file cannot be read; says where.

    ``line`` and ``column`` are 0 where the JSON is good and what it says is not.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def read_all_contributors(text: str) -> list[Thanks]:
    """All that ``text`` thanks people for, each once, in the order of the file.

    Raises:
        AllContributorsError: it is too large, no JSON, or not such a file.
    """
    if len(text) > LARGEST_FILE:
        raise AllContributorsError(f"more than {LARGEST_FILE:,} characters")
    try:
        told = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise AllContributorsError(error.msg, error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise AllContributorsError("a number too long or lists too deep") from error
    people = told.get("contributors") if isinstance(told, dict) else None
    if not isinstance(people, list):
        raise AllContributorsError('there is no list "contributors"')
    return list(dict.fromkeys(_thanks(people)))


def _thanks(people: list[Any]) -> Iterator[Thanks]:
    for place, person in enumerate(people):
        login = person.get("login") if isinstance(person, dict) else None
        if not isinstance(login, str) or not login.strip():
            raise AllContributorsError(f'contributors[{place}] has no "login"')
        types = person.get("contributions")
        if not isinstance(types, list):
            raise AllContributorsError(f'contributors[{place}] has no list "contributions"')
        for one in types:
            if name := _type(one):
                yield Thanks(login.strip()[:255], _number(person.get("avatar_url")), name[:100])


def _type(told: Any) -> str:
    """A type is a word, or an object with the word and an address."""
    name = told.get("type") if isinstance(told, dict) else told
    return name.strip() if isinstance(name, str) else ""


_AVATAR = re.compile(r"https://avatars\d*\.githubusercontent\.com/u/([1-9][0-9]{0,18})\b", re.ASCII)


def _number(avatar: Any) -> str:
    """The account's number, which stays when the login is renamed or taken over."""
    found = _AVATAR.match(avatar) if isinstance(avatar, str) else None
    return found[1] if found else ""
