"""What happens to a certificate after it was issued: suspended, reinstated, revoked, superseded.

Each step is in the log, in the status lists and told to people in one transaction. Whoever takes
the log appends after the status lists are locked: always in this order.
"""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credits.core.canonical import canonical_json
from credits.core.log import document_body
from credits.models import Certificate, LogEntry, Notice
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.services.notices import tell_of_life
from credits.services.status import sign_status_list

SUPERSEDED = "superseded"
NOTHING_COUNTS = "nothing-counts"
"""Reasons that we give ourselves; pages have words for them (`credits.templatetags.life`)."""


class AlreadyRevokedError(CreditsError):
    """The certificate was revoked before."""


class NotSuspendableError(CreditsError):
    """The certificate was revoked, has expired, or is suspended already."""


class NotSuspendedError(CreditsError):
    """The certificate is not suspended; reload the page."""


class NoReasonGivenError(CreditsError):
    """Give a reason: whoever looks at the certificate reads it."""


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, reason: str, now: datetime) -> Certificate:
    """Withdraw ``certificate`` for good; its status list says so at once.

    Raises:
        AlreadyRevokedError, NoReasonGivenError
    """
    locked = _locked(certificate)
    if locked.revoked_at is not None:
        raise AlreadyRevokedError(_("The certificate was revoked before."))
    locked.revocation_reason = _given(reason)
    locked.revoked_at = locked.life_changed_at = now
    locked.save(update_fields=["revoked_at", "revocation_reason", "life_changed_at"])
    sign_status_list(locked.status_list, now=now)
    append_entry(LogEntry.Kind.REVOKE, document_body(json.loads(locked.credential)), now=now)
    tell_of_life(locked, Notice.Kind.REVOKED, now=now, reason=locked.revocation_reason)
    return locked


@transaction.atomic
def suspend_certificate(certificate: Certificate, *, reason: str, now: datetime) -> Certificate:
    """Take the force from ``certificate`` for a time, as while something is looked into.

    Raises:
        NotSuspendableError, NoReasonGivenError
    """
    locked = _locked(certificate)
    if not locked.is_valid_at(now):
        raise NotSuspendableError(
            _("The certificate was revoked, has expired, or is suspended already.")
        )
    locked.suspension_reason = _given(reason)
    locked.suspended_at = now
    _changed(locked, now)
    tell_of_life(locked, Notice.Kind.SUSPENDED, now=now, reason=locked.suspension_reason)
    return locked


@transaction.atomic
def reinstate_certificate(certificate: Certificate, *, now: datetime) -> Certificate:
    """Give ``certificate`` its force back.

    Raises:
        NotSuspendedError
    """
    locked = _locked(certificate)
    if locked.suspended_at is None or locked.revoked_at is not None:
        raise NotSuspendedError(_("The certificate is not suspended; reload the page."))
    locked.suspended_at, locked.suspension_reason = None, ""
    _changed(locked, now)
    tell_of_life(locked, Notice.Kind.REINSTATED, now=now)
    return locked


@transaction.atomic
def mark_superseded(
    former: Certificate, successor: Certificate, *, now: datetime, **told: Any
) -> Certificate:
    """Let ``successor`` take the place of ``former``, which is revoked with it.

    ``told`` is what the holder is told besides. Whoever issues the successor in the same
    transaction locks the former's status list first.

    Raises:
        AlreadyRevokedError
    """
    locked = _locked(former)
    if locked.revoked_at is not None:
        raise AlreadyRevokedError(_("The certificate was revoked before."))
    locked.superseded_by, locked.revocation_reason = successor, SUPERSEDED
    locked.revoked_at = locked.life_changed_at = now
    locked.save(
        update_fields=["superseded_by", "revoked_at", "revocation_reason", "life_changed_at"]
    )
    sign_status_list(locked.status_list, now=now)
    _log(LogEntry.Kind.SUPERSEDE, supersession_statement(locked), now)
    tell_of_life(locked, Notice.Kind.SUPERSEDED, now=now, successor=successor.code, **told)
    return locked


def supersession_statement(certificate: Certificate) -> dict[str, Any]:
    """What the log commits to; whoever holds both documents can make it anew."""
    successor = certificate.superseded_by
    by = successor.log_entry.body_digest if successor else ""
    return {"superseded": certificate.log_entry.body_digest, "by": by}


def suspension_statement(certificate: Certificate, now: datetime) -> dict[str, Any]:
    """Likewise, of what was suspended or reinstated at ``now``."""
    is_suspended = certificate.suspended_at is not None
    digest = certificate.log_entry.body_digest
    return {"suspended": is_suspended, "certificate": digest, "at": now.isoformat()}


def _locked(certificate: Certificate) -> Certificate:
    return Certificate.entered.select_for_update(of=("self",)).get(pk=certificate.pk)


def _given(reason: str) -> str:
    if not reason.strip():
        raise NoReasonGivenError(_("Give a reason: whoever looks at the certificate reads it."))
    return reason.strip()


def _changed(certificate: Certificate, now: datetime) -> None:
    certificate.life_changed_at = now
    certificate.save(update_fields=["suspended_at", "suspension_reason", "life_changed_at"])
    sign_status_list(certificate.status_list, now=now)
    _log(LogEntry.Kind.SUSPEND, suspension_statement(certificate, now), now)


def _log(kind: LogEntry.Kind, statement: dict[str, Any], now: datetime) -> None:
    append_entry(kind, canonical_json(statement), now=now)
