"""GitLab's GraphQL, asked for what REST tells only one merge request at a time.

One request tells of twenty merge requests what takes sixty of REST, and whether anything is new
in a project. See docs.gitlab.com/api/graphql/reference. It is a help, not a need: what it does not
tell, or an old server does not know, is asked of REST.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from harvesters.forge import (
    Answer,
    ForgeAnswerError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.gitlab.items import Home, Item, home_record, moment_of, number_of
from harvesters.forges.gitlab.work import Work, graph_work
from harvesters.sweep import BROKEN_PROMISES

AT_ONCE = 20
"""Merge requests in one question. GitLab allows a complexity of 200; this is less than 150."""

MARGIN = timedelta(seconds=30)
"""What was updated so shortly ago may be again, within the second that GraphQL tells."""

_REFUSALS = (SourceNotFoundError, ForgeRefusedError, ForgeAnswerError)

OUTLOOK = """
query Outlook($ids: [ID!]) {
  projects(ids: $ids, first: 1) {
    nodes {
      id fullPath webUrl createdAt lastActivityAt issuesEnabled mergeRequestsEnabled
      mergeRequests(sort: UPDATED_DESC, first: 5) { nodes { id updatedAt } }
      issues(sort: UPDATED_DESC, first: 5) { nodes { id updatedAt } }
      releases(sort: CREATED_DESC, first: 5) {
        count
        nodes { tagName createdAt releasedAt upcomingRelease }
      }
    }
  }
}
"""

DETAILS = """
query Details($ids: [ID!], $iids: [String!], $count: Int) {
  projects(ids: $ids, first: 1) {
    nodes {
      mergeRequests(iids: $iids, first: $count) {
        nodes {
          iid
          diffStats { path additions deletions }
          commits(first: 100) {
            pageInfo { hasNextPage }
            nodes { sha message authorName authorEmail author { id username name bot } }
          }
          discussions(first: 50) {
            pageInfo { hasNextPage }
            nodes {
              resolvable resolved
              notes(first: 50) {
                pageInfo { hasNextPage }
                nodes {
                  id body system internal createdAt
                  position { filePath }
                  author { id username name bot }
                }
              }
            }
          }
        }
      }
    }
  }
}
"""


class GraphRefusedError(Exception):
    """The server does not answer such a question."""


@dataclass(frozen=True, slots=True)
class View:
    """A project at one glance; ``digest`` is empty where it does not tell what is new.

    ``pushed`` tells of the last push; GitLab notes it an hour late, where more happens.
    """

    home: Home
    digest: str = ""
    pushed: object = None


@dataclass(frozen=True, slots=True)
class Graph:
    """The GraphQL of one server."""

    transport: Transport

    def look(self, number: str) -> View | None:
        """The project with this ``number``; None if it was not told this time.

        Raises:
            GraphRefusedError: it never will be.
        """
        with suppress(*_REFUSALS):
            return self._view(number)
        try:
            return self._view(number)
        except _REFUSALS as error:
            raise GraphRefusedError(str(error)) from error

    def details(self, home: Home, iids: Sequence[str]) -> dict[str, Work]:
        """What is known of the merge requests ``iids``.

        Raises:
            GraphRefusedError: nothing, and it never will be.
            ForgeOverloadedError: nothing of all of them at once.
        """
        asked = {"ids": [_project(home.record.external_id)], "iids": list(iids)}
        try:
            answer = self._ask("Details", DETAILS, {**asked, "count": len(iids)})
            (project,) = answer.body["data"]["projects"]["nodes"]
            told = project["mergeRequests"]["nodes"]
            return {str(node["iid"]): graph_work(node, home) for node in told if node}
        except (*_REFUSALS, *BROKEN_PROMISES) as error:
            raise ForgeOverloadedError(f"GraphQL told no merge requests: {error!r:.200}") from error

    def _view(self, number: str) -> View | None:
        try:
            return _view(self._ask("Outlook", OUTLOOK, {"ids": [_project(number)]}))
        except (ForgeOverloadedError, *BROKEN_PROMISES):
            return None

    def _ask(self, name: str, query: str, variables: Mapping[str, Any]) -> Answer:
        body = {"operationName": name, "query": query, "variables": variables}
        answer = self.transport.request("POST", "/graphql", body=body)
        told = answer.body if isinstance(answer.body, dict) else {}
        if told.get("errors"):
            _refuse(told)
        return answer


def _refuse(told: Item) -> None:
    """Raise by what the errors say: what is too complex or too slow can be asked for in parts."""
    said = json.dumps(told["errors"])[:2000]
    if "data" not in told and "complexity" not in said.lower():
        raise GraphRefusedError(said)
    raise ForgeOverloadedError(f"GraphQL failed: {said:.200}")


def _project(number: str) -> str:
    return f"gid://gitlab/Project/{number}"


def _view(answer: Answer) -> View | None:
    projects = answer.body["data"]["projects"]["nodes"]
    if not projects:
        return None
    (project,) = projects
    home = Home(
        home_record(number_of(project["id"]), project["fullPath"], project["webUrl"]),
        moment_of(project["createdAt"]),
        has_changes=project["mergeRequestsEnabled"] is not False,
        has_issues=project["issuesEnabled"] is not False,
    )
    is_settled = answer.date is not None and all(
        moment < answer.date - MARGIN for moment in _moments(project)
    )
    listed = {name: part for name, part in project.items() if name != "lastActivityAt"}
    told = json.dumps(listed, sort_keys=True).encode("utf-8", "replace")
    digest = hashlib.sha256(told).hexdigest()[:32] if is_settled else ""
    return View(home, digest, project["lastActivityAt"])


def _moments(project: Item) -> list[datetime]:
    updated = [
        node["updatedAt"]
        for part in ("mergeRequests", "issues")
        for node in (project[part] or {"nodes": ()})["nodes"]
    ]
    released = [node["createdAt"] for node in (project["releases"] or {"nodes": ()})["nodes"]]
    return [moment_of(text) for text in [*updated, *released]]
