"""Who is whom, and who belongs where."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Identity, Institution, Membership, User
from accounts.services import (
    ActorTakenError,
    NobodysActorError,
    email_key,
    join_institution,
    link_confirmed_addresses,
    prove_identity,
    withdraw_identity,
)
from harvesters.models import Actor
from tests.committing import *  # noqa: F403
from tests.committing import at_once

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OAUTH = Identity.Method.OAUTH

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return [User.objects.create_user(name) for name in ("li", "wu", "sun")]


@pytest.fixture
def actor(db):
    return Actor.objects.create(host="forge.example", external_id="7", login="liming")


@pytest.fixture
def university(db):
    return Institution.objects.create(slug="first", name="First University")


def git_author(address):
    return Actor.objects.create(host="git", external_id=email_key(address), login=address)


def test_linking_an_account_again_changes_nothing(people, actor):
    first = prove_identity(people[0], actor, method=OAUTH, now=NOW)
    again = prove_identity(people[0], actor, method=Identity.Method.EMAIL, now=LATER)

    assert again == first
    assert (again.method, again.proved_at) == (OAUTH, NOW)


def test_an_account_of_somebody_else_is_not_taken_over(people, actor):
    prove_identity(people[0], actor, method=OAUTH, now=NOW)

    with pytest.raises(ActorTakenError, match="must give it up first"):
        prove_identity(people[1], actor, method=OAUTH, now=LATER)

    assert Identity.objects.get().user == people[0]


def test_an_account_that_was_given_up_may_be_proved_by_another(people, actor):
    first = prove_identity(people[0], actor, method=OAUTH, now=NOW)
    withdraw_identity(first, now=LATER)

    second = prove_identity(people[1], actor, method=OAUTH, now=LATER)

    first.refresh_from_db()
    assert (first.withdrawn_at, second.withdrawn_at) == (LATER, None)
    assert Identity.objects.count() == 2


def test_giving_up_twice_keeps_the_first_moment(people, actor):
    identity = prove_identity(people[0], actor, method=OAUTH, now=NOW)
    withdraw_identity(identity, now=NOW)

    assert withdraw_identity(identity, now=LATER).withdrawn_at == NOW


def test_of_those_who_prove_one_account_at_once_one_has_it(committed_db, people, actor):
    tries = [
        lambda person=person: prove_identity(person, actor, method=OAUTH, now=NOW)
        for person in people
    ]

    results = at_once(*tries)

    assert sum(isinstance(result, Identity) for result in results) == 1
    assert sum(isinstance(result, ActorTakenError) for result in results) == 2


def test_proving_the_own_account_twice_at_once_is_no_quarrel(committed_db, people, actor):
    results = at_once(*[lambda: prove_identity(people[0], actor, method=OAUTH, now=NOW)] * 4)

    assert {result.pk for result in results} == {Identity.objects.get().pk}


@pytest.mark.parametrize(
    ("host", "external_id"), [("github.com", "0"), ("gitee.com", "0"), ("git", "name:ab12")]
)
@pytest.mark.parametrize("method", Identity.Method.values)
def test_nobody_can_prove_to_be_those_who_are_gone_or_a_bare_name(
    people, host, external_id, method
):
    nobody = Actor.objects.create(host=host, external_id=external_id, login="ghost")

    with pytest.raises(NobodysActorError, match="Nobody can prove"):
        prove_identity(people[0], nobody, method=method, now=NOW)

    assert not Identity.objects.exists()


def test_who_registers_a_login_that_was_given_up_gets_nothing_of_the_first_owner(people, actor):
    li, mallory, _ = people
    prove_identity(li, actor, method=OAUTH, now=NOW)
    successor = Actor.objects.create(host=actor.host, external_id="8", login=actor.login)

    taken = prove_identity(mallory, successor, method=OAUTH, now=LATER)

    assert taken.actor.external_id == "8"
    assert list(li.identities.values_list("actor", flat=True)) == [actor.pk]
    with pytest.raises(ActorTakenError):
        prove_identity(mallory, actor, method=OAUTH, now=LATER)


@pytest.mark.parametrize(
    "address",
    ["li@users.noreply.github.com", "li@noreply.codeberg.org", "li@users.noreply.huggingface.co"],
)
def test_a_forges_word_for_its_own_noreply_address_links_nobody(people, address):
    """It gives the address to whoever has the login at present; the commits are of whoever had."""
    git_author(address)

    assert link_confirmed_addresses(people[0], [address], now=NOW) == 0
    assert not Identity.objects.exists()


def test_confirmed_addresses_link_the_git_authors_who_used_them(people):
    mine, other = git_author("Li@First.example "), git_author("wu@first.example")

    linked = link_confirmed_addresses(
        people[0], ["li@first.EXAMPLE", "nobody@first.example"], now=NOW
    )

    assert linked == 1
    assert Identity.objects.get().actor == mine
    assert not other.identities.exists()


def test_an_address_that_another_confirmed_first_stays_there(people):
    git_author("shared@first.example")
    git_author("li@first.example")
    link_confirmed_addresses(people[1], ["shared@first.example"], now=NOW)

    addresses = ["shared@first.example", "li@first.example"]
    assert link_confirmed_addresses(people[0], addresses, now=LATER) == 1
    assert link_confirmed_addresses(people[0], addresses, now=LATER) == 1
    assert people[1].identities.count() == 1


def test_joining_again_brings_the_number_up_to_date(people, university):
    role = Membership.Role.STUDENT
    first = join_institution(people[0], university, role=role, now=NOW)
    again = join_institution(people[0], university, role=role, now=LATER, person_code="0023")

    assert again == first
    assert (again.person_code, again.joined_at) == ("0023", NOW)


def test_who_comes_back_joins_anew(people, university):
    role = Membership.Role.STUDENT
    left = join_institution(people[0], university, role=role, now=NOW)
    Membership.objects.filter(pk=left.pk).update(ended_at=NOW)

    assert join_institution(people[0], university, role=role, now=LATER).joined_at == LATER
    assert Membership.objects.count() == 2


def test_joining_twice_at_once_is_one_membership(committed_db, people, university):
    role = Membership.Role.TEACHER

    results = at_once(*[lambda: join_institution(people[0], university, role=role, now=NOW)] * 4)

    assert not [result for result in results if isinstance(result, IntegrityError)]
    assert Membership.objects.count() == 1
