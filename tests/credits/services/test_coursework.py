"""What projects say about coursework: stated by maintainers, never backwards, found by day."""

import pytest

from accounts.models import User
from credits.models import CourseworkTerms, Project
from credits.services.coursework import (
    UNSTATED,
    BackdatedTermsError,
    InvalidTermsError,
    NotMaintainerError,
    Statement,
    projects_taking,
    state_terms,
    terms_in_force,
    terms_of_projects,
)
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY, LIMITED, TODAY, WELCOME
from tests.university import *  # noqa: F403
from tests.university import START

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_project(maintainer):
    def make(slug, *stances, **words):
        made = Project.objects.create(slug=slug, name=slug.title(), registered_at=START)
        made.maintainers.add(maintainer)
        for number, stance in enumerate(stances):
            now = TODAY + number * DAY
            state_terms(made, Statement(stance, **words), decided_by=maintainer, now=now)
        return made

    return make


def test_a_project_that_never_said_anything_has_no_terms(project):
    assert terms_in_force(project, TODAY) is None


def test_what_is_stated_counts_from_now_on(project, say, maintainer):
    said = say(LIMITED, most_students=5, kinds=["tests", "docs", "docs"], note_en="Docs first")

    assert terms_in_force(project, TODAY) == said
    assert terms_in_force(project, TODAY - DAY) is None
    assert (said.most_students, said.kinds) == (5, ["docs", "tests"])
    assert (said.decided_by, said.decided_at, said.valid_from) == (maintainer, TODAY, TODAY)


def test_what_is_stated_for_later_counts_later(project, say):
    now, later = say(WELCOME), say(CLOSED, valid_from=TODAY + 9 * DAY)

    assert terms_in_force(project, TODAY + 8 * DAY) == now
    assert terms_in_force(project, TODAY + 9 * DAY) == later


def test_a_later_word_about_the_same_day_takes_its_place(project, say):
    say(CLOSED, valid_from=TODAY + 9 * DAY)
    changed = say(WELCOME, valid_from=TODAY + 9 * DAY)

    assert terms_in_force(project, TODAY + 9 * DAY) == changed
    assert CourseworkTerms.objects.count() == 2


def test_saying_what_holds_anyway_changes_nothing(say):
    assert say(CLOSED) == say(CLOSED, now=TODAY + DAY)
    assert CourseworkTerms.objects.count() == 1


def test_another_note_is_another_version(say):
    say(CLOSED)
    say(CLOSED, now=TODAY + DAY, note_zh="请改选其他项目")

    assert CourseworkTerms.objects.count() == 2


def test_nothing_is_stated_backwards(say):
    with pytest.raises(BackdatedTermsError, match="from today on"):
        say(CLOSED, valid_from=TODAY - DAY)


def test_only_a_maintainer_speaks_for_the_project(project, maintainer, student, make_project):
    make_project("other")
    elsewhere = User.objects.create_user("zhou")
    Project.objects.get(slug="other").maintainers.add(elsewhere)

    for person in (student, elsewhere):
        with pytest.raises(NotMaintainerError):
            state_terms(project, Statement(CLOSED), decided_by=person, now=TODAY)


@pytest.mark.parametrize(
    ("stance", "words", "said"),
    [
        ("perhaps", {}, "Say whether"),
        (LIMITED, {}, "Say the limits"),
        (WELCOME, {"most_students": 5}, "choose “within limits”"),
        (CLOSED, {"kinds": ["docs"]}, "choose “within limits”"),
        (LIMITED, {"most_students": 0}, "one student at least"),
        (LIMITED, {"kinds": ["No Such Thing!"]}, "as rule sets write it"),
        (LIMITED, {"kinds": ["a" * 33]}, "as rule sets write it"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(say, stance, words, said):
    with pytest.raises(InvalidTermsError, match=said):
        say(stance, **words)

    assert not CourseworkTerms.objects.exists()


def test_saying_the_same_at_once_says_it_once(committed_db, say):
    say(WELCOME)

    assert not [one for one in at_once(*[lambda: say(CLOSED)] * 4) if isinstance(one, Exception)]
    assert CourseworkTerms.objects.count() == 2


def test_the_terms_of_many_projects_take_one_query(make_project, django_assert_num_queries):
    few = [make_project(f"few-{number}", WELCOME, CLOSED) for number in range(2)]
    many = [*few, *(make_project(f"many-{number}", WELCOME) for number in range(9))]
    silent = make_project("silent")
    for projects in (few, [*many, silent]):
        with django_assert_num_queries(1):
            found = terms_of_projects(projects, TODAY + DAY)

    assert silent.pk not in found
    assert {found[project.pk].stance for project in few} == {CLOSED}
    assert {found[project.pk].stance for project in many[2:]} == {WELCOME}


def test_projects_are_found_by_what_they_say(make_project):
    make_project("silent")
    make_project("welcoming", CLOSED, WELCOME)
    make_project("closed", WELCOME, CLOSED)
    make_project("limited", LIMITED, kinds=["docs"])
    make_project("small", LIMITED, most_students=2)

    def found(**asked):
        projects = projects_taking(Project.objects.exclude(slug="vision"), TODAY + DAY, **asked)
        return {project.slug for project in projects}

    assert found() == {"silent", "welcoming", "closed", "limited", "small"}
    assert found(stance=CLOSED) == {"closed"}
    assert found(stance=LIMITED) == {"limited", "small"}
    assert found(stance=UNSTATED) == {"silent"}
    assert found(kind="docs") == {"silent", "welcoming", "limited", "small"}
    assert found(kind="code") == {"silent", "welcoming", "small"}
    assert found(stance=LIMITED, kind="code") == {"small"}
