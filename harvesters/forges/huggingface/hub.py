"""What the Hub tells of one repository: its card, its commits, its discussions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harvesters.forge import (
    ForgeAnswerError,
    RepositoryKind,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.huggingface.nodes import Node
from harvesters.sweep import ContradictionError

KINDS: Mapping[str, RepositoryKind] = {
    "models": RepositoryKind.MODEL,
    "datasets": RepositoryKind.DATASET,
    "spaces": RepositoryKind.SPACE,
}
_NAME = r"(?!\.{1,2}(?:/|$))[\w.-]{1,100}"
_PATH = re.compile(f"/?(?:(models|datasets|spaces)/)?({_NAME}(?:/{_NAME})?)/?", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CommitPage:
    """One page of commits, and whether another follows."""

    items: list[Node]
    has_more: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DiscussionPage:
    """One page of discussions: the first of them is the ``start``-th of ``count``."""

    items: list[Node]
    start: int
    count: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the Hub: ``name`` among ``kind`` (models, datasets or spaces)."""

    transport: Transport
    kind: str
    name: str

    @property
    def address(self) -> str:
        return f"/{self.kind}/{self.name}"

    def card(self) -> Node:
        """What the repository is, and its newest commit."""
        body = self.transport.request("GET", self.address).body
        if not isinstance(body, dict):
            raise ForgeAnswerError(f"{self.address} is no repository.")
        return body

    def commits(self, head: str, number: int) -> CommitPage:
        """The ``number``-th page of commits up to ``head``, the newest first.

        Raises:
            ContradictionError: the list has holes.
        """
        if not _SHA.fullmatch(head):
            raise ForgeAnswerError(f"{head!r:.80} is no commit.")
        path = f"{self.address}/commits/{head}"
        answer = self.transport.request("GET", path, params={"p": number} if number else {})
        has_more = 'rel="next"' in answer.headers.get("link", "")
        return CommitPage(_whole(answer.body, path), has_more, answer.seconds)

    def account(self, name: str) -> Node:
        """What the Hub tells of the account that is called ``name``.

        Raises:
            ContradictionError: it tells nothing, and does not say that there is none.
        """
        path = f"/users/{name}/overview"
        body = self.transport.request("GET", path).body
        if not isinstance(body, dict):
            raise ContradictionError(f"{path} tells of nobody. It is asked again soon.")
        return body

    def discussions(self, number: int) -> DiscussionPage:
        """The ``number``-th page of discussions and pull requests, the newest first.

        Raises:
            ContradictionError: the list has holes.
        """
        path = f"{self.address}/discussions"
        answer = self.transport.request("GET", path, params={"p": number} if number else {})
        body = answer.body
        start, count = body["start"], body["count"]
        if type(start) is not int or type(count) is not int:
            raise ForgeAnswerError(f"{path} does not say how long it is.")
        return DiscussionPage(_whole(body["discussions"], path), start, count, answer.seconds)

    def discussion(self, number: int) -> Node:
        """A discussion with all that happened in it; of a pull request also what it changes."""
        path = f"{self.address}/discussions/{number}"
        body = self.transport.request("GET", path, params={"diff": 1}).body
        if not isinstance(body, dict) or body.get("num") != number:
            raise ContradictionError(f"{path} is another one. It is asked again soon.")
        return body


def split(path: str) -> tuple[str, str]:
    """The kind of a repository and its name; one without a kind is a model.

    Raises:
        SourceNotFoundError: this names no repository.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise SourceNotFoundError(
            f"'{path:.200}' names no repository. Write OWNER/NAME, datasets/OWNER/NAME or "
            "spaces/OWNER/NAME."
        )
    return match[1] or "models", match[2]


def _whole(items: Any, path: str) -> list[Node]:
    if not isinstance(items, list):
        raise ForgeAnswerError(f"{path} is no list.")
    if not all(isinstance(item, dict) for item in items):
        raise ContradictionError(f"{path} has holes. It is asked again soon.")
    return items
