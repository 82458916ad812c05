"""From certificates to credits: once for each contribution, never above a cap, by people."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.models import Application, Claim, LogEntry, Project, Recognition, Score
from credits.services.booking import reverse_recognition
from credits.services.certificates import revoke_certificate
from credits.services.policies import publish_policy
from credits.services.recognition import (
    AlreadyClaimedError,
    AlreadyDecidedError,
    CertificateNotValidError,
    Decision,
    NoPolicyError,
    NotRegistrarError,
    ReasonMissingError,
    TooManyCreditsError,
    decide_application,
    submit_application,
    withdraw_application,
)
from tests.committing import *  # noqa: F403
from tests.committing import at_once, crash_while_waiting
from tests.university import *  # noqa: F403
from tests.university import DATA, ISSUED, START

NOW = ISSUED + timedelta(hours=1)
DAY = timedelta(days=1)
POLICY = (DATA / "policies" / "innovation-practice-1.0.toml").read_text(encoding="utf-8")
APPROVE = Decision(approve=True)

pytestmark = pytest.mark.django_db


@pytest.fixture
def apply(student, university, policy):
    def submit(*certificates, **options):
        chosen = {"institution": university, "certificates": certificates, "now": NOW, **options}
        return submit_application(chosen.pop("applicant", student), **chosen)

    return submit


@pytest.fixture
def decide(registrar):
    def take(application, decision=APPROVE, **options):
        chosen = {"decided_by": registrar, "now": NOW, **options}
        return decide_application(application, decision, **chosen)

    return take


def standing_credits():
    return sum(Recognition.objects.standing().values_list("credits", flat=True))


def open_claims():
    return Claim.objects.filter(released_at=None).count()


def test_an_application_keeps_what_was_proposed_and_why(apply, make_certificate):
    application = apply(make_certificate(60_000), note="For my degree")

    assert application.proposed_credits == Decimal("1.0")
    assert application.proposal["points"] == 60_000
    assert all(reason["en"] and reason["zh"] for reason in application.proposal["reasons"])
    assert (application.state, application.note) == (Application.State.SUBMITTED, "For my degree")


def test_claims_and_releases_are_logged_without_a_name(apply, make_certificate):
    application = apply(make_certificate())
    withdraw_application(application, now=NOW)

    kinds = LogEntry.objects.filter(kind__in=["claim", "release"]).values_list("kind", flat=True)
    assert list(kinds) == ["claim", "release"]


def test_what_is_refused_is_not_logged(apply, make_certificate):
    certificate = make_certificate()
    apply(certificate)

    with pytest.raises(AlreadyClaimedError):
        apply(certificate)

    assert LogEntry.objects.filter(kind="claim").count() == 1


def test_a_contribution_is_claimed_once(apply, make_certificate):
    certificate = make_certificate()
    apply(certificate)

    with pytest.raises(AlreadyClaimedError, match="1 of these contributions"):
        apply(certificate)

    assert (Application.objects.count(), open_claims()) == (1, 1)


def test_a_contribution_in_another_certificate_is_the_same_contribution(
    apply, make_certificate, student
):
    first, second = make_certificate(), make_certificate()
    second.items.update(participation=first.items.get().participation)
    apply(first)

    with pytest.raises(AlreadyClaimedError):
        apply(second)


@pytest.fixture
def make_pair(make_certificate, project, rule_set):
    """A certificate of a commit, and one of the change with which that commit counts since."""

    def make():
        old, new = make_certificate(), make_certificate()
        commit, change = (one.items.get().participation for one in (old, new))
        Score.objects.create(
            participation=commit,
            project=project,
            rule_set=rule_set,
            points=0,
            state=Score.State.NOT_COUNTED,
            counts_with=change.contribution,
            scored_at=NOW,
        )
        Project.objects.update(scored_by=rule_set)
        return old, new

    return make


@pytest.mark.parametrize("turn", [1, -1], ids=["commit-first", "change-first"])
def test_a_commit_and_the_change_with_which_it_counts_earn_once(apply, make_pair, turn):
    first, second = make_pair()[::turn]
    apply(first)

    with pytest.raises(AlreadyClaimedError, match="hold the same work as another one"):
        apply(second)

    assert (Application.objects.count(), open_claims()) == (1, 1)


def test_a_commit_and_its_change_earn_once_in_one_application_too(apply, make_pair):
    with pytest.raises(AlreadyClaimedError, match="1 of these contributions hold the same work"):
        apply(*make_pair())

    assert not Application.objects.exists()


def test_what_was_withdrawn_leaves_the_change_free(apply, make_pair):
    old, new = make_pair()
    withdraw_application(apply(old), now=NOW)

    assert apply(new).state == Application.State.SUBMITTED


def test_a_certified_commit_alone_is_still_good(apply, make_pair):
    assert apply(make_pair()[0]).state == Application.State.SUBMITTED


def test_what_counts_with_somebody_elses_part_of_the_change_is_free(
    apply, make_pair, make_certificate, registrar
):
    old, new = make_pair()
    other = User.objects.create_user("wu")
    theirs = make_certificate(holder=other)
    theirs.items.update(participation=new.items.get().participation)
    apply(theirs, applicant=other)

    assert apply(old).state == Application.State.SUBMITTED


def test_a_contribution_is_claimed_at_one_institution_only(
    apply, make_certificate, make_institution, student
):
    certificate, other = make_certificate(), make_institution("second")
    publish_policy(other, POLICY, now=START)
    join_institution(student, other, role=Membership.Role.STUDENT, now=START)
    apply(certificate)

    with pytest.raises(AlreadyClaimedError):
        apply(certificate, institution=other)


def test_without_a_policy_there_is_nothing_to_apply_for(apply, make_certificate, make_institution):
    with pytest.raises(NoPolicyError):
        apply(make_certificate(), institution=make_institution("third"))


def test_without_a_certificate_there_is_nothing_to_apply_with(apply):
    with pytest.raises(CertificateNotValidError):
        apply()


def test_somebody_elses_certificate_is_refused(apply, make_certificate, registrar):
    with pytest.raises(CertificateNotValidError):
        apply(make_certificate(holder=registrar))


@pytest.mark.parametrize("changes", [{"revoked_at": NOW}, {"expires_at": NOW}])
def test_a_certificate_that_is_not_valid_is_refused(apply, make_certificate, changes):
    with pytest.raises(CertificateNotValidError):
        apply(make_certificate(), make_certificate(**changes))

    assert not Application.objects.exists()


def test_what_was_withdrawn_may_be_claimed_again(apply, make_certificate):
    certificate = make_certificate()
    first = apply(certificate)

    withdraw_application(first, now=NOW)

    assert apply(certificate).state == Application.State.SUBMITTED
    assert open_claims() == 1


def test_what_was_turned_down_may_be_claimed_again(apply, decide, make_certificate):
    certificate = make_certificate()

    turned_down = decide(apply(certificate), Decision(approve=False, reason="Not open source"))

    assert turned_down.state == Application.State.REJECTED
    assert not Recognition.objects.exists()
    assert apply(certificate).state == Application.State.SUBMITTED


def test_what_was_reversed_may_be_claimed_again(apply, decide, make_certificate):
    certificate = make_certificate()
    decided = decide(apply(certificate))
    reverse_recognition(decided.recognition, actor="Chen", reason="Wrong person", now=NOW)

    again = decide(apply(certificate))

    assert again.recognition.credits == Decimal("1.0")
    assert (standing_credits(), open_claims()) == (1, 1)


def test_an_approval_without_a_number_gives_what_the_policy_proposed(
    apply, decide, make_certificate, registrar
):
    decided = decide(apply(make_certificate()))

    recognition = decided.recognition
    assert (recognition.credits, recognition.term) == (Decimal("1.0"), "2026-2027-1")
    assert (recognition.state, recognition.decided_by) == (Recognition.State.APPROVED, registrar)
    assert [event.state for event in recognition.events.all()] == [Recognition.State.APPROVED]


def test_an_application_is_decided_once(apply, decide, make_certificate):
    application = apply(make_certificate())
    decide(application)

    for decision in (APPROVE, Decision(approve=False, reason="After all not")):
        with pytest.raises(AlreadyDecidedError):
            decide(application, decision)
    with pytest.raises(AlreadyDecidedError):
        withdraw_application(application, now=NOW)

    assert Recognition.objects.count() == 1


def test_only_a_registrar_of_that_institution_decides(
    apply, decide, make_certificate, student, make_institution
):
    application = apply(make_certificate())
    teacher, elsewhere, gone = (User.objects.create_user(name) for name in "tes")
    university, role = application.institution, Membership.Role.REGISTRAR
    join_institution(teacher, university, role=Membership.Role.TEACHER, now=START)
    join_institution(elsewhere, make_institution("elsewhere"), role=role, now=START)
    join_institution(gone, university, role=role, now=START)
    gone.memberships.update(ended_at=START)

    for person in (teacher, elsewhere, gone, student):
        with pytest.raises(NotRegistrarError):
            decide(application, decided_by=person)


def test_nobody_decides_on_an_application_of_their_own(
    apply, decide, make_certificate, student, university
):
    join_institution(student, university, role=Membership.Role.REGISTRAR, now=START)

    with pytest.raises(NotRegistrarError):
        decide(apply(make_certificate()), decided_by=student)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(approve=False),
        Decision(approve=False, reason="  "),
        Decision(approve=True, credits=Decimal("0.5")),
        Decision(approve=True, credits=Decimal("1.5"), reason="\n"),
    ],
)
def test_another_decision_than_proposed_needs_a_reason(apply, decide, make_certificate, decision):
    application = apply(make_certificate())

    with pytest.raises(ReasonMissingError):
        decide(application, decision)

    application.refresh_from_db()
    assert application.state == Application.State.SUBMITTED


def test_with_a_reason_fewer_or_more_credits_are_given(apply, decide, make_certificate):
    fewer = Decision(approve=True, credits=Decimal("0.5"), reason="Half of it was class")

    decided = decide(apply(make_certificate()), fewer)

    assert decided.recognition.credits == Decimal("0.5")
    assert decided.recognition.events.get().reason == "Half of it was class"


@pytest.mark.parametrize("given", ["2.5", "99", "-0.5"])
def test_nobody_gives_more_than_the_cap_or_less_than_nothing(
    apply, decide, make_certificate, given
):
    application = apply(make_certificate())

    with pytest.raises(TooManyCreditsError, match="from 0 to 2"):
        decide(application, Decision(approve=True, credits=Decimal(given), reason="Well done"))

    assert not Recognition.objects.exists()


def test_the_cap_of_a_term_holds_for_the_term_that_is_decided_on(apply, decide, make_certificate):
    two = Decision(approve=True, credits=Decimal(2), term="2025-2026-2", reason="Outstanding")
    decide(apply(make_certificate()), two)

    with pytest.raises(TooManyCreditsError, match="from 0 to 0"):
        decide(apply(make_certificate()), two)

    this_term = Decision(approve=True, credits=Decimal(2), reason="Outstanding")
    assert decide(apply(make_certificate()), this_term).recognition.term == "2026-2027-1"
    assert standing_credits() == 4


def test_a_certificate_revoked_since_brings_no_credits(apply, decide, issued):
    application = apply(issued)
    revoke_certificate(issued, reason="plagiarism", now=NOW)

    with pytest.raises(CertificateNotValidError):
        decide(application)

    turned_down = decide(application, Decision(approve=False, reason="Plagiarism"))
    assert turned_down.state == Application.State.REJECTED


def test_of_many_applications_at_once_one_claims_the_contribution(
    committed_db, apply, make_certificate
):
    certificate = make_certificate()

    results = at_once(*[lambda: apply(certificate)] * 6)

    assert sum(isinstance(result, Application) for result in results) == 1
    assert sum(isinstance(result, AlreadyClaimedError) for result in results) == 5
    assert (Application.objects.count(), open_claims()) == (1, 1)


def test_overlapping_certificates_applied_with_at_once_never_claim_twice(
    committed_db, apply, make_certificate
):
    first, second = make_certificate(), make_certificate()
    for certificate, other in ((first, second), (second, first)):
        shared = other.items.order_by("pk").first().participation
        certificate.items.create(participation=shared, points=1, category="code")

    results = at_once(lambda: apply(first), lambda: apply(second))

    assert sorted(type(result).__name__ for result in results) == [
        "AlreadyClaimedError",
        "Application",
    ]
    assert open_claims() == 2


def test_two_registrars_at_once_do_not_exceed_a_cap_together(
    committed_db, apply, decide, make_certificate
):
    waiting = [apply(make_certificate(120_000)) for _ in range(3)]
    assert {application.proposed_credits for application in waiting} == {Decimal("2.0")}

    results = at_once(*[lambda each=each: decide(each) for each in waiting])

    assert sum(isinstance(result, TooManyCreditsError) for result in results) == 2
    assert standing_credits() == 2


def test_two_registrars_at_once_decide_one_application_once(
    committed_db, apply, decide, make_certificate
):
    application = apply(make_certificate())
    turned_down = Decision(approve=False, reason="Not open source")

    results = at_once(
        *[lambda: decide(application)] * 2, *[lambda: decide(application, turned_down)] * 2
    )

    assert sum(isinstance(result, AlreadyDecidedError) for result in results) == 3
    application.refresh_from_db()
    is_approved = application.state == Application.State.APPROVED
    assert Recognition.objects.count() == open_claims() == int(is_approved)


def test_who_dies_while_deciding_decides_nothing(committed_db, apply, decide, make_certificate):
    application = apply(make_certificate())

    crash_while_waiting(
        lambda: decide(application),
        lock="LOCK TABLE credits_recognitionevent IN SHARE MODE",
    )

    application.refresh_from_db()
    assert application.state == Application.State.SUBMITTED
    assert not Recognition.objects.exists()
    assert decide(application).state == Application.State.APPROVED


def test_the_number_of_queries_does_not_grow_with_the_contributions(
    apply, decide, make_certificate, make_participation
):
    counts = []
    for size in (3, 30):
        certificate = make_certificate(1_000)
        for _ in range(size):
            certificate.items.create(participation=make_participation(), points=0, category="code")
        with CaptureQueriesContext(connection) as queries:
            decide(apply(certificate))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 45
