"""What is read of a Gitee in memory, and the people who work there."""

from datetime import UTC, datetime

from harvesters.forges.gitee import Gitee
from tests.gitee_world import Direct, GiteeWorld, account

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI = account(101, "liming", "李明")
WU = account(102, "wu")
CHEN = account(103, "chen")
MERGER = account(104, "maintainer")


def told(*pulls, forge=Gitee, **world):
    """All records of a world, and its gaps."""
    direct = Direct(GiteeWorld(list(pulls), **world))
    gitee = forge(direct, "gitee.com", NOW)
    pages = list(gitee.harvest(gitee.find_repository("lab/vision"), {}))
    records = [record for page in pages for record in page.records]
    return records, [gap for page in pages for gap in page.gaps]


def named(record, role):
    return [
        (part.actor.host, part.actor.external_id, part.actor.login)
        for part in record.participants
        if part.role == role
    ]
