"""A project in which two people accept one another's evenings of work: two signals speak.

Tests take these fixtures by ``from tests.signalled import *``.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import IntegrityReview, Project
from credits.services.integrity import open_reviews
from harvesters.forge import ContributionRecord, Kind, Participant, Role
from tests.histories import account, actor, harvest, record

LOOKED = datetime(2026, 11, 20, 8, tzinfo=UTC)


def accepted(number: int, author: str, *mergers: str, **facts: Any) -> ContributionRecord:
    """A change of ``author`` that ``mergers`` merged."""
    parts = [Participant(account(author), Role.AUTHOR)]
    parts += [Participant(account(login), Role.MERGER) for login in mergers]
    return record(number, parts, pull_requests=[number], **facts)


def approval(number: int, reviewer: str, change: int, **facts: Any) -> ContributionRecord:
    """The approval of change ``change`` by ``reviewer``."""
    return record(
        number,
        [Participant(account(reviewer), Role.REVIEWER)],
        kind=Kind.REVIEW,
        state="approved",
        **{"review_state": "approved", "pull_requests": [change], **facts},
    )


def evenings(begin: int, *, author: str = "li", merger: str = "wu") -> list[ContributionRecord]:
    """Ten changes in each of two days, one in each of the next four, and one back for the merger.

    The hour of a change is its number.
    """
    hours = [begin + 24 * day + hour for day in range(2) for hour in range(10)]
    hours += [begin + 24 * day for day in range(2, 6)]
    changes = [accepted(hour, author, merger) for hour in hours]
    return [*changes, accepted(begin + 12, merger, author)]


def everybody() -> list[ContributionRecord]:
    """What others contribute, and another maintainer accepts."""
    return [accepted(-300 - 24 * number, f"other{number}", "qian") for number in range(8)]


@pytest.fixture
def trading(project: Project, student: User) -> Project:
    """Li has proved the account; what Li and Wu did was harvested."""
    harvest(project, *evenings(24), *everybody(), now=LOOKED)
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=LOOKED)
    return project


@pytest.fixture
def review(trading: Project) -> IntegrityReview:
    """The question that follows."""
    open_reviews(trading, now=LOOKED)
    return IntegrityReview.objects.get()


@pytest.fixture
def sun(project: Project) -> User:
    """A maintainer of the project."""
    person = User.objects.create_user("sun")
    project.maintainers.add(person)
    return person


def later(**much: int) -> datetime:
    return LOOKED + timedelta(**much)
