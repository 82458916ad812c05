"""GitLab, gitlab.com and self-hosted: merge requests, reviews, comments, issues, triage, releases.

Read at docs.gitlab.com/api/rest, and in the schemas that GitLab tests its API with. Merge requests
and issues are listed by REST, oldest update first. What belongs to a merge request is asked of
GraphQL for many at once, or, where that does not answer, by three requests of REST for each that
was merged and one for each other. An issue with labels is asked for who set them, a closed one
that merge requests refer to for those. GitLab's own history of an issue's state is not asked for:
the list tells who closed it last.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from harvesters.estimates import Estimate, estimate_streams
from harvesters.forge import (
    Answer,
    Cursor,
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    Page,
    RepositoryRecord,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.gitlab.details import Details
from harvesters.forges.gitlab.graph import Graph, GraphRefusedError, View
from harvesters.forges.gitlab.items import Home, home_record, is_path, moment_of
from harvesters.forges.gitlab.lists import Lists
from harvesters.forges.gitlab.reader import Reader
from harvesters.own_rules import OWN_RULES, OwnRules
from harvesters.sweep import BROKEN_PROMISES, walk

WINDOW = timedelta(minutes=1)
"""In which GitLab counts requests anew."""


@dataclass(frozen=True, slots=True)
class GitLab:
    """One GitLab: its REST below ``transport``, its GraphQL, if any, below ``graphql``.

    ``now`` is when this harvest starts.
    """

    name: ClassVar[str] = "gitlab"
    transport: Transport
    now: datetime
    graphql: Transport | None = None

    def find_repository(self, path: str) -> RepositoryRecord:
        """Look ``group/name`` up; GitLab follows a rename by itself."""
        if not is_path(path):
            raise SourceNotFoundError(f"'{path:.200}' is no project. Write GROUP/NAME.")
        with _as_promised():
            return _home(self._ask(f"/projects/{path.replace('/', '%2F')}")).record

    def harvest(self, repository: RepositoryRecord, cursor: Cursor) -> Iterator[Page]:
        """Walk what the project with this number lists, unless nothing is new."""
        view, reader = self._open(repository)
        pages = self._walk(view, reader, cursor)
        for page in self._own_rules(view).behind(pages, cursor):
            yield replace(page, repository=view.home.record)

    def _walk(self, view: View, reader: Reader, cursor: Cursor) -> Iterator[Page]:
        walked, outlook = cursor.get("walk", {}), cursor.get("outlook", "")
        if not walked.get("began"):
            if view.digest and view.digest == outlook:
                yield Page([], cursor, is_last=True)
                return
            outlook = view.digest
        for page in walk(reader.streams(), walked, self.now):
            yield replace(page, cursor={"walk": page.cursor, "outlook": outlook})

    def estimate(self, repository: RepositoryRecord, cursor: Cursor) -> Estimate:
        """What a harvest would take; it begins by a look at the project."""
        view, reader = self._open(repository)
        walked = cursor.get("walk", {})
        if not walked.get("began") and view.digest and view.digest == cursor.get("outlook"):
            return Estimate([], first_requests=1, window=WINDOW)
        lists = estimate_streams(reader.streams(), walked, self.now)
        rules = self._own_rules(view).requests(cursor, [one.items for one in lists])
        return Estimate(lists, first_requests=1 + rules, window=WINDOW)

    def _open(self, repository: RepositoryRecord) -> tuple[View, Reader]:
        """The project as it is at present, and what reads its lists."""
        with _as_promised():
            view, graph = self._look(repository.external_id)
        home = view.home
        if home.record.external_id != repository.external_id:
            raise SourceNotFoundError(f"{home.record.path} is another project.")
        lists = Lists(self.transport, home.address)
        return view, Reader(lists, home, Details(lists, home, graph))

    def _look(self, number: str) -> tuple[View, Graph | None]:
        """The project, and its GraphQL, if that can be asked."""
        graph, view = Graph(self.graphql) if self.graphql else None, None
        try:
            view = graph.look(number) if graph else None
        except GraphRefusedError:
            graph = None
        if view is not None:
            return view, graph
        answer = self._ask(f"/projects/{number}")
        return View(_home(answer), pushed=answer.body.get("last_activity_at")), graph

    def _own_rules(self, view: View) -> OwnRules:
        def ask() -> Any:
            path = f"{view.home.address}/repository/files/{OWN_RULES}"
            return self.transport.request("GET", path, params={"ref": "HEAD"}).body

        return OwnRules(ask, view.pushed)

    def _ask(self, path: str) -> Answer:
        """The answer, asked for a second time where the forge gave up."""
        with suppress(ForgeOverloadedError):
            return self.transport.request("GET", path)
        return self.transport.request("GET", path)


def _home(answer: Answer) -> Home:
    told = answer.body
    return Home(
        home_record(told["id"], told["path_with_namespace"], told["web_url"]),
        moment_of(told["created_at"]),
        has_changes=told.get("merge_requests_enabled") is not False,
        has_issues=told.get("issues_enabled") is not False,
    )


@contextmanager
def _as_promised() -> Iterator[None]:
    try:
        yield
    except BROKEN_PROMISES as error:
        raise ForgeAnswerError(
            f"GitLab's answer is not what it promises: {error!r:.200}"
        ) from error
    except ForgeOverloadedError as error:
        raise ForgeBusyError(f"{error} It is asked again soon.") from error
