"""A project whose rules count endorsed work, claims and months of maintenance; and its people.

Tests take these fixtures by ``from tests.maintained import *``.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import Project, RuleSet, Score, WorkClaim
from credits.services.claims import Work, claim_work
from credits.services.rules import create_draft, publish_rule_set
from harvesters.models import Actor
from tests.histories import HOST, actor

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
START = datetime(2026, 9, 1, tzinfo=UTC)
RULES = """\
slug = "kept"
version = "1.0"
title = { en = "Kept", zh = "维护" }
description = { en = "For tests", zh = "用于测试" }

[[guards]]
id = "self-merged"
when = 'merged_by_author && !is_endorsed'
state = "waiting"
en = "Waiting: a maintainer looks at it"
zh = "等待维护者查看"
source = "reasoned: a test"

[[rules]]
id = "code"
category = "code"
when = 'kind == "change"'
points = '8.0'
en = "Code"
zh = "代码"
source = "reasoned: a test"

[[rules]]
id = "claimed"
category = "other"
when = 'kind == "claim"'
points = 'claim == "mentoring" ? 10.0 : 4.0 + min(double(amount) / 100.0, 4.0)'
en = "Confirmed: {claim}"
zh = "已确认：{claim}"
source = "reasoned: a test"

[[rules]]
id = "maintenance"
category = "other"
when = 'kind == "maintenance" && acts >= 8'
points = '6.0'
en = "A month of maintenance, {acts} acts"
zh = "维护一个月，{acts} 次操作"
source = "reasoned: a test"
"""


@pytest.fixture
def rules(db: None) -> RuleSet:
    return publish_rule_set(create_draft(RULES), active_from=START, now=START)


@pytest.fixture
def sun(project: Project) -> User:
    """Maintains the project, as Zhou does."""
    person = User.objects.create_user("sun", display_name="Sun Lei")
    project.maintainers.add(person)
    return person


@pytest.fixture
def zhou(project: Project) -> User:
    person = User.objects.create_user("zhou", display_name="Zhou Na")
    project.maintainers.add(person)
    return person


def own(person: User, login: str) -> Actor:
    """The account of ``login``, which is proved to be the person's."""
    kept, _ = Actor.objects.get_or_create(
        host=HOST, external_id=f"id of {login}", defaults={"login": login}
    )
    prove_identity(person, kept, method=Identity.Method.DEMO, now=START)
    return kept


def talk(title: str = "Talk at a conference", **changes: Any) -> Work:
    """A talk: 6 points by the rules here."""
    return Work(
        **{
            "kind": WorkClaim.Kind.TALK,
            "title": title,
            "happened_on": date(2026, 10, 12),
            "url": "https://talks.example/12",
            "amount": 200,
            **changes,
        }
    )


def claimed(project: Project, claimant: User, **changes: Any) -> WorkClaim:
    return claim_work(project, claimant, talk(**changes), now=NOW)


def total(login: str) -> int:
    """Points in force of the account ``login``."""
    scores = Score.objects.in_force().filter(participation__actor=actor(login))
    return sum(scores.values_list("points", flat=True))


def earned(person: User) -> int:
    """Points in force of ``person``."""
    scores = Score.objects.in_force().earned_by(person)
    return sum(scores.values_list("points", flat=True))
