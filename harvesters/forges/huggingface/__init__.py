"""Hugging Face Hub: models, datasets and spaces, their commits, pull requests and discussions.

Commits are listed from one commit down, which never changes, so that a harvest goes on where it
stopped. Discussions are listed newest first and never say when they were updated: each sweep
looks at the list, and asks again for those whose state or number of comments is another one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from harvesters.estimates import Estimate
from harvesters.forge import (
    AS_IT_IS,
    Cursor,
    ForgeAnswerError,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.huggingface.hub import KINDS, Hub, split
from harvesters.forges.huggingface.nodes import Node
from harvesters.forges.huggingface.stand import resumed
from harvesters.forges.huggingface.walk import Walk
from harvesters.numbers import number_of
from harvesters.own_rules import OWN_RULES, OwnRules
from harvesters.sweep import BROKEN_PROMISES

WINDOW = timedelta(minutes=5)
"""In which the Hub counts requests anew."""


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """One Hub at ``host``; ``now`` is when this harvest starts.

    Files are not below ``transport``, but below ``files``, if that is given.
    """

    name: ClassVar[str] = "huggingface"
    transport: Transport
    host: str
    now: datetime
    files: Transport | None = None

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look a repository up; a renamed one answers by a redirect to what it is called now."""
        hub = Hub(self.transport, *split(path))
        with _as_promised():
            return self._record(hub, hub.card())

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Commits, the release, pull requests and discussions.

        Raises:
            SourceNotFoundError: nobody, or another repository, answers to the name.
        """
        walk = self._open(repository)
        pages, rules = _pages(walk, cursor), self._own_rules(walk)
        for page in rules.behind(pages, cursor) if rules else pages:
            yield replace(page, repository=walk.repository)

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest would take; the Hub counts discussions, and not commits."""
        walk = self._open(repository)
        with _as_promised():
            lists = list(walk.estimates(resumed(cursor)))
        rules = self._own_rules(walk)
        asked = rules.requests(cursor) if rules and rules.is_listed else 0
        return Estimate(lists, first_requests=1 + asked, window=WINDOW)

    def _own_rules(self, walk: Walk) -> OwnRules | None:
        """Those of the newest commit; the card says which files that holds."""
        files, newest, names = self.files, walk.card.get("sha"), _file_names(walk.card)
        if files is None:
            return None
        is_listed = OWN_RULES in names

        def ask() -> Any:
            if not newest or (names and not is_listed):
                return []
            path = f"/{walk.repository.path}/resolve/{newest}/{OWN_RULES}"
            return files.request("GET", path, headers=AS_IT_IS).body

        return OwnRules(ask, newest, is_listed)

    def _open(self, repository: RepositoryRecord) -> Walk:
        """The repository as it is called at present."""
        hub = Hub(self.transport, *split(repository.path))
        with _as_promised():
            card = hub.card()
            present = self._record(hub, card)
        if present.external_id != repository.external_id:
            raise SourceNotFoundError(f"{repository.path} is another repository now.")
        return Walk(replace(hub, name=split(present.path)[1]), present, card, self.now)

    def _record(self, hub: Hub, card: Node) -> RepositoryRecord:
        name = split(card["id"])[1]
        path = name if hub.kind == "models" else f"{hub.kind}/{name}"
        return RepositoryRecord(
            host=self.host,
            external_id=number_of(card["_id"]),
            path=path,
            url=f"https://{self.host}/{path}",
            kind=KINDS[hub.kind],
        )


def _pages(walk: Walk, cursor: Cursor) -> Iterator[Page]:
    pages = walk.pages(resumed(cursor))
    while True:
        with _as_promised():
            page = next(pages, None)
        if page is None:
            return
        yield page


def _file_names(card: Node) -> list[Any]:
    """The names of its files; none where they are not told."""
    told = card.get("siblings")
    files = told if isinstance(told, list) else ()
    return [file.get("rfilename") for file in files if isinstance(file, dict)]


@contextmanager
def _as_promised() -> Iterator[None]:
    try:
        yield
    except BROKEN_PROMISES as error:
        raise ForgeAnswerError(
            f"The Hub's answer is not what it promises: {error!r:.200}"
        ) from error
