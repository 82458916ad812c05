"""Pages about coursework: maintainers say what is welcome, teachers read it and ask."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.models import CourseAssignment, CourseworkTerms, Project
from credits.services.coursework import Statement, state_terms
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, LIMITED, TODAY, WELCOME
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403
from tests.university import START

NOT_FOR_CLASS = "Not for class: work there earns no credits."

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.now().date()


@pytest.fixture
def sun(client, maintainer):
    """The maintainer at the desk."""
    client.force_login(maintainer)
    return client


@pytest.fixture
def wang(teacher):
    """The teacher at another one."""
    client = Client()
    client.force_login(teacher)
    return client


@pytest.fixture
def terms_page(project):
    return reverse("maintained-coursework", args=[project.slug])


@pytest.fixture
def ask_page(project):
    return reverse("coursework-ask", args=[project.slug])


@pytest.fixture
def course(today):
    return {
        "institution": "first-university",
        "title": "Open source practice",
        "students": "3",
        "starts_on": str(today + timedelta(days=10)),
        "ends_on": str(today + timedelta(days=90)),
        "note": "Fix good first issues",
    }


@pytest.fixture
def asked(wang, ask_page, course):
    wang.post(ask_page, course)
    return CourseAssignment.objects.get()


@pytest.fixture
def decide(sun, project):
    def answer(assignment, given, reason=""):
        address = reverse("maintained-assignment", args=[project.slug, assignment.pk])
        return words_of(sun.post(address, {"answer": given, "reason": reason}, follow=True))

    return answer


def statement(today, **words):
    return {"stance": WELCOME, "valid_from": str(today), **words}


def unlabelled(answer):
    """Controls of a page that have no name for those who do not see it."""
    html = answer.content.decode()
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", html)
    wrapped = set(re.findall(r'<label class="check"><input[^>]*id="([^"]+)"', html))
    found = []
    for control in controls:
        if 'type="hidden"' in control:
            continue
        known = re.search(r' id="([^"]+)"', control)
        if known is None or known[1] not in labels | wrapped:
            found.append(control)
    return found


def test_a_visitor_is_asked_to_sign_in(client, terms_page, ask_page):
    addresses = (
        *(terms_page, ask_page),
        *(reverse("coursework"), reverse("course-assignments")),
        reverse("course-assignment-withdraw", args=[1]),
    )
    for address in addresses:
        assert client.get(address).status_code == 302


def test_the_terms_of_anothers_project_cannot_be_stated(wang, terms_page, project, asked):
    address = reverse("maintained-assignment", args=[project.slug, asked.pk])

    assert wang.get(terms_page).status_code == 404
    assert wang.post(terms_page, {"stance": CLOSED}).status_code == 404
    assert wang.post(address, {"answer": "accept"}).status_code == 404


def test_a_maintainer_states_limits_and_everybody_reads_them(
    client, sun, terms_page, project, today
):
    words = statement(
        today, stance=LIMITED, most_students="5", kinds=["docs", "tests"], note_en="No typo fixes"
    )
    said = words_of(sun.post(terms_page, words, follow=True))

    assert "Stated." in said
    client.logout()
    public = words_of(client.get(project.get_absolute_url()))
    for part in (
        *("Coursework within limits since", "At most 5 students at a time"),
        *("Only these kinds of work: Docs Tests", "No typo fixes"),
    ):
        assert part in public


def test_a_project_that_said_nothing_says_so(client, project):
    assert "is not stated; ask the maintainers first" in words_of(
        client.get(project.get_absolute_url())
    )


def test_a_day_to_come_is_announced(client, sun, terms_page, project, today):
    later = today + timedelta(days=30)
    sun.post(terms_page, statement(today))
    sun.post(terms_page, statement(today, stance=CLOSED, valid_from=str(later)))

    words = words_of(client.get(project.get_absolute_url()))

    assert "Coursework is welcome since" in words
    assert re.search(r"From \d+ \w+ \d+ ?: not for class", words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"stance": LIMITED}, "Say the limits"),
        ({"stance": WELCOME, "most_students": "5"}, "choose “within limits”"),
        ({"valid_from": "2020-01-01"}, "from today on at the earliest"),
        ({"kinds": ["no-such-kind"]}, "Select a valid choice"),
        ({"most_students": "0"}, "greater than or equal to 1"),
        ({"stance": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_stated_is_said_at_the_form(sun, terms_page, today, words, said):
    answer = sun.post(terms_page, statement(today, **words))

    assert said in words_of(answer)
    assert not CourseworkTerms.objects.exists()


def test_the_kinds_offered_are_those_of_the_rules(sun, terms_page, rule_set):
    offered = dict(sun.get(terms_page).context["form"].fields["kinds"].choices)

    assert {"code", "docs", "review"} <= set(offered)


def test_a_teacher_asks_and_reads_the_answer(wang, asked, decide, terms_page, sun):
    waiting = words_of(sun.get(terms_page))
    assert "Wang Fang, First-University · 3 students" in waiting
    assert "Fix good first issues" in waiting

    assert "Accepted." in decide(asked, "accept", "Welcome")

    own = words_of(wang.get(reverse("course-assignments")))
    assert "Sun Wei" in own
    assert "Welcome" in own
    assert CourseAssignment.objects.get().state == "accepted"
    assert "No course waits for your answer." in words_of(sun.get(terms_page))
    assert "Wang Fang" in words_of(sun.get(terms_page, {"state": "accepted"}))


def test_who_declines_says_why(asked, decide):
    assert "Say why" in decide(asked, "decline")
    assert "Declined" in decide(asked, "decline", "We have no time")
    assert "answered or withdrawn" in decide(asked, "accept")
    assert "Accept or decline" in decide(asked, "perhaps")


def test_a_teacher_withdraws(wang, asked, student, client):
    address = reverse("course-assignment-withdraw", args=[asked.pk])
    client.force_login(student)
    assert client.post(address).status_code == 404
    assert wang.get(address).status_code == 405

    assert "Its places are free again" in words_of(wang.post(address, follow=True))


def test_a_closed_project_says_so_before_anything_can_be_asked(
    wang, say, ask_page, course, project
):
    say(CLOSED, now=START)

    page = wang.get(ask_page)
    refused = wang.post(ask_page, course)

    assert NOT_FOR_CLASS in words_of(page)
    assert b'name="title"' not in page.content
    assert "The project is not for class" in words_of(refused)
    assert not CourseAssignment.objects.exists()
    assert NOT_FOR_CLASS in words_of(wang.get(reverse("coursework")))
    assert NOT_FOR_CLASS in words_of(wang.get(project.get_absolute_url()))


def test_a_course_that_does_not_fit_is_told_the_places_left(wang, say, ask_page, course):
    say(LIMITED, now=START, most_students=2)

    words = words_of(wang.post(ask_page, course))

    assert ": 2. The course brings 3 students." in words
    assert "2 of 2 places free today" in words


def test_who_teaches_nowhere_is_told_whom_to_ask(client, student, ask_page):
    client.force_login(student)

    assert "No university lists you as its teacher yet." in words_of(client.get(ask_page))


def test_the_list_says_how_many_places_are_free(wang, say, ask, answer, today):
    say(LIMITED, now=START, most_students=5)
    answer(ask(2, now=START, starts_on=START.date(), ends_on=today + timedelta(days=9)))

    assert "3 of 5 places free today" in words_of(wang.get(reverse("coursework")))


def test_the_list_is_filtered(wang, project, maintainer):
    for number, stance in enumerate((WELCOME, CLOSED)):
        other = Project.objects.create(slug=f"p{number}", name=f"P{number}", registered_at=START)
        other.maintainers.add(maintainer)
        state_terms(other, Statement(stance), decided_by=maintainer, now=START)

    def listed(**asked):
        page = wang.get(reverse("coursework"), asked)
        return [each.project.name for each in page.context["listed"]]

    assert listed() == ["P0", "P1", "Vision"]
    assert listed(stance="closed") == ["P1"]
    assert listed(stance="unstated") == ["Vision"]
    assert listed(kind="docs") == ["P0", "Vision"]
    assert listed(q="vis") == ["Vision"]
    assert listed(stance="no-such-stance") == ["P0", "P1", "Vision"]
    assert "No project says that." in words_of(wang.get(reverse("coursework"), {"q": "xyz"}))


def test_the_list_has_pages_that_keep_the_filter(wang, project):
    for number in range(35):
        Project.objects.create(slug=f"p{number}", name=f"P{number:02}", registered_at=START)
    address = reverse("coursework")

    first = wang.get(address, {"q": "P"})
    second = wang.get(address, {"q": "P", "page": "2"})

    assert "Page 1 of 2" in words_of(first)
    assert 'href="?q=P&amp;page=2"' in first.content.decode()
    assert len(second.context["listed"]) == 5


def test_a_teacher_is_warned_when_an_accepted_project_closes(
    wang, sun, asked, decide, say, terms_page
):
    decide(asked, "accept")
    say(CLOSED, now=timezone.now())

    assert "Not for class since" in words_of(wang.get(reverse("course-assignments")))
    assert "1 course that you accepted runs on after the project closes." in words_of(
        sun.get(terms_page)
    )


def test_pages_lead_to_coursework(wang, sun, project, terms_page, asked):
    portfolio = wang.get(reverse("portfolio")).content.decode()
    maintained = sun.get(reverse("maintained-project", args=[project.slug])).content.decode()

    assert f'href="{reverse("coursework")}"' in portfolio
    assert f'href="{terms_page}"' in maintained
    assert "1 course asks to come" in maintained


def test_what_people_write_runs_nothing(sun, wang, terms_page, today, ask_page, course):
    evil = "<script>alert(1)</script>"
    sun.post(terms_page, statement(today, note_en=evil))
    wang.post(ask_page, {**course, "title": evil, "note": evil})

    for page in (
        sun.get(terms_page),
        wang.get(ask_page),
        wang.get(reverse("coursework")),
        wang.get(reverse("course-assignments")),
    ):
        assert b"<script>alert(1)" not in page.content
    assert CourseAssignment.objects.get().course_title == evil


def test_every_control_has_a_label(sun, wang, asked, terms_page, ask_page):
    pages = (
        sun.get(terms_page),
        wang.get(ask_page),
        wang.get(reverse("coursework")),
        wang.get(reverse("course-assignments")),
    )
    for page in pages:
        assert page.content.decode().count("<h1") == 1
        assert unlabelled(page) == []


@pytest.mark.parametrize("name", ["q", "stance", "kind", "page"])
def test_hostile_filters_are_answered_in_words(wang, project, name):
    for value in HOSTILE:
        given = {name: sendable(value)}
        assert wang.get(reverse("coursework"), given).status_code == 200, value


@pytest.mark.parametrize("name", ["state", "page"])
def test_hostile_states_are_answered_in_words(sun, asked, terms_page, name):
    for value in HOSTILE:
        assert sun.get(terms_page, {name: sendable(value)}).status_code == 200, value


@pytest.mark.parametrize("name", ["title", "students", "starts_on", "ends_on", "institution"])
def test_hostile_requests_are_answered_in_words(wang, ask_page, course, name):
    for value in HOSTILE:
        answer = wang.post(ask_page, {**course, name: sendable(value)}, follow=True)
        assert answer.status_code == 200, value


@pytest.mark.parametrize("name", ["stance", "most_students", "kinds", "note_en", "valid_from"])
def test_hostile_terms_are_answered_in_words(sun, terms_page, today, name):
    for value in HOSTILE:
        words = {**statement(today), name: sendable(value)}
        assert sun.post(terms_page, words, follow=True).status_code == 200, value


@pytest.fixture
def grow(project, maintainer, ask, answer):
    """More projects with terms, more terms of the project, more courses that asked it."""

    def add(size):
        for number in range(size):
            name = f"p{size}-{number}"
            other = Project.objects.create(slug=name, name=name, registered_at=START)
            other.maintainers.add(maintainer)
            words = Statement(LIMITED, most_students=100 + size + number)
            later = TODAY + size * number * timedelta(minutes=1)
            for stating, now in ((other, START), (project, later)):
                state_terms(stating, words, decided_by=maintainer, now=now)
            asked = ask(1, title=f"Course {name}")
            if number % 2:
                answer(asked)

    return add


def test_pages_take_as_many_queries_however_much_is_listed(sun, wang, grow, terms_page):
    pages = {
        (sun, terms_page): {"state": "all"},
        (wang, reverse("coursework")): {"kind": "docs"},
        (wang, reverse("course-assignments")): {},
    }
    counts = []
    for size in (3, 20):
        grow(size)
        found = []
        for (person, address), asked in pages.items():
            with CaptureQueriesContext(connection) as queries:
                assert person.get(address, asked).status_code == 200
            found.append(len(queries))
        counts.append(found)

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def test_someone_new_sees_empty_pages_in_words(client, db):
    client.force_login(User.objects.create_user("new"))

    assert "No project is registered yet." in words_of(client.get(reverse("coursework")))
    assert "You have asked for nothing yet." in words_of(client.get(reverse("course-assignments")))
