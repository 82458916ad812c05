"""A project whose maintainers speak about coursework, and a teacher with a course.

Tests take these fixtures by ``from tests.coursework import *``, after those of the university.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Institution, Membership, User
from accounts.services import join_institution
from credits.models import CourseAssignment, CourseworkTerms, Project
from credits.services.course_assignments import (
    PlannedCourse,
    ask_assignment,
    decide_assignment,
)
from credits.services.coursework import Statement, state_terms
from tests.university import START

TODAY = datetime(2026, 9, 10, 8, tzinfo=UTC)
TERM = (date(2026, 10, 1), date(2026, 12, 20))
DAY = timedelta(days=1)
WELCOME, LIMITED, CLOSED = CourseworkTerms.Stance


@pytest.fixture
def maintainer(project: Project) -> User:
    person = User.objects.create_user("sun", display_name="Sun Wei")
    project.maintainers.add(person)
    return person


@pytest.fixture
def teacher(university: Institution) -> User:
    person = User.objects.create_user("wang", display_name="Wang Fang")
    join_institution(person, university, role=Membership.Role.TEACHER, now=START)
    return person


@pytest.fixture
def say(project: Project, maintainer: User) -> Callable[..., CourseworkTerms]:
    """The project says something about coursework."""

    def state(
        stance: str, now: datetime = TODAY, *, valid_from: datetime | None = None, **words: Any
    ) -> CourseworkTerms:
        statement = Statement(stance, **words)
        return state_terms(
            project, statement, decided_by=maintainer, now=now, valid_from=valid_from
        )

    return state


@pytest.fixture
def ask(
    project: Project, teacher: User, university: Institution
) -> Callable[..., CourseAssignment]:
    """A course asks to come for the term."""

    def request(
        students: int = 3, title: str = "Open source practice", **changes: Any
    ) -> CourseAssignment:
        now = changes.pop("now", TODAY)
        planned = {"starts_on": TERM[0], "ends_on": TERM[1], "institution": university, **changes}
        course = PlannedCourse(title=title, students=students, **planned)
        return ask_assignment(project, teacher, course, now=now)

    return request


@pytest.fixture
def answer(maintainer: User) -> Callable[..., CourseAssignment]:
    """A maintainer answers."""

    def decide(assignment: CourseAssignment, **options: Any) -> CourseAssignment:
        chosen = {"accept": True, "decided_by": maintainer, "now": TODAY, **options}
        return decide_assignment(assignment, **chosen)

    return decide
