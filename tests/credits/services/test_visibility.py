"""Nobody sees why somebody else has points, unless there is a reason."""

import pytest

from accounts.models import User
from accounts.services import withdraw_identity
from credits.models import Application, Project
from credits.services.visibility import (
    own_work,
    owner_of,
    visible_to,
    visible_to_institution,
)
from tests.histories import *  # noqa: F403
from tests.histories import SCORED
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(worked):
    """Another project over the same repository; the work counts in the first."""
    project = Project.objects.create(slug="later", name="A later one", registered_at=SCORED)
    project.repositories.set(worked.repositories.all())
    return project


def seen(participations):
    return sorted(part.actor.login for part in participations.select_related("actor"))


def test_a_person_sees_own_work(worked, student, registrar):
    assert seen(visible_to(student)) == ["li"] * 4
    assert seen(own_work(student)) == ["li"] * 4
    assert seen(visible_to(registrar)) == []


def test_an_account_that_was_given_up_shows_no_more(worked, student):
    withdraw_identity(student.identities.get(), now=SCORED)

    assert seen(visible_to(student)) == []


def test_a_maintainer_sees_the_project_and_the_operator_everything(worked):
    chen = User.objects.create_user("chen.m")
    worked.maintainers.add(chen)

    assert seen(visible_to(chen)) == seen(visible_to(None)) == ["li"] * 4 + ["wu"]
    assert seen(own_work(chen)) == []


def test_a_maintainer_of_a_later_project_sees_nothing(worked, later, registrar):
    later.maintainers.add(registrar)

    assert seen(visible_to(registrar)) == []
    assert owner_of(worked.repositories.get().pk) == worked


def test_an_institution_sees_what_was_sent_until_it_is_taken_back(
    make_certificate, make_application, university, make_institution
):
    make_application(make_certificate())

    assert seen(visible_to_institution(university)) == ["li"]
    assert seen(visible_to_institution(make_institution("elsewhere"))) == []
    Application.objects.update(state=Application.State.WITHDRAWN)
    assert seen(visible_to_institution(university)) == []
