"""Sent, booked, taken back: only the university says booked, and each once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from credits.models import Application, Claim, LogEntry, Recognition
from credits.services.booking import (
    MixedHoldersError,
    WrongStateError,
    book_recognition,
    mark_exported,
    record_recognition,
    reverse_recognition,
)
from credits.services.recognition import (
    AlreadyClaimedError,
    Decision,
    NotRegistrarError,
    TooManyCreditsError,
    decide_application,
)
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.university import *  # noqa: F403
from tests.university import ISSUED

NOW = ISSUED + timedelta(hours=1)
LATER = NOW + timedelta(days=1)
State = Recognition.State

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(waiting, registrar):
    return decide_application(
        waiting, Decision(approve=True), decided_by=registrar, now=NOW
    ).recognition


@pytest.fixture
def record(university, registrar, policy):
    def make(*certificates, **options):
        decision = options.pop("decision", Decision(approve=True))
        chosen = {"decided_by": registrar, "reference": "JW-1", "now": NOW, **options}
        return record_recognition(university, decision, certificates=certificates, **chosen)

    return make


def book(recognition, reference="JW-1", now=NOW):
    return book_recognition(recognition, actor="Student system", reference=reference, now=now)


def reverse(recognition):
    return reverse_recognition(recognition, actor="Chen", reason="Wrong person", now=LATER)


def logged():
    return LogEntry.objects.filter(kind=LogEntry.Kind.RECOGNITION).count()


def states(recognition):
    return [event.state for event in recognition.events.all()]


def test_exported_is_not_booked(approved):
    exported = mark_exported(approved, actor="Student system", now=NOW)

    assert (exported.state, exported.booked_at) == (State.EXPORTED, None)
    assert logged() == 0


def test_a_booking_keeps_reference_and_moment_and_is_logged(approved):
    booked = book(approved)

    assert (booked.state, booked.external_reference, booked.booked_at) == (
        State.BOOKED,
        "JW-1",
        NOW,
    )
    assert (logged(), states(booked)) == (1, [State.APPROVED, State.BOOKED])


def test_the_same_booking_twice_is_one_booking(approved):
    book(approved)

    again = book(approved, now=LATER)

    assert (again.booked_at, logged()) == (NOW, 1)
    assert states(again) == [State.APPROVED, State.BOOKED]


def test_a_booking_under_another_reference_is_not_taken_for_the_same(approved):
    book(approved)

    with pytest.raises(WrongStateError, match="JW-1"):
        book(approved, "JW-2")

    approved.refresh_from_db()
    assert approved.external_reference == "JW-1"


def test_what_is_booked_is_not_exported_again(approved):
    book(approved)

    with pytest.raises(WrongStateError):
        mark_exported(approved, actor="Student system", now=LATER)


@pytest.mark.parametrize("reach", [lambda one: one, book])
def test_credits_are_taken_back_with_a_reason(approved, reach):
    reach(approved)

    taken_back = reverse(approved)

    assert taken_back.state == State.REVERSED
    assert taken_back.events.last().reason == "Wrong person"
    assert not Claim.objects.filter(released_at=None).exists()
    assert not Recognition.objects.standing().exists()


def test_what_was_taken_back_is_not_booked_any_more(approved):
    reverse(approved)

    with pytest.raises(WrongStateError):
        book(approved, "JW-2")

    approved.refresh_from_db()
    assert (approved.external_reference, approved.booked_at, logged()) == ("", None, 0)


def test_taking_back_twice_is_once(approved):
    reverse(approved)

    assert states(reverse(approved)) == [State.APPROVED, State.REVERSED]


def test_a_decision_of_the_universitys_own_system_is_kept_and_booked(record, issued):
    recorded = record(issued, decision=Decision(approve=True, term="2025-2026-2"))

    assert (recorded.credits, recorded.state) == (Decimal("1.0"), State.BOOKED)
    assert recorded.term == "2025-2026-2"
    assert recorded.application.state == Application.State.APPROVED


def test_the_same_certificate_is_recorded_once(record, issued):
    record(issued)

    with pytest.raises(AlreadyClaimedError):
        record(issued, reference="JW-2")

    assert Recognition.objects.count() == 1


def test_certificates_of_several_people_are_no_one_recognition(record, make_certificate, registrar):
    with pytest.raises(MixedHoldersError):
        record(make_certificate(), make_certificate(holder=registrar))
    with pytest.raises(MixedHoldersError):
        record()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"decision": Decision(approve=True, credits=Decimal(3), reason="x")}, TooManyCreditsError),
        ({"decided_by": "student"}, NotRegistrarError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(record, issued, student, options, error):
    chosen = {**options, **({"decided_by": student} if "decided_by" in options else {})}

    with pytest.raises(error):
        record(issued, **chosen)

    assert not Application.objects.exists()
    assert not Claim.objects.exists()


def test_recorded_by_many_at_once_it_is_booked_once(committed_db, record, issued):
    results = at_once(*[lambda: record(issued)] * 5)

    assert sum(isinstance(result, Recognition) for result in results) == 1
    assert sum(isinstance(result, AlreadyClaimedError) for result in results) == 4
    assert (Recognition.objects.count(), Application.objects.count(), logged()) == (1, 1, 1)


def test_booked_by_many_at_once_it_is_logged_once(committed_db, approved):
    results = at_once(*[lambda: book(approved)] * 5)

    assert [result.state for result in results] == [State.BOOKED] * 5
    assert (logged(), states(approved)) == (1, [State.APPROVED, State.BOOKED])


def test_booked_and_taken_back_at_once_it_ends_taken_back(committed_db, approved):
    at_once(lambda: book(approved), lambda: reverse(approved))

    approved.refresh_from_db()
    assert approved.state == State.REVERSED
    assert not Claim.objects.filter(released_at=None).exists()
    assert logged() == int(approved.booked_at is not None)


def test_who_dies_while_booking_books_nothing(committed_db, approved):
    crash_while_waiting(lambda: book(approved), lock="LOCK TABLE credits_logentry IN SHARE MODE")

    approved.refresh_from_db()
    assert (approved.state, approved.external_reference, logged()) == (State.APPROVED, "", 0)
    assert book(approved).state == State.BOOKED
