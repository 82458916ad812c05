"""Courses that ask to come: never more students at a time than the project takes."""

import pytest

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.models import CourseAssignment
from credits.services.course_assignments import (
    AlreadyAnsweredError,
    AlreadyAskedError,
    CourseBegunError,
    NoRoomError,
    NotTeacherError,
    PlannedCourse,
    ProjectClosedError,
    ReasonNeededError,
    ask_assignment,
    students_today,
    withdraw_assignment,
)
from credits.services.coursework import NotMaintainerError
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY, LIMITED, TERM, TODAY, WELCOME
from tests.university import *  # noqa: F403
from tests.university import START

ACCEPTED, DECLINED = CourseAssignment.State.ACCEPTED, CourseAssignment.State.DECLINED
IN_TERM = TODAY.replace(month=10, day=2)

pytestmark = pytest.mark.django_db


def test_a_course_asks_and_is_accepted(ask, answer, maintainer):
    asked = ask(3, note="Fix what is labelled “good first issue”")
    assert asked.state == CourseAssignment.State.ASKED

    accepted = answer(asked, reason="Welcome")

    assert (accepted.state, accepted.reason) == (ACCEPTED, "Welcome")
    assert (accepted.decided_by, accepted.decided_at) == (maintainer, TODAY)


def test_who_declines_gives_a_reason(ask, answer):
    asked = ask()

    with pytest.raises(ReasonNeededError):
        answer(asked, accept=False, reason=" ")

    assert answer(asked, accept=False, reason="No time").state == DECLINED


def test_asking_twice_is_asking_once(ask):
    assert ask() == ask()
    with pytest.raises(AlreadyAskedError):
        ask(4)

    assert CourseAssignment.objects.count() == 1


def test_after_a_refusal_it_may_be_asked_anew(ask, answer):
    answer(ask(9), accept=False, reason="Too many")

    assert ask(3).state == CourseAssignment.State.ASKED


def test_only_a_teacher_of_the_institution_asks(project, university, student, make_institution):
    elsewhere = User.objects.create_user("zhou")
    role = Membership.Role.TEACHER
    join_institution(elsewhere, make_institution("second"), role=role, now=START)
    course = PlannedCourse(university, "Open source", 3, *TERM)

    for person in (student, elsewhere):
        with pytest.raises(NotTeacherError):
            ask_assignment(project, person, course, now=TODAY)


@pytest.mark.parametrize(
    "days",
    [
        {"starts_on": TODAY.date() - DAY},
        {"starts_on": TERM[1], "ends_on": TERM[0]},
    ],
)
def test_a_course_asks_before_it_starts(ask, days):
    with pytest.raises(CourseBegunError):
        ask(**days)


def test_a_closed_project_takes_no_course(ask, say):
    say(CLOSED)

    with pytest.raises(ProjectClosedError, match="not for class"):
        ask()


def test_a_project_that_closes_while_the_course_runs_takes_none(ask, say):
    say(CLOSED, valid_from=TODAY.replace(month=12, day=20))

    with pytest.raises(ProjectClosedError):
        ask()
    assert ask(ends_on=TERM[1] - DAY).pk


def test_a_project_that_closed_after_the_request_can_only_decline(ask, answer, say):
    asked = ask()
    say(CLOSED)

    with pytest.raises(ProjectClosedError):
        answer(asked)
    assert answer(asked, accept=False, reason="We closed").state == DECLINED


def test_who_said_nothing_may_accept_any_number(ask, answer):
    for number in range(3):
        assert answer(ask(900, title=f"Course {number}")).state == ACCEPTED


def test_more_students_than_ever_fit_cannot_be_asked_for(ask, say):
    say(LIMITED, most_students=5)

    with pytest.raises(NoRoomError, match="Free places on"):
        ask(6)


def test_accepted_courses_never_exceed_the_limit_at_any_time(ask, answer, say):
    say(LIMITED, most_students=5)
    first, second = ask(3), ask(3, title="Software engineering")
    answer(first)

    with pytest.raises(NoRoomError, match=r": 2\. The course brings 3"):
        answer(second)

    assert answer(ask(2, title="Small seminar")).state == ACCEPTED
    after = {"starts_on": TERM[1] + DAY, "ends_on": TERM[1] + 30 * DAY}
    assert answer(ask(5, title="Next term", **after)).state == ACCEPTED


def test_withdrawing_an_accepted_course_frees_its_places(ask, answer, say):
    say(LIMITED, most_students=5)
    first, second = ask(5), ask(5, title="Software engineering")
    answer(first)

    for _ in range(2):
        withdrawn = withdraw_assignment(first, now=TODAY)

    assert (withdrawn.state, withdrawn.withdrawn_at) == ("withdrawn", TODAY)
    assert answer(second).state == ACCEPTED


def test_a_lower_limit_leaves_accepted_courses_and_takes_no_more(ask, answer, say):
    answer(ask(5))
    say(LIMITED, most_students=2)

    assert CourseAssignment.objects.accepted().count() == 1
    with pytest.raises(NoRoomError):
        ask(1, title="Small seminar")


def test_answers_stand(ask, answer):
    asked = answer(ask(), accept=False, reason="No time")

    for act in (lambda: answer(asked), lambda: withdraw_assignment(asked, now=TODAY)):
        with pytest.raises(AlreadyAnsweredError):
            act()


def test_a_course_that_is_over_can_only_be_declined(ask, answer):
    asked = ask()

    with pytest.raises(CourseBegunError, match="only be declined"):
        answer(asked, now=TODAY + 200 * DAY)


def test_only_a_maintainer_answers(ask, answer, teacher, student):
    asked = ask()

    for person in (teacher, student):
        with pytest.raises(NotMaintainerError):
            answer(asked, decided_by=person)


def test_students_of_today_are_those_of_accepted_courses_that_run(project, ask, answer):
    answer(ask(3))
    answer(ask(4, title="Seminar", ends_on=TERM[0]))
    ask(9, title="Not answered")

    assert students_today([project], TERM[0]) == {project.pk: 7}
    assert students_today([project], IN_TERM.date()) == {project.pk: 3}
    assert students_today([project], TODAY.date()) == {project.pk: 0}


def test_two_maintainers_at_once_accept_no_more_than_fit(committed_db, ask, answer, say):
    say(LIMITED, most_students=5)
    asked = [ask(3, title=f"Course {number}") for number in range(4)]

    results = at_once(*[lambda each=each: answer(each) for each in asked])

    assert sum(isinstance(result, NoRoomError) for result in results) == 3
    accepted = CourseAssignment.objects.accepted()
    assert sum(accepted.values_list("students_count", flat=True)) == 3


def test_accepting_and_closing_at_once_is_one_after_the_other(committed_db, ask, answer, say):
    say(WELCOME)
    asked = ask(3)

    accepted, _said = at_once(lambda: answer(asked), lambda: say(CLOSED, now=TODAY + DAY))

    asked.refresh_from_db()
    assert isinstance(accepted, ProjectClosedError) == (asked.state == "asked")


def test_one_request_answered_at_once_is_answered_once(committed_db, ask, answer):
    asked = ask()

    results = at_once(
        lambda: answer(asked),
        lambda: answer(asked, accept=False, reason="No time"),
        lambda: answer(asked),
    )

    assert sum(isinstance(result, AlreadyAnsweredError) for result in results) == 2


def test_a_course_that_asks_twice_at_once_asks_once(committed_db, ask, maintainer):
    results = at_once(*[ask] * 4)

    assert len({result.pk for result in results}) == 1
    assert CourseAssignment.objects.count() == 1
