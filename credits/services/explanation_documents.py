"""An explanation as a document: what the API answers and the command prints with ``--json``."""

from datetime import UTC, datetime
from typing import Any

from credits.core.counterfactuals import Change
from credits.core.points import decimal_points
from credits.core.texts import Text
from credits.models import BotVerdict, RuleSet, Ruling, Score
from credits.services.explanations import Explanation, PartExplanation
from harvesters.models import Contribution


def explanation_document(explanation: Explanation, base_url: str) -> dict[str, Any]:
    """``explanation`` with every sentence in both languages; points are decimal strings."""
    found = explanation.contribution
    return {
        "id": found.pk,
        "kind": found.kind,
        "title": found.title,
        "occurred_at": _utc(found.occurred_at),
        "repository": str(found.repository),
        "project": explanation.project.slug if explanation.project else None,
        "evidence": {
            "url": found.url,
            "digest": found.digest,
            "harvested_at": _utc(found.harvested_at),
        },
        "inputs": {fact.name: fact.value for fact in explanation.facts},
        "work_item": [_other(other) for other in explanation.related],
        "parts": [_part(part, base_url) for part in explanation.parts],
        "rulings": [_ruling(ruling) for ruling in explanation.rulings],
        "bot_verdicts": [_verdict(verdict) for verdict in explanation.verdicts],
    }


def _part(part: PartExplanation, base_url: str) -> dict[str, Any]:
    score, account = part.score, part.participation.actor
    return {
        "participation": part.participation.pk,
        "account": {"host": account.host, "login": account.login},
        "role": part.participation.role,
        "state": part.state,
        "headline": _both(part.headline),
        "waits_until": _utc(part.waits_until),
        "category": score.category if score else None,
        "points": decimal_points(part.points),
        "rule_set": _rule_set(score.rule_set, base_url) if score else None,
        "facts_digest": score.facts_digest if score else None,
        "scored_at": _utc(score.scored_at) if score else None,
        "is_stale": part.is_stale,
        "lines": [{**line, "points": decimal_points(line["points"])} for line in part.lines],
        "changes": [_change(change) for change in part.changes],
        "depends_on": [_both(text) for text in part.depends_on],
        "former": [_former(score, base_url) for score in part.former],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fields": list(change.fields),
        "now": list(change.now),
        "needed": list(change.needed),
        "points_now": decimal_points(change.points_now),
        "points_after": decimal_points(change.points_after),
        "state_after": change.state_after,
        "until": _utc(change.until),
        **_both(change.text),
    }


def _former(score: Score, base_url: str) -> dict[str, Any]:
    return {
        "rule_set": _rule_set(score.rule_set, base_url),
        "points": decimal_points(score.points),
        "state": score.state,
        "scored_at": _utc(score.scored_at),
    }


def _rule_set(rule_set: RuleSet, base_url: str) -> dict[str, str]:
    return {
        "slug": rule_set.slug,
        "version": rule_set.version,
        "digest": rule_set.digest,
        "url": f"{base_url}{rule_set.get_absolute_url()}",
    }


def _other(contribution: Contribution) -> dict[str, Any]:
    return {"id": contribution.pk, "title": contribution.title, "url": contribution.url}


def _ruling(ruling: Ruling) -> dict[str, Any]:
    return {
        "subject": ruling.subject,
        "reason": ruling.reason,
        "decided_at": _utc(ruling.decided_at),
        "replaced_at": _utc(ruling.replaced_at),
    }


def _verdict(verdict: BotVerdict) -> dict[str, Any]:
    return {
        "account": {"host": verdict.actor.host, "login": verdict.actor.login},
        "is_bot": verdict.is_bot,
        "reason": verdict.reason,
        "decided_at": _utc(verdict.decided_at),
        "replaced_at": _utc(verdict.replaced_at),
    }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _utc(moment: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC, as everywhere in the API."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
