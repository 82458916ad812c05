"""Certificates: preview, issue with a log entry, revoke, find."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum

from accounts.models import User
from credits.core.code import CodeError, parse_code
from credits.core.log import document_body
from credits.models import Certificate, LogEntry, Project, RuleSet
from credits.services.counted import Cover, scores_in
from credits.services.entering import enter_certificate
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.services.signing import sign_at_once
from credits.services.status import sign_status_list
from credits.services.wishes import Wishes

DEFAULT_WISHES = Wishes()


class AlreadyRevokedError(CreditsError):
    """The certificate was revoked before."""


@dataclass(frozen=True, slots=True)
class CertificatePreview:
    """What a certificate would say; points are thousandths."""

    items_count: int
    points: int
    by_category: Sequence[Mapping[str, Any]]
    projects: list[Project]
    rule_set: RuleSet | None


def preview_certificate(
    holder: User, *, start: datetime, end: datetime, project: Project | None = None
) -> CertificatePreview:
    """What `issue_certificate` would certify; writes nothing."""
    scores = scores_in(Cover(start, end, project), [holder])
    rows = scores.values("category").annotate(count=Count("id"), points=Sum("points"))
    by_category = list(rows.order_by("category"))
    projects = Project.objects.filter(scores__in=scores).distinct()
    return CertificatePreview(
        items_count=sum(row["count"] for row in by_category),
        points=sum(row["points"] for row in by_category),
        by_category=by_category,
        projects=list(projects),
        rule_set=RuleSet.objects.filter(scores__in=scores).first(),
    )


def issue_certificate(
    holder: User,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    project: Project | None = None,
    wishes: Wishes = DEFAULT_WISHES,
) -> Certificate:
    """A signed certificate of the work from ``start`` until before ``end``, in one project or all.

    It is kept and entered in the log in one transaction, and signed after that. If signing is not
    possible at the moment the certificate stays without ``signed_at``, and `sign_entered` will
    sign it.

    Raises:
        NothingToCertifyError, SeveralRuleSetsError, ScoresAreStaleError
    """
    cover = Cover(start, end, project)
    certificate = enter_certificate(holder, cover, wishes, now=now)
    sign_at_once([certificate], now=now)
    return certificate


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, reason: str, now: datetime) -> Certificate:
    """Withdraw ``certificate`` for good; its status list says so at once.

    Raises:
        AlreadyRevokedError
    """
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at is not None:
        raise AlreadyRevokedError
    locked.revoked_at, locked.revocation_reason = now, reason
    locked.save(update_fields=["revoked_at", "revocation_reason"])
    sign_status_list(locked.status_list, now=now)
    body = document_body(json.loads(locked.credential))
    append_entry(LogEntry.Kind.REVOKE, body, now=now)
    return locked


def find_certificate(code: str) -> Certificate | None:
    """The certificate with ``code`` as a person typed it; None where there is none."""
    try:
        return Certificate.objects.filter(code=parse_code(code)).first()
    except CodeError:
        return None
