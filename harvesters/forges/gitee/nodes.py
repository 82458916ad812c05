"""Parts that all of Gitee's answers share: accounts, moments, labels, numbers of issues."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from harvesters.forge import ActorRecord
from harvesters.numbers import number_of
from harvesters.people import GHOST, is_bot

Node = Mapping[str, Any]

BASE = 36
_ROBOT = re.compile(r"(^|[-_])(robot|ci)$", re.IGNORECASE)
"""How the programs of the large projects on Gitee are called: ``i-robot``, ``openharmony_ci``."""

_IDENT = re.compile(r"I[0-9A-Z]{4,9}", re.ASCII)
_MENTION = re.compile(
    r"(?:#|https?://\S{1,200}/issues/)(I[0-9A-Z]{4,9})\b|#([0-9]{1,9})\b", re.ASCII
)
_CLOSING = re.compile(
    r"(?:\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)|关闭|修复|解决)\s*[:：]?\s*$", re.IGNORECASE
)
_WORD_BEFORE = 16
"""Letters before a mention in which a closing word is looked for."""

LONGEST_TEXT = 100_000


def actor_record(account: Node | None, host: str) -> ActorRecord:
    """An account by its number; all that are gone are the same ghost.

    GitCode's numbers are 24 hexadecimal digits, which some answers call ``object_id``.
    """
    number = (account or {}).get("object_id") or (account or {}).get("id")
    if not account or not number:
        return ActorRecord(host, GHOST, "ghost")
    login = str(account["login"])
    return ActorRecord(host, number_of(number), login, is_bot=is_program(login))


def is_program(login: str) -> bool:
    """Whether the account is a project's robot."""
    return is_bot(login) or bool(_ROBOT.search(login))


def is_same(one: ActorRecord, other: ActorRecord) -> bool:
    """Whether both are one account; of ghosts nobody knows."""
    return one.external_id == other.external_id != GHOST


def moment_of(text: str) -> datetime:
    """A moment as Gitee writes it: ``2020-04-05T17:29:41+08:00``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r:.40} is in no time zone")
    return moment


def labels_of(node: Node) -> list[str]:
    return [label["name"] for label in node.get("labels") or ()]


def is_confidential(node: Node) -> bool:
    """Whether it is shown to us alone, as a member of the project, and so to nobody by us."""
    return bool(node.get("security_hole")) or node.get("visibility_reason") == "confidential"


def issue_number(ident: str) -> int:
    """The number of an issue called ``I1DACG``: it is the rest of the name, in base 36.

    GitCode calls its issues by plain numbers.
    """
    return int(ident[1:], BASE) if _IDENT.fullmatch(ident) else int(ident)


def closed_issues(change: Node) -> list[int]:
    """Numbers of the issues that a change says it closes, or names and closes when merged."""
    text = f"{change['title']}\n{change.get('body') or ''}"[:LONGEST_TEXT]
    closes_all = bool(change.get("close_related_issue"))
    return sorted(set(_closed_in(text, closes_all=closes_all)))


def _closed_in(text: str, *, closes_all: bool) -> Iterator[int]:
    for mention in _MENTION.finditer(text):
        ident, number = mention.groups()
        before = text[max(0, mention.start() - _WORD_BEFORE) : mention.start()]
        if (ident and closes_all) or _CLOSING.search(before):
            yield issue_number(ident or number)


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that say something."""
    return {name: value for name, value in facts.items() if value}
