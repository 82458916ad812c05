"""Releases as GitHub tells them; drafts are not there yet."""

from harvesters.forge import ContributionRecord, Kind, Participant, RepositoryRecord, Role
from harvesters.forges.github.nodes import Node, actor_record, moment_of
from harvesters.numbers import number_of


def release_records(node: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """The release ``node``, unless it is a draft.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's schema says.
    """
    if node["isDraft"]:
        return []
    author = actor_record(node["author"], repository.host)
    return [
        ContributionRecord(
            external_id=number_of(node["databaseId"]),
            kind=Kind.RELEASE,
            occurred_at=moment_of(node["publishedAt"] or node["createdAt"]),
            state="prerelease" if node["isPrerelease"] else "published",
            title=node["name"] or node["tagName"],
            url=node["url"],
            participants=[Participant(author, Role.AUTHOR)],
            facts={"tag": node["tagName"]},
        )
    ]
