"""Credit policies: published versions, and what they propose."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from credits.models import Certificate, CertificateItem, CreditPolicy, Recognition
from credits.services.policies import (
    PolicyVersionTakenError,
    points_of,
    policy_in_force,
    prior_credits,
    propose,
    publish_policy,
    term_at,
    term_of,
)
from tests.university import *  # noqa: F403
from tests.university import DATA, ISSUED, START

NOW = ISSUED
DAY = timedelta(days=1)
SOURCE = (DATA / "policies" / "innovation-practice-1.0.toml").read_text(encoding="utf-8")
NEXT = SOURCE.replace('version = "1.0"', 'version = "2.0"')
STUDENT = CreditPolicy.Audience.STUDENT
TERM = "2026-2027-1"

pytestmark = pytest.mark.django_db


@pytest.fixture
def recognise(make_application, registrar):
    """Make a certificate into a recognition, as if decided before."""

    def make(certificate, credits, **changes):  # noqa: A002 - the field's own word
        application = make_application(certificate, state="approved")
        fields = {"state": Recognition.State.BOOKED, "term": TERM, **changes}
        return Recognition.objects.create(
            application=application,
            institution=application.institution,
            learner=application.applicant,
            policy=application.policy,
            credits=Decimal(credits),
            decided_by=registrar,
            decided_at=NOW,
            updated_at=NOW,
            **fields,
        )

    return make


def test_the_same_version_twice_is_the_same_policy(university, policy):
    assert publish_policy(university, SOURCE, now=NOW) == policy
    assert CreditPolicy.objects.count() == 1


def test_a_published_version_keeps_its_text(university, policy):
    with pytest.raises(PolicyVersionTakenError):
        publish_policy(university, SOURCE.replace("points = 30", "points = 10"), now=NOW)

    assert CreditPolicy.objects.get().source == SOURCE


def test_a_new_version_replaces_the_old_one_from_then_on(university, policy):
    newer = publish_policy(university, NEXT, now=NOW)

    assert policy_in_force(university, STUDENT, now=NOW) == newer
    policy.refresh_from_db()
    assert policy.retired_at == NOW


def test_policies_of_other_institutions_stay_as_they_are(make_institution, university, policy):
    other = make_institution("second-university")

    publish_policy(other, NEXT, now=NOW)

    assert policy_in_force(university, STUDENT, now=NOW) == policy


def test_a_policy_for_students_is_none_for_teachers(university, policy):
    assert policy_in_force(university, CreditPolicy.Audience.TEACHER, now=NOW) is None


def test_before_it_was_published_a_policy_does_not_count(university, policy):
    assert policy_in_force(university, STUDENT, now=START - DAY) is None


def test_the_database_refuses_to_edit_a_published_policy(policy):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditPolicy.objects.filter(pk=policy.pk).update(source="")


def test_a_contribution_in_two_certificates_counts_once_at_its_highest(make_certificate):
    first, second = make_certificate(10_000), make_certificate(20_000)
    shared = first.items.get().participation
    CertificateItem.objects.create(
        certificate=second, participation=shared, points=12_000, category="code"
    )

    assert points_of([first, second]) == {"code": 32_000}
    assert points_of([second, first]) == {"code": 32_000}


def test_it_proposes_by_the_points_of_the_certificates(student, make_certificate, policy):
    proposal = propose(student, [make_certificate(60_000)], policy, now=NOW)

    assert (proposal.credits, proposal.points) == (Decimal("1.0"), 60_000)


def test_two_applications_give_together_what_one_gives(
    student, make_certificate, policy, recognise
):
    first, second = make_certificate(60_000), make_certificate(60_000)
    whole = propose(student, [first, second], policy, now=NOW).credits

    recognise(first, 1)
    rest = propose(student, [second], policy, now=NOW).credits

    assert (whole, rest) == (Decimal("2.0"), Decimal("1.0"))


def test_caps_of_a_term_and_of_a_degree_hold_together(student, make_certificate, policy, recognise):
    recognise(make_certificate(120_000), 2, term=TERM)
    more = [make_certificate(600_000)]

    this_term = propose(student, more, policy, now=NOW)
    next_term = propose(student, more, policy, now=datetime(2027, 3, 1, tzinfo=UTC))

    assert (this_term.credits, next_term.credits) == (Decimal("0.0"), Decimal("2.0"))


def test_what_was_reversed_neither_counts_nor_is_taken_off(
    student, make_certificate, policy, recognise
):
    first = make_certificate(60_000)
    recognise(first, 1, state=Recognition.State.REVERSED)

    assert prior_credits(student, policy, TERM).degree == 0
    assert propose(student, [first], policy, now=NOW).credits == Decimal("1.0")


def test_credits_of_another_person_are_nobody_elses(registrar, make_certificate, policy, recognise):
    recognise(make_certificate(60_000), 1)

    assert prior_credits(registrar, policy, TERM).degree == 0


@pytest.mark.parametrize(
    ("day", "term"),
    [
        ("2026-08-01", "2026-2027-1"),
        ("2026-12-31", "2026-2027-1"),
        ("2027-01-31", "2026-2027-1"),
        ("2027-02-01", "2026-2027-2"),
        ("2027-07-31", "2026-2027-2"),
    ],
)
def test_a_term_is_named_by_the_academic_year(day, term):
    assert term_of(datetime.fromisoformat(day).date()) == term


def test_a_term_begins_by_the_calendar_of_the_institution(university):
    evening = datetime(2026, 7, 31, 18, tzinfo=UTC)
    university.time_zone = "Asia/Shanghai"

    assert term_at(university, evening) == "2026-2027-1"
    university.time_zone = "Europe/Lisbon"
    assert term_at(university, evening) == "2025-2026-2"


def test_the_number_of_queries_does_not_grow_with_the_certificates(
    student, make_certificate, policy, recognise, django_assert_num_queries
):
    for _ in range(3):
        recognise(make_certificate(1_000), 0)
    few, policy_again = [make_certificate(1_000) for _ in range(3)], CreditPolicy.objects.get()
    with django_assert_num_queries(5):
        propose(student, few, policy_again, now=NOW)
    for _ in range(30):
        recognise(make_certificate(1_000), 0)
    many, policy_again = list(Certificate.objects.all()), CreditPolicy.objects.get()

    with django_assert_num_queries(5):
        propose(student, many, policy_again, now=NOW)
