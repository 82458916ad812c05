"""What git knows of pull requests, put into the nodes that GitHub gave of them."""

from collections.abc import Iterable
from typing import Any

from harvesters.forges.github.nodes import items_of
from harvesters.history import GitTransport


def add_files(git: GitTransport, nodes: Iterable[dict[str, Any] | None]) -> None:
    """Under ``diff`` what each node changed, where git counts as many files as GitHub.

    Elsewhere ``files`` is a list without items that goes on: what is missing is asked of the API.
    """
    lacking = [node for node in nodes if node is not None and "files" not in node]
    pairs = [(str(node["baseRefOid"]), str(node["headRefOid"])) for node in lacking]
    known = git.changed(pairs) if pairs else {}
    for node, pair in zip(lacking, pairs, strict=True):
        diff = known.get(pair)
        is_whole = diff is not None and len(diff.files) == node["changedFiles"]
        node["diff"] = diff if is_whole else None
        node["files"] = {
            "nodes": [],
            "pageInfo": {"hasNextPage": not is_whole, "endCursor": None},
        }


def add_rebased(git: GitTransport, nodes: Iterable[dict[str, Any] | None]) -> None:
    """Under ``rebased`` the hashes that the commits of each node have since it was merged."""
    for node in nodes:
        if node is not None:
            node["rebased"] = _rebased(git, node)


def _rebased(git: GitTransport, node: dict[str, Any]) -> list[str]:
    """GitHub names only the last of them, as the merge; by it and the messages all are found.

    A squashed commit tells of the whole, and so by another message than the last one's.
    """
    merge = node["mergeCommit"]
    messages = [commit["commit"]["message"].strip() for commit in items_of(node["commits"])]
    if merge is None or merge["parents"]["totalCount"] != 1 or len(messages) == 1:
        return []
    if messages[-1:] != [merge["message"].strip()]:
        return []
    found = git.line(merge["oid"], len(messages))
    same = [one.message.strip() == said for one, said in zip(found, messages[::-1], strict=False)]
    count = same.index(False) if False in same else len(same)
    return [commit.sha for commit in found[:count]]
