"""A contribution that counts no more takes its certificate with it, after a day, by rule."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services import withdraw_identity
from credits.core.canonical import canonical_json, sha256_hex
from credits.core.verdict import Outcome
from credits.models import Certificate, CertificateItem, LogEntry, Notice, Recognition
from credits.services.certificate_life import (
    reinstate_certificate,
    supersession_statement,
    suspend_certificate,
)
from credits.services.certificates import issue_certificate
from credits.services.disputes import decide_dispute, open_dispute
from credits.services.fsck import find_faults
from credits.services.recognition import Decision, decide_application, submit_application
from credits.services.rules import create_draft, publish_rule_set
from credits.services.rulings import Author, judge_account, rule_on
from credits.services.scoring import score_project
from credits.services.superseding import (
    TOLD_BEFORE,
    look_after_certificates,
    supersede_certificate,
    warn_of_expiry,
)
from credits.services.verification import verify_stored
from credits.services.voiding import SETTLES_AFTER, mark_void_items
from credits.services.wishes import NameForm, Wishes
from credits.services.withdrawals import restore_participation, withdraw_participation
from harvesters.models import Actor
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.disputing import *  # noqa: F403
from tests.disputing import COUNT, part
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, actor, change, harvest
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
END = BEGUN + timedelta(days=30)
HOUR = timedelta(hours=1)
SETTLED = NOW + SETTLES_AFTER + HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    """Of four contributions, 28 points."""
    return issue_certificate(student, start=BEGUN, end=END, now=NOW - HOUR)


def revert(project, number, *, by, now=NOW):
    """Somebody takes change ``number`` back by change ``by``, and that is scored."""
    harvest(project, change(by, "wu", reverts=f"#{number}"), now=now)
    score_project(project, now=now)


def void():
    items = CertificateItem.objects.filter(void_since__isnull=False)
    return dict(items.values_list("participation__contribution__title", "void_reason"))


def kinds(person):
    return list(Notice.objects.of(person).values_list("kind", flat=True))


def test_a_reverted_contribution_supersedes_the_certificate_after_a_day(
    certificate, worked, student
):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    assert void() == {"Change 1": "reverted"}
    assert verify_stored(certificate, now=NOW).is_valid

    assert look_after_certificates(now=SETTLED) == 1

    certificate.refresh_from_db()
    successor = certificate.superseded_by
    assert (certificate.points, successor.points) == (28_000, 20_000)
    assert verify_stored(certificate, now=SETTLED).outcome is Outcome.SUPERSEDED
    assert verify_stored(successor, now=SETTLED).is_valid
    assert successor.rule_set == certificate.rule_set
    assert (successor.period_start, successor.period_end) == (BEGUN, END)
    assert "Change 1" not in successor.evidence
    assert list(find_faults()) == []


def test_the_holder_is_told_why_and_by_when_and_then_what_took_its_place(
    certificate, worked, student
):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    look_after_certificates(now=SETTLED)

    superseded, at_risk = Notice.objects.of(student)

    assert (at_risk.kind, superseded.kind) == ("at_risk", "superseded")
    assert at_risk.parameters["contributions"] == ["Change 1"]
    assert "taken back" in at_risk.parameters["why"]["en"]
    assert at_risk.parameters["until"] == (NOW + SETTLES_AFTER).isoformat()
    assert superseded.parameters["contributions"] == ["Change 1"]
    assert superseded.parameters["successor"] == certificate_of(student).code


def certificate_of(student):
    return Certificate.objects.held_by(student).valid(SETTLED).get()


def test_the_log_has_both_in_the_transaction_of_the_fact(certificate, worked):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    before = LogEntry.objects.count()
    look_after_certificates(now=SETTLED)

    issued, superseded = LogEntry.objects.order_by("index")[before:]
    certificate.refresh_from_db()
    assert (issued.kind, superseded.kind) == ("issue", "supersede")
    body = canonical_json(supersession_statement(certificate))
    assert superseded.body_digest == sha256_hex(body)


def test_it_is_done_once_however_often_somebody_looks(certificate, worked, student):
    revert(worked, 1, by=90)
    for hours in range(0, 72, 6):
        look_after_certificates(now=NOW + hours * HOUR)

    assert Certificate.objects.count() == 2
    assert kinds(student) == ["superseded", "at_risk"]
    assert supersede_certificate(certificate, now=SETTLED) is None


def test_a_revert_that_is_reverted_within_a_day_changes_nothing(certificate, worked, student):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    revert(worked, 90, by=91, now=NOW + 5 * HOUR)

    assert look_after_certificates(now=NOW + 6 * HOUR) == 0
    assert look_after_certificates(now=SETTLED) == 0

    assert void() == {}
    assert verify_stored(certificate, now=SETTLED).is_valid


def test_flapping_begins_the_day_anew(certificate, worked):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    revert(worked, 90, by=91, now=NOW + 5 * HOUR)
    look_after_certificates(now=NOW + 6 * HOUR)
    revert(worked, 1, by=92, now=NOW + 10 * HOUR)
    look_after_certificates(now=NOW + 11 * HOUR)

    assert look_after_certificates(now=SETTLED) == 0
    assert look_after_certificates(now=SETTLED + 12 * HOUR) == 1


def test_what_the_person_takes_back_supersedes_too(certificate, student):
    withdraw_participation(part(2), by=student, now=NOW)
    look_after_certificates(now=NOW)

    assert void() == {"Change 2": "withdrawn"}
    assert look_after_certificates(now=SETTLED) == 1


def test_what_the_person_lets_count_again_stays(certificate, student):
    withdraw_participation(part(2), by=student, now=NOW)
    look_after_certificates(now=NOW)
    restore_participation(part(2), by=student, now=NOW + HOUR)

    assert look_after_certificates(now=SETTLED) == 0


def test_what_maintainers_deny_supersedes(certificate, worked, sun):
    deny(worked, sun)

    look_after_certificates(now=NOW)

    assert void() == {"Change 0": "denied"}


def deny(project, maintainer):
    author = Author(maintainer, "copied")
    rule_on(part(0).contribution, "acceptance", {"endorsed": False}, author=author, now=NOW)
    score_project(project, now=NOW)


def test_work_of_a_bot_revokes_where_nothing_is_left(certificate, worked, staff, student):
    judge_account(actor("li"), is_bot=True, author=Author(staff, "a bot"), now=NOW)
    score_project(worked, now=NOW)
    look_after_certificates(now=NOW)

    assert look_after_certificates(now=SETTLED) == 1

    certificate.refresh_from_db()
    assert certificate.superseded_by is None
    assert certificate.revocation_reason == "nothing-counts"
    assert verify_stored(certificate, now=SETTLED).outcome is Outcome.REVOKED
    assert kinds(student)[0] == "revoked"
    assert list(find_faults()) == []


def test_what_somebody_disputes_waits_for_the_decision(certificate, worked, student, sun, qian):
    deny(worked, sun)
    look_after_certificates(now=NOW)
    disputed = open_dispute(part(0), COUNT, opened_by=student, now=NOW)

    assert look_after_certificates(now=SETTLED) == 0

    decide_dispute(disputed, accept=False, reason="It is", decided_by=qian, now=SETTLED)
    assert look_after_certificates(now=SETTLED) == 1


def test_an_accepted_dispute_saves_the_certificate(certificate, worked, student, sun, qian):
    deny(worked, sun)
    look_after_certificates(now=NOW)
    disputed = open_dispute(part(0), COUNT, opened_by=student, now=NOW)
    decide_dispute(disputed, accept=True, reason="It is not", decided_by=qian, now=SETTLED)

    assert look_after_certificates(now=SETTLED) == 0
    assert void() == {}


def test_what_is_suspended_waits_for_its_end(certificate, worked):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    suspend_certificate(certificate, reason="looked into", now=NOW)

    assert look_after_certificates(now=SETTLED) == 0

    reinstate_certificate(certificate, now=SETTLED)
    assert look_after_certificates(now=SETTLED) == 1


def next_rules(project, text, now=NOW):
    source = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
    without_cases = source.split("[[cases]]")[0]
    source = text(without_cases.replace('version = "1.0"', 'version = "2.0"', 1))
    publish_rule_set(create_draft(source), active_from=now, now=now)
    score_project(project, now=now)


def test_new_rules_take_nothing_from_a_certificate(certificate, worked):
    next_rules(
        worked,
        lambda text: text.replace("when = 'is_merge'", "when = 'is_merge || is_merged'"),
    )

    assert look_after_certificates(now=NOW) == 0
    assert void() == {}
    assert look_after_certificates(now=SETTLED) == 0


def test_the_successor_is_issued_by_the_rules_of_the_certificate(certificate, worked):
    next_rules(worked, lambda text: text)
    revert(worked, 1, by=90, now=NOW + HOUR)
    look_after_certificates(now=NOW + HOUR)
    assert void() == {"Change 1": "reverted"}

    assert look_after_certificates(now=SETTLED + HOUR) == 1

    certificate.refresh_from_db()
    assert certificate.superseded_by.rule_set.version == "1.0"
    assert certificate.superseded_by.points == 20_000
    assert verify_stored(certificate.superseded_by, now=SETTLED + HOUR).is_valid
    assert list(find_faults()) == []


def test_what_changed_is_scored_by_former_rules_once(certificate, worked):
    next_rules(worked, lambda text: text)
    revert(worked, 1, by=90, now=NOW + HOUR)
    mark_void_items(now=NOW + HOUR)

    with CaptureQueriesContext(connection) as queries:
        mark_void_items(now=NOW + 2 * HOUR)

    assert len(queries) <= 6


def test_what_a_limit_leaves_takes_nothing(certificate, worked):
    # A week gives forty points at most, in the order of time: earlier work takes their place.
    more = [change(100 + number, lines=2000) for number in range(6)]
    harvest(worked, *more, now=NOW)
    score_project(worked, now=NOW)

    look_after_certificates(now=NOW)

    assert void() == {}


def test_who_unlinks_the_account_keeps_the_rest_of_the_certificate(certificate, worked, student):
    withdraw_identity(student.identities.get(), now=NOW)
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)

    assert look_after_certificates(now=SETTLED) == 1

    certificate.refresh_from_db()
    assert certificate.superseded_by.holder == student
    assert certificate.superseded_by.items.count() == 3


def test_the_name_stands_in_the_successor_only_if_it_stood_before(student, worked):
    wishes = Wishes(names=NameForm.NONE, proves_email=True)
    nameless = issue_certificate(student, start=BEGUN, end=END, now=NOW - HOUR, wishes=wishes)
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    look_after_certificates(now=SETTLED)

    nameless.refresh_from_db()
    assert "Li Ming" not in nameless.superseded_by.credential
    assert json.loads(nameless.superseded_by.credential)["credentialSubject"]["identifier"]


def test_universities_are_told_and_decide_themselves(
    certificate, worked, student, registrar, policy
):
    asked = submit_application(
        student, institution=policy.institution, certificates=[certificate], now=NOW - HOUR
    )
    decide_application(asked, Decision(approve=True), decided_by=registrar, now=NOW - HOUR)
    credits_before = Recognition.objects.get().credits
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)
    look_after_certificates(now=SETTLED)

    recognition = Recognition.objects.get()
    notice = Notice.objects.of(registrar).get()
    assert (recognition.state, recognition.credits) == ("approved", credits_before)
    assert recognition.needs_review_since == SETTLED
    assert notice.application == asked
    assert notice.parameters["what"] == "superseded"
    certificate.refresh_from_db()
    assert certificate.superseded_by.code in recognition.events.last().reason


def test_two_who_look_at_once_issue_one_successor(committed_db, certificate, worked):
    revert(worked, 1, by=90)
    look_after_certificates(now=NOW)

    done = at_once(*[lambda: look_after_certificates(now=SETTLED)] * 3)

    assert [result for result in done if isinstance(result, Exception)] == []
    assert sum(done) == 1
    assert Certificate.objects.count() == 2
    assert LogEntry.objects.filter(kind="supersede").count() == 1


def test_a_certificate_that_expires_soon_is_told_of_once(certificate, student):
    soon = certificate.expires_at - TOLD_BEFORE

    assert warn_of_expiry(now=soon - HOUR) == 0
    assert (warn_of_expiry(now=soon), warn_of_expiry(now=soon + HOUR)) == (1, 0)
    assert kinds(student) == ["expires"]
    assert warn_of_expiry(now=certificate.expires_at) == 0


def test_looking_costs_the_same_however_many_certificates_there_are(certificate, student, worked):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            look_after_certificates(now=NOW)
        counts.append(len(queries))
        for _another in range(3):
            issue_certificate(student, start=BEGUN, end=END, now=NOW - HOUR)
    assert counts[0] == counts[1] <= 12


def test_the_accounts_of_others_are_not_looked_at(certificate, worked, staff):
    judge_account(actor("wu"), is_bot=True, author=Author(staff, "a bot"), now=NOW)
    score_project(worked, now=NOW)

    assert Actor.objects.filter(login="wu").exists()
    assert look_after_certificates(now=NOW) == 0
    assert void() == {}
