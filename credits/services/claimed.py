"""What is claimed for credits, and what is free again: the log is told in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from credits.core.canonical import canonical_json
from credits.models import Application, Claim, LogEntry
from credits.services.log import append_entry


def log_claims(application: Application, participations: Sequence[int], *, now: datetime) -> None:
    """Tell the log that ``application`` claims ``participations``; it names no person."""
    _log(LogEntry.Kind.CLAIM, application, participations, now)


def release_claims(application: Application, *, now: datetime) -> None:
    """Let the contributions that ``application`` claimed be claimed again."""
    claims = application.claims.filter(released_at=None)
    released = sorted(claims.values_list("participation", flat=True))
    claims.update(released_at=now)
    _log(LogEntry.Kind.RELEASE, application, released, now)


def _log(
    kind: LogEntry.Kind, application: Application, participations: Sequence[int], now: datetime
) -> None:
    if not participations:
        return
    statement = {
        "application": application.pk,
        "institution": application.institution.slug,
        "participations": list(participations),
        "purpose": Claim.Purpose.CREDIT.value,
    }
    append_entry(kind, canonical_json(statement), now=now)
