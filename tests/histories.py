"""Histories to score: contributions as a harvest stores them, by accounts that share them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import Project, RuleSet
from credits.services.scoring import score_project
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.models import Actor
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import StoredCounts, store_page

BEGUN = datetime(2026, 10, 1, 8, tzinfo=UTC)
SCORED = datetime(2026, 11, 10, 8, tzinfo=UTC)
HOST = "forge.example"


def account(login: str, *, is_bot: bool = False) -> ActorRecord:
    return ActorRecord(HOST, f"id of {login}", login, is_bot=is_bot)


def actor(login: str) -> Actor:
    """The stored account of ``login``."""
    return Actor.objects.get(host=HOST, login=login)


def change(number: int, *logins: str, lines: int = 100, **facts: Any) -> ContributionRecord:
    """A merged change of ``lines`` lines of code, by Li or by the first of ``logins`` and others.

    By the default rule set 100 lines are 8 points.
    """
    first, *others = logins or ("li",)
    author = Participant(account(first), Role.AUTHOR)
    helpers = [Participant(account(login), Role.CO_AUTHOR) for login in others]
    return record(number, [author, *helpers], sizes={"code": [lines, 0]}, **facts)


def record(
    number: int,
    participants: Sequence[Participant],
    *,
    kind: Kind = Kind.CHANGE,
    state: str = "merged",
    **facts: Any,
) -> ContributionRecord:
    return ContributionRecord(
        external_id=str(number),
        kind=kind,
        occurred_at=BEGUN + timedelta(hours=number),
        state=state,
        title=f"Change {number}",
        url=f"https://forge.example/lab/vision/pull/{number}",
        participants=participants,
        facts=facts,
    )


def harvest(
    project: Project, *records: ContributionRecord, now: datetime, path: str = "lab/vision"
) -> StoredCounts:
    """Store ``records`` as a page of the repository at ``path``, which belongs to ``project``."""
    repository = RepositoryRecord(HOST, f"id of {path}", path, f"https://forge.example/{path}")
    cursor = register_source(f"jsonl:{path}", repository, now=now)
    if cursor.repository is not None and not project.repositories.contains(cursor.repository):
        project.repositories.add(cursor.repository)
    leased = lease_source(cursor, now=now)
    counts = store_page(leased, Page(records, {}), now=now)
    leased.lease_until = None
    leased.save(update_fields=["lease_until"])
    return counts


@pytest.fixture
def worked(student: User, project: Project, rule_set: RuleSet) -> Project:
    """Li's work, scored: three changes of 8 points, and one that Wu shares by half."""
    changes = [*map(change, range(3)), change(3, "li", "wu")]
    harvest(project, *changes, now=SCORED)
    score_project(project, now=SCORED)
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=SCORED)
    return project
