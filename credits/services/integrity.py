"""Integrity reviews: opened by signals, answered by the person, decided by another person.

Nothing here writes a score, a certificate or a rank: a review asks a question, and what follows
from a decision is for people to do.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Identity, User
from credits.core.canonical import sha256_hex
from credits.core.signals import asks_for_review, find_signals, survey_of
from credits.core.working_days import due_at
from credits.models import IntegrityReview, Project
from credits.services.accepted_items import Accepted, accepted_items, people_of
from credits.services.errors import CreditsError
from harvesters.models import Actor

logger = logging.getLogger(__name__)

LEAST_DECIDED = 8
"""From so many decided reviews on a signal that is mostly wrong is switched off."""


class NotTheirReviewError(CreditsError):
    """Only the person whose contributions these are can answer; sign in as that person."""


class NotYoursToDecideError(CreditsError):
    """A maintainer or operator decides whom the evidence neither concerns nor names."""


class DecisionReasonMissingError(CreditsError):
    """Say why: the person reads it."""


class AnswerMissingError(CreditsError):
    """Write what you want to say first."""


class ReviewDecidedError(CreditsError):
    """Somebody decided it in the meantime; reload the page."""


class StillToBeAnsweredError(CreditsError):
    """The person has time to answer yet. Until then you can only find that nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Overturned:
    """How often reviews that a signal took part in were cleared."""

    cleared: int
    decided: int


def look_for_signals(*, now: datetime) -> int:
    """Look through every project; returns how many reviews were opened."""
    return sum(open_reviews(project, now=now) for project in Project.objects.order_by("pk"))


@transaction.atomic
def open_reviews(project: Project, *, now: datetime) -> int:
    """Open a review for each person of whom two independent signals speak; returns how many.

    It changes no score. While a review is pending its evidence is kept up to date; what was
    decided on is never asked about again, so a closed review does not come back by the same
    contributions.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    accepted = accepted_items(project, now=now)
    survey = survey_of(accepted.items, elsewhere=accepted.elsewhere, houses=accepted.houses)
    names, before = _names(accepted), _reviews_before(project)
    off = frozenset(switched_off_signals())
    opened = 0
    for person in survey.items:
        settled = frozenset(before.settled.get(person, ()))
        signals = find_signals(person, survey, names, settled=settled, off=off)
        if asks_for_review(signals):
            until = now + IntegrityReview.ANSWER_WITHIN if person in accepted.users else None
            told = {"signals": [signal.as_json() for signal in signals], "due_at": until}
            opened += _ask(project, person, before.pending.get(person), told, now)
    logger.info("looked for signals in project %s: %d reviews opened", project.pk, opened)
    return opened


@dataclass(frozen=True, slots=True)
class _Before:
    """By person: the review that is pending, and the contributions that were decided on."""

    pending: Mapping[int, IntegrityReview]
    settled: Mapping[int, set[int]]


def _reviews_before(project: Project) -> _Before:
    reviews = list(IntegrityReview.objects.filter(project=project))
    people = people_of({review.actor_id for review in reviews})
    settled: dict[int, set[int]] = defaultdict(set)
    for review in reviews:
        if not review.is_pending:
            settled[people.of(review.actor_id)] |= review.contributions
    pending = {people.of(review.actor_id): review for review in reviews if review.is_pending}
    return _Before(pending, settled)


def _names(accepted: Accepted) -> dict[int, str]:
    """The logins of everybody whom a signal could name."""
    people: set[int] = set()
    for item in (*accepted.items, *accepted.elsewhere):
        people.update((item.person, *item.accepted_by, *item.co_authors, *item.written_by))
    return dict(Actor.objects.filter(pk__in=people).values_list("pk", "login"))


def _ask(
    project: Project,
    person: int,
    pending: IntegrityReview | None,
    told: dict[str, Any],
    now: datetime,
) -> bool:
    """Open a review, or bring the evidence of the pending one up to date; whether it is new."""
    digest = sha256_hex(json.dumps(told["signals"], sort_keys=True).encode())
    if pending is None:
        IntegrityReview.objects.create(
            project=project, actor_id=person, evidence_digest=digest, opened_at=now, **told
        )
        return True
    if pending.due_at is None and pending.state == IntegrityReview.State.OPEN:
        pending.due_at = told["due_at"]
    elif pending.evidence_digest == digest:
        return False
    pending.signals, pending.evidence_digest = told["signals"], digest
    pending.save(update_fields=["signals", "evidence_digest", "due_at"])
    return False


def switched_off_signals() -> dict[str, Overturned]:
    """Signals that were wrong more often than right: they take part in no new review.

    A signal is switched off when more than half of at least 8 decided reviews that it took part
    in were cleared.
    """
    with connection.cursor() as sql:
        sql.execute(_OVERTURNED, {"least": LEAST_DECIDED})
        return {name: Overturned(cleared, decided) for name, cleared, decided in sql.fetchall()}


@transaction.atomic
def answer_review(
    review: IntegrityReview, *, answered_by: User, answer: str, now: datetime
) -> IntegrityReview:
    """Say what the person has to say; it may be changed until the decision.

    With the first answer the time for the decision begins: 10 working days.

    Raises:
        NotTheirReviewError, AnswerMissingError, ReviewDecidedError
    """
    if not answer.strip():
        raise AnswerMissingError
    if not IntegrityReview.objects.about(answered_by).filter(pk=review.pk).exists():
        raise NotTheirReviewError
    kept = _locked(review)
    if kept.state == IntegrityReview.State.OPEN:
        kept.state, kept.answered_at = IntegrityReview.State.ANSWERED, now
        kept.due_at = due_at(now, IntegrityReview.DECIDE_WITHIN_WORKING_DAYS)
    kept.answer = answer.strip()
    kept.save(update_fields=["state", "answer", "answered_at", "due_at"])
    return kept


@transaction.atomic
def decide_review(
    review: IntegrityReview, *, decided_by: User, uphold: bool, reason: str, now: datetime
) -> IntegrityReview:
    """Clear the person, or uphold the concern. No score changes either way.

    Raises:
        NotYoursToDecideError, DecisionReasonMissingError, StillToBeAnsweredError,
        ReviewDecidedError
    """
    if not reason.strip():
        raise DecisionReasonMissingError
    kept = _locked(review)
    if not may_decide(kept, decided_by):
        raise NotYoursToDecideError
    if uphold and kept.is_answerable_at(now):
        raise StillToBeAnsweredError
    kept.state = IntegrityReview.State.UPHELD if uphold else IntegrityReview.State.CLEARED
    kept.decided_by, kept.decision_reason, kept.decided_at = decided_by, reason.strip(), now
    kept.save(update_fields=["state", "decided_by", "decision_reason", "decided_at"])
    return kept


def may_decide(review: IntegrityReview, user: User) -> bool:
    """Whether ``user`` is a maintainer or operator whom the evidence neither concerns nor names.

    Who accepts another's contributions for being accepted must not decide about that.
    """
    if not IntegrityReview.objects.for_reviewer(user).filter(pk=review.pk).exists():
        return False
    own = Identity.objects.active().filter(user=user)
    return not own.filter(actor__in=review.people).exists()


def _locked(review: IntegrityReview) -> IntegrityReview:
    kept = IntegrityReview.objects.select_for_update().get(pk=review.pk)
    if not kept.is_pending:
        raise ReviewDecidedError
    return kept


_OVERTURNED = """
SELECT signal ->> 'name', count(*) FILTER (WHERE review.state = 'cleared'), count(*)
FROM credits_integrityreview review CROSS JOIN LATERAL jsonb_array_elements(review.signals) signal
WHERE review.state IN ('cleared', 'upheld')
GROUP BY 1
HAVING count(*) >= %(least)s AND 2 * count(*) FILTER (WHERE review.state = 'cleared') > count(*)
"""
