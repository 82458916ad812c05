"""Certificates: what they count, that they are logged, that they are revoked for good."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Identity
from accounts.services import prove_identity, withdraw_identity
from credits.core.canonical import sha256_hex
from credits.core.log import body_digest, document_body
from credits.core.verdict import Outcome
from credits.models import (
    Certificate,
    CertificateItem,
    LogEntry,
    Project,
    RuleSet,
    Score,
    StatusList,
)
from credits.services import status
from credits.services.certificates import (
    AlreadyRevokedError,
    find_certificate,
    issue_certificate,
    preview_certificate,
    revoke_certificate,
)
from credits.services.entering import NothingToCertifyError, SeveralRuleSetsError
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from credits.services.verification import verify_stored
from credits.services.wishes import NameForm, Wishes
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, actor, change, harvest
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
END = BEGUN + timedelta(days=30)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def issue(holder, *, start=BEGUN, end=END, now=NOW, **options):
    return issue_certificate(holder, start=start, end=end, now=now, **options)


def kinds_logged():
    return list(LogEntry.objects.order_by("index").values_list("kind", flat=True))


def test_a_certificate_counts_the_holders_part_of_each_contribution(student, worked):
    certificate = issue(student)

    assert certificate.points == 3 * 8_000 + 4_000
    assert sum(item.points for item in certificate.items.all()) == certificate.points
    assert {item.participation.actor.login for item in certificate.items.all()} == {"li"}
    assert list(certificate.projects.all()) == [worked]


def test_the_document_says_what_the_row_says(student, worked):
    certificate = issue(student)

    document = json.loads(certificate.credential)
    results = document["credentialSubject"]["result"]
    values = {each["resultDescription"].rpartition("#")[2]: each["value"] for each in results}
    assert document["id"].endswith(f"/c/{certificate.code}")
    assert (values["points"], values["contributions"]) == ("28", "4")
    assert certificate.digest == body_digest(document_body(document))
    assert verify_stored(certificate, now=NOW).is_valid


def test_the_log_commits_to_the_very_document(student, worked):
    certificate = issue(student)

    assert certificate.log_entry.kind == LogEntry.Kind.ISSUE
    body = document_body(json.loads(certificate.credential))
    assert certificate.log_entry.body_digest == sha256_hex(body)


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(student, worked):
    second = BEGUN + HOUR

    certificate = issue(student, start=second, end=second + HOUR)

    (item,) = certificate.items.all()
    assert item.participation.contribution.occurred_at == second


def test_a_name_stands_on_it_only_if_its_holder_chose_so(student, worked):
    named, unnamed = issue(student), issue(student, wishes=Wishes(names=NameForm.NONE))

    assert "Li Ming" in named.credential
    assert "Li Ming" not in unnamed.credential + unnamed.evidence


def test_the_address_of_the_holder_stands_on_it_only_if_asked_for_and_only_as_a_hash(
    student, worked
):
    without, proved = issue(student), issue(student, wishes=Wishes(proves_email=True))

    assert "emailAddress" not in without.credential
    assert '"emailAddress"' in proved.credential
    assert student.email not in proved.credential + proved.evidence


def test_what_the_preview_promises_is_what_is_issued(student, worked):
    preview = preview_certificate(student, start=BEGUN, end=END)
    certificate = issue(student)

    assert preview.points == certificate.points
    assert preview.items_count == certificate.items.count()
    assert preview.by_category == [{"category": "code", "count": 4, "points": 28_000}]
    assert (preview.projects, preview.rule_set) == ([worked], certificate.rule_set)


def test_a_preview_writes_nothing(student, worked):
    preview_certificate(student, start=BEGUN, end=END)

    assert not Certificate.objects.exists()
    assert LogEntry.Kind.ISSUE not in kinds_logged()


@pytest.mark.parametrize(("start", "end"), [(BEGUN - END + BEGUN, BEGUN), (END, END + HOUR)])
def test_a_period_without_work_is_refused(student, worked, start, end):
    with pytest.raises(NothingToCertifyError):
        issue(student, start=start, end=end)


def test_another_persons_work_is_not_certified(registrar, student, worked):
    with pytest.raises(NothingToCertifyError):
        issue(registrar)

    assert preview_certificate(registrar, start=BEGUN, end=END).points == 0


def test_work_that_waits_or_counts_nothing_is_not_on_it(student, worked):
    first, second = Score.objects.filter(participation__actor__login="li").order_by("pk")[:2]
    Score.objects.filter(pk=first.pk).update(state=Score.State.WAITING)
    Score.objects.filter(pk=second.pk).update(points=0)

    assert issue(student).items.count() == 2


def test_work_of_one_project_alone_is_certified(student, worked):
    other = Project.objects.create(slug="other", name="Other", registered_at=SCORED)
    harvest(other, change(9), now=SCORED, path="lab/other")
    score_project(other, now=SCORED)

    assert issue(student, project=other).items.count() == 1
    assert issue(student).projects.count() == 2


def test_work_under_several_rule_sets_takes_a_certificate_for_each_project(student, worked):
    other = Project.objects.create(slug="other", name="Other", registered_at=SCORED)
    source = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
    own = create_draft(source.replace('"ai-open-source"', '"own"'), project=other)
    publish_rule_set(own, active_from=SCORED, now=SCORED)
    harvest(other, change(9), now=SCORED, path="lab/other")
    score_project(other, now=SCORED)

    with pytest.raises(SeveralRuleSetsError):
        issue(student)

    assert issue(student, project=other).rule_set.slug == "own"
    assert not RuleSet.objects.filter(certificates__isnull=True, slug="own").exists()


def test_an_identity_that_was_withdrawn_certifies_nothing_more(student, worked):
    before = issue(student)
    withdraw_identity(student.identities.get(), now=NOW)

    with pytest.raises(NothingToCertifyError):
        issue(student)

    assert verify_stored(before, now=NOW).is_valid
    assert before.items.count() == 4


def test_an_account_that_changed_hands_is_certified_for_who_holds_it_now(
    student, registrar, worked
):
    withdraw_identity(student.identities.get(), now=NOW)
    prove_identity(registrar, actor("li"), method=Identity.Method.DEMO, now=NOW)

    assert issue(registrar).points == 28_000


def test_later_facts_do_not_change_what_was_certified(student, worked):
    certificate = issue(student)
    harvest(worked, change(0, lines=2000), now=NOW)
    score_project(worked, now=NOW)

    certificate.refresh_from_db()

    assert certificate.points == sum(item.points for item in certificate.items.all()) == 28_000
    assert verify_stored(certificate, now=NOW).is_valid
    # It would be 44, but a week gives forty at most.
    assert issue(student).points == 40_000


@pytest.mark.parametrize(
    "told",
    [
        {"title": "a\tb \x07 \x7f \ud800 \u2028"},
        {"url": "javascript:alert(1)"},
        {"url": 'https://forge.example/a b"<>'},
        {"facts": {"sizes": {"code": [100, 0]}, "stars": 10**30, "labels": ["\x07"]}},
    ],
)
def test_nothing_that_a_forge_tells_prevents_a_certificate(student, worked, told):
    harvest(worked, replace(change(0), **told), now=SCORED)
    score_project(worked, now=SCORED)

    certificate = issue(student)

    assert certificate.items.count() == 4
    assert verify_stored(certificate, now=NOW).is_valid


def test_a_revoked_certificate_says_so_at_once_everywhere(student, worked):
    certificate = issue(student)

    revoked = revoke_certificate(certificate, reason="plagiarism", now=NOW + HOUR)

    assert (revoked.revoked_at, revoked.revocation_reason) == (NOW + HOUR, "plagiarism")
    assert verify_stored(revoked, now=NOW + HOUR).outcome is Outcome.REVOKED
    assert kinds_logged()[-1] == LogEntry.Kind.REVOKE
    assert not Certificate.objects.valid(NOW + HOUR).exists()


def test_a_certificate_is_revoked_once(student, worked):
    certificate = issue(student)
    revoke_certificate(certificate, reason="plagiarism", now=NOW)

    with pytest.raises(AlreadyRevokedError):
        revoke_certificate(certificate, reason="again", now=NOW)

    certificate.refresh_from_db()
    assert certificate.revocation_reason == "plagiarism"
    assert kinds_logged().count(LogEntry.Kind.REVOKE) == 1


def test_revoking_one_certificate_leaves_the_others_valid(student, worked):
    first, second = issue(student), issue(student)

    revoke_certificate(first, reason="by mistake", now=NOW)

    assert verify_stored(second, now=NOW).is_valid


@pytest.mark.parametrize(
    "change", [{"credential": "{}"}, {"evidence": "{}"}, {"code": "OC-1"}, {"status_index": 1}]
)
def test_the_database_refuses_to_edit_what_was_issued(student, worked, change):
    certificate = issue(student)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk).update(**change)


def test_a_certificate_is_found_by_what_a_person_types(student, worked):
    certificate = issue(student)
    typed = certificate.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert find_certificate(typed) == certificate


@pytest.mark.parametrize("code", ["", "OC", "OC-0000-0000-0000-0000", "\0", "x" * 10_000, "学分"])
def test_a_code_of_nothing_finds_nothing(code):
    assert find_certificate(code) is None


@pytest.mark.parametrize(
    "table", ["credits_certificate", "credits_certificateitem", "credits_certificate_projects"]
)
def test_who_dies_while_issuing_leaves_neither_certificate_nor_entry(
    committed_db, student, worked, table
):
    issue(student)
    before = kinds_logged()

    crash_while_waiting(lambda: issue(student), lock=f"LOCK TABLE {table} IN SHARE MODE")

    assert Certificate.objects.count() == 1
    assert CertificateItem.objects.count() == 4
    assert kinds_logged() == before
    assert issue(student).log_entry_id == len(before)


@pytest.mark.parametrize("table", ["credits_statuslist", "credits_logentry"])
def test_who_dies_while_revoking_revokes_nothing(committed_db, student, worked, table):
    certificate = issue(student)
    before = kinds_logged()

    crash_while_waiting(
        lambda: revoke_certificate(certificate, reason="by mistake", now=NOW),
        lock=f"LOCK TABLE {table} IN SHARE MODE",
    )

    certificate.refresh_from_db()
    assert certificate.revoked_at is None
    assert kinds_logged() == before
    assert verify_stored(certificate, now=NOW).is_valid


def test_issuing_and_revoking_at_once_gives_each_its_own_place(
    committed_db, student, worked, monkeypatch
):
    monkeypatch.setattr(StatusList, "SIZE", 12)
    monkeypatch.setattr(status, "FULLEST", 12)
    old = [issue(student) for _ in range(3)]
    revoking = [
        lambda each=each: revoke_certificate(each, reason="by mistake", now=NOW) for each in old
    ]

    done = at_once(*[lambda: issue(student)] * 5, *revoking)

    assert [result for result in done if isinstance(result, Exception)] == []
    places = list(Certificate.objects.values_list("status_list", "status_index"))
    assert len(places) == len(set(places)) == 8
    assert list(LogEntry.objects.values_list("index", flat=True)) == list(
        range(LogEntry.objects.count())
    )
    assert kinds_logged().count(LogEntry.Kind.ISSUE) == 8
    assert kinds_logged().count(LogEntry.Kind.REVOKE) == 3
    for certificate in Certificate.objects.all():
        assert verify_stored(certificate, now=NOW).is_valid == (certificate not in old)


def test_the_number_of_queries_does_not_grow_with_the_contributions(student, worked):
    issuing, previewing = [], []
    for size in (3, 30):
        harvest(worked, *(change(size * 10 + number) for number in range(size)), now=SCORED)
        score_project(worked, now=SCORED + HOUR)
        with CaptureQueriesContext(connection) as queries:
            preview_certificate(student, start=BEGUN, end=END)
        previewing.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            issue(student)
        issuing.append(len(queries))

    assert previewing[0] == previewing[1] <= 5
    # The first of all publishes the key and signs the new status list as well.
    assert issuing[1] <= issuing[0]
    assert issuing[1] <= 45
