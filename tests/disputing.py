"""Disputes about Li's work, and who decides on them.

Tests take these fixtures by ``from tests.disputing import *``, with `tests.university` and
`tests.histories`.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from credits.models import Dispute, Project
from credits.services.complaints import Complaint
from credits.services.disputes import decide_dispute, open_dispute
from harvesters.models import Participation

OPENED = datetime(2026, 11, 23, 8, tzinfo=UTC)  # A Monday.
DECIDED = datetime(2026, 11, 25, 8, tzinfo=UTC)
DOCS = Complaint(Dispute.Subject.CATEGORY, {"category": "docs"}, "It is a guide", "see the files")
COUNT = Complaint(Dispute.Subject.STATE, {"counts": True}, "It was applied by hand")
NOT_A_BOT = Complaint(Dispute.Subject.BOT, {"is_bot": False}, "I type all of this myself")


def part(number: int, login: str = "li") -> Participation:
    """What ``login`` did in the change of this number."""
    return Participation.objects.get(
        contribution__external_id=str(number), actor__login=login, contribution__kind="change"
    )


def score_of(participation: Participation) -> Any:
    return participation.scores.in_force().get()


@pytest.fixture
def sun(project: Project) -> User:
    """A maintainer of the project."""
    person = User.objects.create_user("sun")
    project.maintainers.add(person)
    return person


@pytest.fixture
def qian(project: Project) -> User:
    """Another maintainer of the project."""
    person = User.objects.create_user("qian")
    project.maintainers.add(person)
    return person


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("staff", is_staff=True)


@pytest.fixture
def dispute(worked: Project, student: User, sun: User) -> Dispute:
    """Li says that change 1 is documentation."""
    return open_dispute(part(1), DOCS, opened_by=student, now=OPENED)


@pytest.fixture
def rejected(dispute: Dispute, sun: User) -> Dispute:
    return decide_dispute(dispute, accept=False, reason="It is code", decided_by=sun, now=DECIDED)
