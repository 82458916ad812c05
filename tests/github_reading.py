"""What the adapter makes of a GitHub in memory: all records and gaps of one harvest."""

from datetime import UTC, datetime

from harvesters.forge import ContributionRecord, Gap, Kind, Role
from harvesters.forges.github import GitHub
from tests.github_nodes import Change
from tests.github_world import Direct, GitHubWorld

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def read(world: GitHubWorld) -> tuple[list[ContributionRecord], list[Gap]]:
    """All records of a world, and its gaps."""
    forge = GitHub(Direct(world), NOW)
    pages = list(forge.harvest(forge.find_repository(world.path), {}))
    records = [record for page in pages for record in page.records]
    return records, [gap for page in pages for gap in page.gaps]


def read_changes(*changes: Change) -> tuple[list[ContributionRecord], list[Gap]]:
    """All records of these pull requests, and the gaps."""
    return read(GitHubWorld(list(changes)))


def change_of(change: Change) -> ContributionRecord:
    """What a pull request itself becomes."""
    return read_changes(change)[0][0]


def of_kind(records: list[ContributionRecord], kind: Kind) -> list[ContributionRecord]:
    """Only the records of this kind."""
    return [record for record in records if record.kind == kind]


def named(record: ContributionRecord, role: Role) -> list[tuple[str, str, str]]:
    """Who had this role: host, number and login."""
    return [
        (part.actor.host, part.actor.external_id, part.actor.login)
        for part in record.participants
        if part.role == role
    ]
