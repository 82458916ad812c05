"""Disputes are answered by somebody else, with a reason; what is accepted is scored at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.core.canonical import canonical_json, sha256_hex
from credits.models import BotVerdict, Dispute, LogEntry, Ruling, Score
from credits.services.complaints import AlreadyDisputedError, Complaint, NotDisputableError
from credits.services.disputes import (
    DisputeClosedError,
    MayNotDecideError,
    NoAppealError,
    NotYoursError,
    ReasonNeededError,
    appeal_dispute,
    decide_appeal,
    decide_dispute,
    open_dispute,
    withdraw_dispute,
)
from credits.services.outcomes import record_outcomes, statement_of
from credits.services.rulings import Author, rule_on
from credits.services.scoring import LOCKS, score_project
from harvesters.forge import Participant, Role
from harvesters.models import Actor
from tests.committing import *  # noqa: F403
from tests.committing import aside, at_once
from tests.disputing import *  # noqa: F403
from tests.disputing import COUNT, DECIDED, DOCS, NOT_A_BOT, OPENED, part, score_of
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, account, actor, change, harvest, record
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def decide(dispute, who, *, accept=True, now=DECIDED):
    return decide_dispute(dispute, accept=accept, reason="I looked", decided_by=who, now=now)


def test_a_dispute_is_due_ten_working_days_later_and_keeps_the_score(dispute):
    assert dispute.due_at == datetime(2026, 12, 7, 23, 59, 59, tzinfo=UTC)
    assert dispute.before["points"] == 8_000
    assert dispute.before["category"] == "code"
    assert dispute.after is None
    assert score_of(part(1)).points == 8_000


def test_an_accepted_dispute_is_scored_at_once_and_both_versions_stay(dispute, sun):
    decided = decide(dispute, sun)

    assert decided.state == Dispute.State.ACCEPTED
    assert decided.before["category"] == "code"
    assert decided.after["category"] == score_of(part(1)).category == "docs"
    assert decided.after["points"] == score_of(part(1)).points != decided.before["points"]
    ruling = Ruling.objects.standing().get()
    assert (ruling.subject, ruling.decided_by, ruling.reason) == ("category", sun, "I looked")


def test_a_rejected_dispute_changes_no_number(rejected):
    assert rejected.state == Dispute.State.REJECTED
    assert rejected.after is None
    assert not Ruling.objects.exists()
    assert score_of(part(1)).points == 8_000


def test_an_appeal_is_decided_by_somebody_else_and_recomputes(rejected, student, sun, qian):
    appealed = appeal_dispute(rejected, by=student, reason="Look at the files", now=DECIDED)
    with pytest.raises(MayNotDecideError):
        decide_appeal(appealed, accept=False, reason="Again", decided_by=sun, now=DECIDED)

    decided = decide_appeal(appealed, accept=True, reason="True", decided_by=qian, now=DECIDED)

    assert decided.state == Dispute.State.ACCEPTED
    assert (decided.decided_by, decided.appeal_decided_by) == (sun, qian)
    assert decided.decision_reason == "It is code"
    assert score_of(part(1)).category == decided.after["category"] == "docs"


def test_each_decision_is_in_the_log_and_names_no_person(rejected, student, qian):
    def digests():
        entries = LogEntry.objects.filter(kind=LogEntry.Kind.DISPUTE).order_by("index")
        return list(entries.values_list("body_digest", flat=True))

    first = sha256_hex(canonical_json(statement_of(rejected)))
    appealed = appeal_dispute(rejected, by=student, reason="Look again", now=DECIDED)
    decided = decide_appeal(appealed, accept=True, reason="True", decided_by=qian, now=DECIDED)

    assert digests() == [first, sha256_hex(canonical_json(statement_of(decided)))]
    assert {"opened_by", "decided_by"}.isdisjoint(statement_of(decided))


def test_staff_decides_an_appeal_where_nobody_else_can(rejected, student, staff):
    appealed = appeal_dispute(rejected, by=student, reason="Look again", now=DECIDED)

    decided = decide_appeal(appealed, accept=False, reason="No", decided_by=staff, now=DECIDED)

    assert decided.state == Dispute.State.REJECTED
    with pytest.raises(NoAppealError):
        appeal_dispute(decided, by=student, reason="Once more", now=DECIDED)


def test_an_appeal_comes_in_time_or_not_at_all(rejected, student):
    late = rejected.appeal_until + timedelta(seconds=1)

    with pytest.raises(NoAppealError):
        appeal_dispute(rejected, by=student, reason="Late", now=late)


def test_an_open_or_a_withdrawn_dispute_is_not_appealed(dispute, student):
    with pytest.raises(NoAppealError):
        appeal_dispute(dispute, by=student, reason="Now", now=OPENED)
    withdraw_dispute(dispute, by=student)
    with pytest.raises(NoAppealError):
        appeal_dispute(dispute, by=student, reason="Now", now=OPENED)


def test_who_disputes_takes_it_back_and_nobody_else(dispute, student, sun):
    with pytest.raises(NotYoursError):
        withdraw_dispute(dispute, by=sun)

    assert withdraw_dispute(dispute, by=student).state == Dispute.State.WITHDRAWN
    with pytest.raises(DisputeClosedError):
        decide(dispute, sun)


def test_only_the_owner_of_the_account_disputes_its_work(worked, sun):
    with pytest.raises(NotYoursError):
        open_dispute(part(1), DOCS, opened_by=sun, now=OPENED)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_is_disputed_decided_or_appealed_without_a_reason(dispute, sun, student, reason):
    with pytest.raises(ReasonNeededError):
        open_dispute(part(2), replace(DOCS, reason=reason), opened_by=student, now=OPENED)
    with pytest.raises(ReasonNeededError):
        decide_dispute(dispute, accept=True, reason=reason, decided_by=sun, now=DECIDED)
    rejected = decide(dispute, sun, accept=False)
    with pytest.raises(ReasonNeededError):
        appeal_dispute(rejected, by=student, reason=reason, now=DECIDED)


def test_one_dispute_is_open_about_one_thing(dispute, student):
    with pytest.raises(AlreadyDisputedError):
        open_dispute(part(1), DOCS, opened_by=student, now=OPENED)

    assert open_dispute(part(2), DOCS, opened_by=student, now=OPENED)


def test_what_was_decided_is_not_asked_again_until_something_changes(
    worked, rejected, student, sun
):
    with pytest.raises(AlreadyDisputedError):
        open_dispute(part(1), DOCS, opened_by=student, now=DECIDED)

    harvest(worked, change(1, lines=300), now=DECIDED)
    score_project(worked, now=DECIDED)
    assert open_dispute(part(1), DOCS, opened_by=student, now=DECIDED).before["points"] > 8_000


def test_the_database_lets_nobody_decide_their_own_or_twice(rejected, student, sun):
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.update(decided_by=student)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.update(
            appeal_decided_by=sun, appeal_decided_at=DECIDED, appeal_decision_reason="Again"
        )


def test_strangers_and_the_person_do_not_decide(dispute, student, registrar, worked, staff):
    worked.maintainers.add(student)

    for who in (student, registrar, staff):
        with pytest.raises(MayNotDecideError):
            decide(dispute, who)


def test_where_the_only_maintainer_is_the_person_staff_decides(worked, student, staff):
    worked.maintainers.set([student])
    dispute = open_dispute(part(1), DOCS, opened_by=student, now=OPENED)

    with pytest.raises(MayNotDecideError):
        decide(dispute, student)
    assert decide(dispute, staff).state == Dispute.State.ACCEPTED


def test_who_shares_the_work_does_not_decide_on_it(worked, student, sun, staff):
    prove_identity(sun, actor("wu"), method=Identity.Method.DEMO, now=SCORED)
    wanted = {"weights": {str(part(3).pk): 3, str(part(3, "wu").pk): 1}}
    complaint = Complaint(Dispute.Subject.SHARE, wanted, "I did most of it")
    dispute = open_dispute(part(3), complaint, opened_by=student, now=OPENED)

    with pytest.raises(MayNotDecideError):
        decide(dispute, sun)
    decide(dispute, staff)

    assert score_of(part(3)).points == 6_000
    assert score_of(part(3, "wu")).points == 2_000


def test_staff_decides_what_is_overdue(dispute, staff):
    assert decide(dispute, staff, now=dispute.due_at + timedelta(seconds=1)).decided_by == staff


@pytest.mark.parametrize("weights", [{}, {"1": 1}, None, "all", [1]])
def test_shares_name_each_person_once_and_nobody_else(worked, student, weights):
    complaint = Complaint(Dispute.Subject.SHARE, {"weights": weights}, "Mine")

    with pytest.raises(NotDisputableError):
        open_dispute(part(3), complaint, opened_by=student, now=OPENED)


@pytest.mark.parametrize("weights", [(0, 0), (-1, 2), (5, 5), (1, 1.5), (True, 1), (1_001, 1)])
def test_shares_are_whole_numbers_and_others_than_now(worked, student, weights):
    keys = (str(part(3).pk), str(part(3, "wu").pk))
    wanted = {"weights": dict(zip(keys, weights, strict=True))}
    complaint = Complaint(Dispute.Subject.SHARE, wanted, "Mine")

    with pytest.raises(NotDisputableError):
        open_dispute(part(3), complaint, opened_by=student, now=OPENED)


def test_what_waits_counts_once_a_maintainer_lets_it(worked, student, sun):
    harvest(worked, replace(change(1), state="open"), now=OPENED)
    score_project(worked, now=OPENED)
    dispute = open_dispute(part(1), COUNT, opened_by=student, now=OPENED)

    decided = decide(dispute, sun)

    assert decided.before["state"] == "waiting"
    assert (decided.after["state"], decided.after["points"]) == ("counted", 8_000)
    assert Ruling.objects.get().value == {"pardoned": [decided.before["reasons"][-1]["rule"]]}


def test_what_maintainers_denied_counts_after_all(worked, student, sun, qian):
    author = Author(sun, "Copied")
    rule_on(part(1).contribution, "acceptance", {"endorsed": False}, author=author, now=OPENED)
    score_project(worked, now=OPENED)
    dispute = open_dispute(part(1), COUNT, opened_by=student, now=OPENED)

    assert dispute.before["state"] == "not_counted"
    assert decide(dispute, qian).after["points"] == 8_000


def test_no_decision_lets_a_merge_commit_count_and_the_person_is_told_what_helps(worked, student):
    harvest(worked, change(1, is_merge=True), now=OPENED)
    score_project(worked, now=OPENED)

    with pytest.raises(NotDisputableError, match="counts where it was made"):
        open_dispute(part(1), COUNT, opened_by=student, now=OPENED)


def test_where_facts_changed_so_that_no_decision_helps_the_decider_is_told(worked, student, sun):
    harvest(worked, replace(change(1), state="open"), now=OPENED)
    score_project(worked, now=OPENED)
    dispute = open_dispute(part(1), COUNT, opened_by=student, now=OPENED)
    harvest(worked, change(1, is_merge=True), now=OPENED)
    score_project(worked, now=OPENED)

    with pytest.raises(NotDisputableError):
        decide(dispute, sun)
    assert decide(dispute, sun, accept=False).state == Dispute.State.REJECTED


def test_what_counts_cannot_be_asked_to_count(worked, student):
    with pytest.raises(NotDisputableError):
        open_dispute(part(1), COUNT, opened_by=student, now=OPENED)


@pytest.mark.parametrize("wanted", [{"category": "code"}, {"category": "gold"}, {}])
def test_a_kind_of_work_is_one_that_the_rule_set_knows(worked, student, wanted):
    with pytest.raises(NotDisputableError):
        open_dispute(part(1), replace(DOCS, wanted=wanted), opened_by=student, now=OPENED)


def test_what_no_rule_set_has_looked_at_is_not_disputed(worked, student):
    Score.objects.all().delete()

    with pytest.raises(NotDisputableError, match="No rule set"):
        open_dispute(part(1), DOCS, opened_by=student, now=OPENED)


def zhao(project):
    """A person whose account was taken for a bot, with three changes, one of them shared."""
    bot = account("zhao", is_bot=True)
    alone = [Participant(bot, Role.AUTHOR)]
    works = [record(number, alone, sizes={"code": [100, 0]}) for number in (11, 12)]
    shared = [Participant(account("wu"), Role.AUTHOR), Participant(bot, Role.CO_AUTHOR)]
    harvest(project, *works, record(13, shared, sizes={"code": [100, 0]}), now=SCORED)
    score_project(project, now=SCORED)
    person = User.objects.create_user("zhao")
    prove_identity(person, actor("zhao"), method=Identity.Method.DEMO, now=SCORED)
    return person


def points_of(login):
    scores = Score.objects.in_force().filter(participation__actor__login=login)
    return sorted(scores.values_list("points", flat=True))


def test_who_was_taken_for_a_bot_gets_all_the_points_back(project, rule_set, sun):
    person = zhao(project)
    before = points_of("zhao")
    dispute = open_dispute(part(11, "zhao"), NOT_A_BOT, opened_by=person, now=OPENED)

    decided = decide(dispute, sun)

    assert before == [0, 0, 0]
    assert points_of("zhao") == [4_000, 8_000, 8_000]
    assert decided.after["points"] == 8_000
    assert not BotVerdict.objects.standing().get().is_bot
    assert Actor.objects.get(login="zhao").is_bot  # What the forge said stays.


def test_one_dispute_is_open_about_one_account(project, rule_set, sun):
    person = zhao(project)
    open_dispute(part(11, "zhao"), NOT_A_BOT, opened_by=person, now=OPENED)

    with pytest.raises(AlreadyDisputedError):
        open_dispute(part(12, "zhao"), NOT_A_BOT, opened_by=person, now=OPENED)


def test_who_is_no_bot_does_not_dispute_it(worked, student):
    with pytest.raises(NotDisputableError):
        open_dispute(part(1), NOT_A_BOT, opened_by=student, now=OPENED)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(committed_db, worked, dispute, sun, qian):
    results = at_once(
        aside(lambda: decide(dispute, sun)), aside(lambda: decide(dispute, qian, accept=False))
    )

    lost = [one for one in results if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], DisputeClosedError)
    dispute.refresh_from_db()
    is_accepted = dispute.state == Dispute.State.ACCEPTED
    assert is_accepted == (dispute.decided_by == sun) == Ruling.objects.exists()
    assert (score_of(part(1)).category == "docs") == is_accepted


@pytest.mark.django_db(transaction=True)
def test_a_dispute_is_opened_once_by_two_clicks(committed_db, worked, student):
    def click():
        return open_dispute(part(1), DOCS, opened_by=student, now=OPENED)

    results = at_once(aside(click), aside(click))

    assert sorted(isinstance(one, AlreadyDisputedError) for one in results) == [False, True]
    assert Dispute.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_others_score_the_decision_stands_and_the_outcome_follows(
    committed_db, worked, dispute, sun
):
    def elsewhere():
        with connection.cursor() as sql:
            sql.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, worked.pk])
            other = at_once(aside(lambda: decide(dispute, sun)))
            sql.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, worked.pk])
            return other

    (decided,) = elsewhere()
    assert (decided.state, decided.after) == (Dispute.State.ACCEPTED, None)
    assert record_outcomes() == 0

    score_project(worked, now=DECIDED)

    assert record_outcomes() == 1
    dispute.refresh_from_db()
    assert dispute.after["category"] == "docs"
    assert record_outcomes() == 0


def test_what_a_decision_lifted_is_still_held_by_every_other_guard(worked, student, sun):
    harvest(worked, replace(change(1), state="open"), now=OPENED)
    score_project(worked, now=OPENED)
    decide(open_dispute(part(1), COUNT, opened_by=student, now=OPENED), sun)
    assert score_of(part(1)).state == Score.State.COUNTED

    harvest(worked, replace(change(1, lines=0), state="open"), now=DECIDED)
    score_project(worked, now=DECIDED)

    assert score_of(part(1)).state == Score.State.NOT_COUNTED
    assert score_of(part(1)).reasons[-1]["rule"] == "nothing-by-hand"
