"""What the database holds terms and requests about coursework to."""

import pytest
from django.db import IntegrityError, transaction

from credits.models import CourseAssignment, CourseworkTerms
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY, LIMITED, TERM, TODAY, WELCOME
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.fixture
def keep(project, maintainer):
    def create(**fields):
        words = {"stance": WELCOME, "valid_from": TODAY, "decided_at": TODAY, **fields}
        return CourseworkTerms.objects.create(project=project, decided_by=maintainer, **words)

    return create


@pytest.fixture
def request_course(project, university, teacher):
    def create(**fields):
        return CourseAssignment.objects.create(
            **{
                "project": project,
                "institution": university,
                "teacher": teacher,
                "course_title": "Open source practice",
                "students_count": 3,
                "starts_on": TERM[0],
                "ends_on": TERM[1],
                "asked_at": TODAY,
                **fields,
            }
        )

    return create


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"valid_from": TODAY - DAY}, "coursework_terms_not_backdated"),
        ({"stance": LIMITED, "most_students": 0}, "coursework_limit_leaves_room"),
        ({"stance": LIMITED}, "limited_coursework_says_how"),
        ({"most_students": 5}, "limited_coursework_says_how"),
        ({"stance": CLOSED, "kinds": ["docs"]}, "limited_coursework_says_how"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(keep, fields, constraint):
    with refused(constraint), transaction.atomic():
        keep(**fields)


def test_limits_are_a_number_or_kinds_or_both(keep):
    for words in ({"most_students": 1}, {"kinds": ["docs"]}, {"most_students": 1, "kinds": ["ci"]}):
        assert keep(stance=LIMITED, **words).pk


def test_terms_are_never_edited_or_deleted(keep):
    said = keep()

    for change in (
        lambda: CourseworkTerms.objects.filter(pk=said.pk).update(stance=CLOSED),
        lambda: CourseworkTerms.objects.filter(pk=said.pk).update(valid_from=TODAY + DAY),
        said.delete,
    ):
        with refused("append-only"), transaction.atomic():
            change()


def test_the_newest_terms_that_are_valid_are_in_force(keep):
    first, second, same_day = keep(), keep(valid_from=TODAY + DAY), keep(valid_from=TODAY + DAY)
    terms = CourseworkTerms.objects

    assert not terms.in_force(TODAY - DAY).exists()
    assert terms.in_force(TODAY).get() == first
    assert terms.in_force(TODAY + DAY).get() == same_day
    assert list(terms.scheduled(TODAY)) == [second, same_day]


def test_a_kind_is_taken_unless_the_project_is_closed_or_names_others(keep):
    assert keep().takes("code")
    assert keep(stance=LIMITED, most_students=2).takes("code")
    assert keep(stance=LIMITED, kinds=["docs"]).takes("docs")
    assert not keep(stance=LIMITED, kinds=["docs"]).takes("code")
    assert not keep(stance=CLOSED).takes("docs")


def test_a_note_in_one_language_serves_the_readers_of_both(keep):
    assert keep(note_en="Docs first").note == {"en": "Docs first", "zh": "Docs first"}
    assert keep(note_zh="先写文档").note == {"en": "先写文档", "zh": "先写文档"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ends_on": TERM[0] - DAY}, "course_ends_after_its_start"),
        ({"students_count": 0}, "course_brings_students"),
        ({"state": "accepted"}, "answered_course_says_by_whom"),
        ({"decided_at": TODAY}, "answered_course_says_by_whom"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(request_course, fields, constraint):
    with refused(constraint), transaction.atomic():
        request_course(**fields)


def test_who_declines_says_why(request_course, maintainer):
    answered = {"state": "declined", "decided_by": maintainer, "decided_at": TODAY}

    with refused("declined_course_says_why"), transaction.atomic():
        request_course(**answered)

    assert request_course(**answered, reason="We have no time").pk


def test_a_course_asks_once_until_it_is_declined_or_withdrawn(request_course):
    first = request_course()
    with refused("course_asks_once"), transaction.atomic():
        request_course()

    first.state = "withdrawn"
    first.save()

    assert request_course().pk


def test_each_says_what_it_is(keep, request_course):
    assert str(keep(stance=CLOSED)) == "Vision: closed"
    assert str(request_course()) == "Open source practice -> Vision"
