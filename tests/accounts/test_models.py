"""People, institutions and identities, and what the database holds them to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from accounts.models import Identity, Institution, Membership, User
from harvesters.models import Actor

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def li():
    return User.objects.create_user("li", display_name="Li Ming")


@pytest.fixture
def university():
    return Institution.objects.create(slug="first", name="First University", native_name="第一大学")


@pytest.fixture
def actor():
    return Actor.objects.create(host="forge.example", external_id="7", login="liming")


def join(user, institution, role=Membership.Role.STUDENT, **fields):
    return Membership.objects.create(
        user=user, institution=institution, role=role, joined_at=NOW, **fields
    )


def prove(user, actor, **fields):
    return Identity.objects.create(
        **{"user": user, "actor": actor, "method": "oauth", "proved_at": NOW, **fields}
    )


def test_a_person_is_called_by_name_or_else_by_the_name_of_the_account(li):
    assert str(li) == "Li Ming"
    assert str(User(username="wu")) == "wu"


def test_nothing_about_a_person_is_public_at_first(li):
    assert not li.is_public


def test_an_institution_is_called_by_its_own_name_in_its_own_language(university):
    with override("zh-hans"):
        assert str(university) == "第一大学"
        assert str(Institution(name="Second University")) == "Second University"
    with override("en"):
        assert str(university) == "First University"


def test_a_role_is_held_once_at_a_time(li, university):
    join(li, university, ended_at=NOW)
    join(li, university)
    join(li, university, Membership.Role.TEACHER)

    with pytest.raises(IntegrityError, match="membership_once_per_role"), transaction.atomic():
        join(li, university)


def test_memberships_that_ended_are_held_no_more(li, university):
    join(li, university, Membership.Role.REGISTRAR, ended_at=NOW)
    student = join(li, university)

    assert list(Membership.objects.of(li)) == [student]
    assert not Membership.objects.of(li, Membership.Role.REGISTRAR).exists()
    assert list(Membership.objects.of(li, "teacher", "student")) == [student]


def test_an_actor_has_one_owner_at_a_time(li, actor):
    wu = User.objects.create_user("wu")
    prove(wu, actor, withdrawn_at=NOW)
    prove(li, actor)

    with pytest.raises(IntegrityError, match="actor_has_one_owner"), transaction.atomic():
        prove(wu, actor)


def test_whose_an_actor_was_at_a_moment_is_known(li, actor):
    wu = User.objects.create_user("wu")
    first = prove(wu, actor, withdrawn_at=NOW + DAY)
    second = prove(li, actor, proved_at=NOW + 2 * DAY)
    moments = (NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY)

    held = [list(Identity.objects.valid_at(moment)) for moment in moments]

    assert held == [[], [first], [], [second]]
    assert list(Identity.objects.active()) == [second]
