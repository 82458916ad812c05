"""Policies, applications, recognitions, claims, and what the database holds them to."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.models import Application, Claim, CreditPolicy, Recognition
from tests.university import *  # noqa: F403
from tests.university import START

pytestmark = pytest.mark.django_db


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def claim(application, participation, **fields):
    return Claim.objects.create(
        **{
            "application": application,
            "participation": participation,
            "purpose": Claim.Purpose.CREDIT,
            **fields,
        }
    )


def test_a_participation_earns_credit_once(make_application, make_participation):
    first, second = make_application(), make_application()
    participation = make_participation()
    claim(first, participation)

    for application in (first, second):
        with refused("participation_earns_once"), transaction.atomic():
            claim(application, participation)


def test_a_released_claim_stands_in_nobodys_way(make_application, make_participation):
    participation = make_participation()
    for _ in range(3):
        claim(make_application(), participation, released_at=timezone.now())

    assert claim(make_application(), participation).pk


def test_credit_and_teaching_are_claimed_apart(make_application, make_participation):
    application, participation = make_application(), make_participation()
    claim(application, participation)

    assert claim(application, participation, purpose=Claim.Purpose.TEACHING).pk


def test_an_application_is_recognised_once(recognition):
    recognition.pk = None

    with refused("application_id"), transaction.atomic():
        recognition.save(force_insert=True)


def test_credits_are_not_negative(recognition):
    recognition.credits = Decimal("-0.5")

    with refused("credits_not_negative"), transaction.atomic():
        recognition.save()


def test_a_version_of_a_policy_is_published_once(policy, make_institution):
    policy.pk = None
    with refused("policy_version_once"), transaction.atomic():
        policy.save(force_insert=True)

    policy.institution = make_institution("second-university")
    policy.save(force_insert=True)
    assert CreditPolicy.objects.count() == 2


def test_a_registrar_sees_the_applications_of_the_own_institution(
    make_application, registrar, student, make_institution
):
    application = make_application()
    elsewhere = User.objects.create_user("zhao")
    second = make_institution("second-university")
    join_institution(elsewhere, second, role=Membership.Role.REGISTRAR, now=START)

    assert list(Application.objects.for_registrar(registrar)) == [application]
    assert not Application.objects.for_registrar(elsewhere).exists()
    assert not Application.objects.for_registrar(student).exists()


def test_open_is_what_waits_for_a_decision(make_application):
    waiting = make_application()
    for state in ("approved", "rejected", "withdrawn"):
        make_application(state=state)

    assert list(Application.objects.open()) == [waiting]


def test_what_was_reversed_stands_no_more(recognition, make_institution):
    assert list(Recognition.objects.standing().at(recognition.institution)) == [recognition]
    assert not Recognition.objects.at(make_institution("second-university")).exists()

    recognition.state = Recognition.State.REVERSED
    recognition.save()

    assert not Recognition.objects.standing().exists()


def test_each_says_what_it_is(recognition, policy):
    assert str(policy) == "innovation-practice 1.0"
    assert str(recognition) == "Li Ming: 1.5"
    assert str(recognition.application) == "Li Ming -> First-University"
