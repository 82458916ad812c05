"""Whose a name in a commit is.

The Hub tells the authors of a commit by name alone, and shows a picture beside those that it knows
as accounts. The account of that name tells its id; it is the author's if it shows the same
picture. So nobody is credited for what somebody else wrote under their name in git.

What the Hub answers is described at huggingface.co/docs/hub/api (commits, user overview).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from harvesters.forges.huggingface.nodes import Node
from harvesters.marks import BROKEN_PROMISES

Accounts = Mapping[str, Sequence[str]]
"""The id and the picture of accounts, by name; nothing of a name that is no account."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


def names_in(commits: Iterable[Node]) -> list[str]:
    """The names of the authors that the Hub knows as accounts, each once."""
    return list(dict.fromkeys(_names(commits)))


def _names(commits: Iterable[Node]) -> Iterator[str]:
    for commit in commits:
        with suppress(*BROKEN_PROMISES):
            for author in commit["authors"]:
                if author.get("avatar") and _NAME.fullmatch(author["user"]):
                    yield author["user"]


def account_of(overview: Node) -> Sequence[str]:
    """What is kept of an account: its id and its picture."""
    number, picture = overview.get("_id"), _picture(overview.get("avatarUrl"))
    return (number, picture) if isinstance(number, str) and number and picture else ()


def identified(commit: Node, accounts: Accounts) -> Node:
    """``commit``, whose authors have an id where it is known."""
    with suppress(*BROKEN_PROMISES):
        return {**commit, "authors": [_identified(one, accounts) for one in commit["authors"]]}
    return commit


def _identified(author: Node, accounts: Accounts) -> Node:
    account = accounts.get(author["user"])
    if not account or account[1] != _picture(author.get("avatar")):
        return author
    return {**author, "_id": account[0]}


def _picture(address: object) -> str:
    """The name of a picture, from whichever host it is shown."""
    return str(address or "").partition("?")[0].rpartition("/")[2]
