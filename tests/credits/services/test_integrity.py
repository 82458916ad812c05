"""Reviews are opened by two independent signals, answered, decided; no score changes."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import IntegrityReview, Score
from credits.services.integrity import (
    AnswerMissingError,
    DecisionReasonMissingError,
    NotTheirReviewError,
    NotYoursToDecideError,
    Overturned,
    ReviewDecidedError,
    StillToBeAnsweredError,
    answer_review,
    decide_review,
    look_for_signals,
    open_reviews,
    switched_off_signals,
)
from credits.services.scoring import score_project
from tests.histories import *  # noqa: F403
from tests.histories import actor, harvest
from tests.signalled import *  # noqa: F403
from tests.signalled import LOOKED, accepted, evenings, everybody, later
from tests.university import *  # noqa: F403

State = IntegrityReview.State

pytestmark = pytest.mark.django_db


def decide(review, by, *, uphold=False, now=LOOKED, reason="A sprint."):
    return decide_review(review, decided_by=by, uphold=uphold, reason=reason, now=now)


def test_two_independent_signals_open_a_review_that_says_what_was_seen(review):
    assert review.actor == actor("li")
    assert review.state == State.OPEN
    assert review.due_at == later(days=14)
    assert [signal["name"] for signal in review.signals] == ["reciprocity", "one_hand", "burst"]
    assert review.signals[0]["en"] == (
        "10 of 10 contributions were accepted only by people whose contributions you accept too: wu"
    )
    assert len(review.contributions) == 24
    assert review.people == {actor("wu").pk}


def test_one_signal_alone_opens_none(project):
    spread = [accepted(30 * n, "li", "wu") for n in range(12)]
    back = accepted(400, "wu", "li")
    harvest(project, *spread, back, *everybody(), now=LOOKED)

    assert open_reviews(project, now=LOOKED) == 0


def test_a_review_is_opened_once_and_its_evidence_is_kept_up_to_date(trading, review):
    assert open_reviews(trading, now=later(days=1)) == 0
    harvest(trading, accepted(200, "li", "wu"), now=LOOKED)

    assert open_reviews(trading, now=later(days=2)) == 0
    review.refresh_from_db()
    assert review.signals[0]["hits"] == 11
    assert (review.opened_at, review.due_at) == (LOOKED, later(days=14))


def test_no_review_changes_a_score(trading, student, sun, rule_set):
    score_project(trading, now=LOOKED)
    before = list(Score.objects.order_by("pk").values())

    open_reviews(trading, now=LOOKED)
    review = IntegrityReview.objects.get()
    answer_review(review, answered_by=student, answer="It was a sprint.", now=LOOKED)
    decide(review, sun, uphold=True)
    score_project(trading, now=LOOKED)

    assert list(Score.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("uphold", [True, False])
def test_what_was_decided_on_is_not_asked_about_again_but_new_work_may_be(
    trading, review, student, sun, uphold
):
    answer_review(review, answered_by=student, answer="It was a sprint.", now=LOOKED)
    decide(review, sun, uphold=uphold)

    assert open_reviews(trading, now=later(days=1)) == 0
    harvest(trading, *evenings(480), now=LOOKED)
    assert open_reviews(trading, now=later(days=2)) == 1
    assert not review.contributions & IntegrityReview.objects.pending().get().contributions


def test_accounts_of_one_person_are_one(project, student):
    few = evenings(24, author="li")[:1]
    harvest(project, *few, *evenings(208, author="ming"), *everybody(), now=LOOKED)
    assert open_reviews(project, now=LOOKED) == 1  # Ming alone does.
    IntegrityReview.objects.all().delete()
    for login in ("li", "ming"):
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=LOOKED)

    open_reviews(project, now=LOOKED)

    review = IntegrityReview.objects.get()
    assert review.actor in (actor("li"), actor("ming"))
    assert review.signals[0]["count"] == 11


def test_who_cannot_answer_yet_has_no_due_date_until_the_account_is_proved(project, student, sun):
    harvest(project, *evenings(24), *everybody(), now=LOOKED)
    open_reviews(project, now=LOOKED)
    review = IntegrityReview.objects.get()

    assert review.due_at is None
    with pytest.raises(StillToBeAnsweredError):
        decide(review, sun, uphold=True, now=later(days=99))
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=LOOKED)
    open_reviews(project, now=later(days=100))
    review.refresh_from_db()
    assert review.due_at == later(days=114)


def test_an_answer_starts_the_time_for_the_decision_and_may_be_mended(review, student):
    answer_review(review, answered_by=student, answer=" A sprint. ", now=LOOKED)
    answered = answer_review(
        review, answered_by=student, answer="A long sprint.", now=later(days=1)
    )

    assert (answered.state, answered.answer) == (State.ANSWERED, "A long sprint.")
    assert answered.answered_at == LOOKED
    assert answered.due_at == datetime(2026, 12, 4, 23, 59, 59, tzinfo=UTC)


def test_only_the_person_answers_and_says_something(review, student, sun):
    with pytest.raises(NotTheirReviewError):
        answer_review(review, answered_by=sun, answer="Me!", now=LOOKED)
    with pytest.raises(AnswerMissingError):
        answer_review(review, answered_by=student, answer="  ", now=LOOKED)


def test_a_decision_waits_for_the_answer_or_its_time_unless_it_clears(review, student, sun):
    with pytest.raises(StillToBeAnsweredError):
        decide(review, sun, uphold=True, now=later(days=13))

    decided = decide(review, sun, uphold=True, now=later(days=15))

    assert (decided.state, decided.decided_by) == (State.UPHELD, sun)
    with pytest.raises(ReviewDecidedError):
        decide(review, sun)
    with pytest.raises(ReviewDecidedError):
        answer_review(review, answered_by=student, answer="Late.", now=later(days=16))


def test_a_decision_needs_a_reason(review, sun):
    with pytest.raises(DecisionReasonMissingError):
        decide(review, sun, reason=" ")


def test_who_decides_is_neither_the_person_nor_named_nor_a_stranger(review, student, project):
    operator = User.objects.create_user("operator", is_staff=True)
    wu = User.objects.create_user("wu-person")
    prove_identity(wu, actor("wu"), method=Identity.Method.DEMO, now=LOOKED)
    project.maintainers.add(student, wu)
    student.is_staff = True
    student.save()

    for nobody in (student, wu, User.objects.create_user("stranger")):
        with pytest.raises(NotYoursToDecideError):
            decide(review, nobody)
    assert decide(review, operator).state == State.CLEARED


def make_decided(review, state, count):
    who, _ = User.objects.get_or_create(username="decider", is_staff=True)
    for _ in range(count):
        IntegrityReview.objects.create(
            project=review.project,
            actor=actor("wu"),
            signals=review.signals,
            evidence_digest="",
            state=state,
            opened_at=LOOKED,
            decided_by=who,
            decided_at=LOOKED,
            decision_reason="So.",
        )


def test_a_signal_that_is_mostly_wrong_is_switched_off(trading, review, sun):
    make_decided(review, State.UPHELD, 4)
    make_decided(review, State.CLEARED, 4)
    assert switched_off_signals() == {}

    decide(review, sun)

    assert set(switched_off_signals()) == {"reciprocity", "one_hand", "burst"}
    assert switched_off_signals()["burst"] == Overturned(5, 9)
    harvest(trading, *evenings(480), now=LOOKED)
    assert open_reviews(trading, now=later(days=2)) == 0


def test_fewer_than_eight_decisions_switch_nothing_off(review):
    make_decided(review, State.CLEARED, 7)

    assert switched_off_signals() == {}


def test_the_database_keeps_a_decision_whole(review):
    for wrong in (
        {"state": State.CLEARED},
        {"state": State.ANSWERED},
        {"decided_at": LOOKED},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            IntegrityReview.objects.filter(pk=review.pk).update(**wrong)
    again = IntegrityReview.objects.get(pk=review.pk)
    again.pk = None
    with pytest.raises(IntegrityError, match="one_pending_integrity_review"):
        again.save()


def test_every_project_is_looked_through(trading):
    assert look_for_signals(now=LOOKED) == 1
    assert look_for_signals(now=LOOKED) == 0


def test_it_takes_as_many_queries_however_many_contributions_there_are(trading):
    counts = []
    for size in (9, 60):
        harvest(trading, *(accepted(600 + n, f"a{n}", f"b{n}") for n in range(size)), now=LOOKED)
        open_reviews(trading, now=LOOKED)
        with CaptureQueriesContext(connection) as queries:
            open_reviews(trading, now=LOOKED)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15
