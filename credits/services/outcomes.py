"""Scores as a dispute found them and as it left them: both versions stay, and the log says so."""

import logging
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from credits.core.canonical import canonical_json
from credits.core.scoring import NO_CATEGORY
from credits.models import Dispute, LogEntry, Project, Score
from credits.services.grounds import score_in_force
from credits.services.log import append_entry
from credits.services.rules import NoRuleSetError
from credits.services.scoring import ScoringElsewhereError, score_project
from harvesters.models import ChangedContribution

logger = logging.getLogger(__name__)


def snapshot(score: Score | None) -> dict[str, Any]:
    """``score`` as a dispute keeps it; its rule set never changes, and has the sentences."""
    if score is None:
        return {"points": 0, "category": NO_CATEGORY, "state": "", "reasons": [], "rule_set": None}
    return {
        "points": score.points,
        "category": score.category,
        "state": score.state,
        "reasons": score.reasons,
        "rule_set": score.rule_set_id,
    }


def log_decision(dispute: Dispute, *, now: datetime) -> LogEntry:
    """Commit to what was decided on ``dispute``, so that nobody can tell it otherwise later.

    The statement names no person. Call it in the transaction of the decision.
    """
    return append_entry(LogEntry.Kind.DISPUTE, canonical_json(statement_of(dispute)), now=now)


def statement_of(dispute: Dispute) -> dict[str, Any]:
    """What the log commits to, as it can be built again from ``dispute`` until it is appealed."""
    decided_at = dispute.appeal_decided_at or dispute.decided_at
    return {
        "dispute": dispute.pk,
        "participation": dispute.participation_id,
        "subject": dispute.subject,
        "wanted": dispute.wanted,
        "outcome": dispute.state,
        "is_appeal": dispute.appeal_decided_at is not None,
        "decided_at": decided_at.isoformat() if decided_at else "",
    }


def score_after_decision(project: Project, *, now: datetime) -> None:
    """Score at once what was just decided and committed, and keep the outcomes.

    Scoring takes a lock of its own for many transactions, so this must not be called in one.
    Where that cannot be now, nothing is lost: the decision is marked, and the worker scores it
    within its next round.
    """
    try:
        score_project(project, now=now, waits=False)
    except (NoRuleSetError, ScoringElsewhereError) as error:
        logger.info("project %s is scored later: %s", project.pk, error)
    record_outcomes()


def record_outcomes() -> int:
    """Keep the scores of accepted disputes that were scored anew; returns how many."""
    waits = ChangedContribution.objects.filter(
        contribution=OuterRef("participation__contribution"), is_echo=False
    )
    accepted = Dispute.objects.filter(state=Dispute.State.ACCEPTED, after__isnull=True)
    scored = accepted.exclude(Exists(waits)).select_related("participation")
    return sum(_record(dispute) for dispute in scored)


def _record(dispute: Dispute) -> int:
    after = snapshot(score_in_force(dispute.participation))
    kept = Dispute.objects.filter(pk=dispute.pk, after__isnull=True)
    return kept.update(after=after)
