"""Tell people what happened to a certificate: its holder, and universities that rest on it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from credits.models import Application, Certificate, Notice, Recognition, RecognitionEvent

Kind = Notice.Kind
OURSELVES = "OpenCredits"
"""Who stands in the history of a recognition where nobody did anything there."""

FINAL = frozenset({Kind.SUPERSEDED, Kind.REVOKED})
RESTS_ON_IT = (Application.State.SUBMITTED, Application.State.APPROVED)
AT_ONCE = 1_000


def tell_holder(
    certificate: Certificate, kind: Kind, *, about: str, now: datetime, **parameters: Any
) -> None:
    """Tell the holder of ``certificate``; the same kind ``about`` the same thing is told once."""
    keep_notices([holders_notice(certificate, kind, about=about, now=now, **parameters)])


def holders_notice(
    certificate: Certificate, kind: Kind, *, about: str, now: datetime, **parameters: Any
) -> Notice:
    """The notice of `tell_holder`, to be kept together with others."""
    return Notice(
        recipient_id=certificate.holder_id,
        kind=kind,
        certificate=certificate,
        parameters=parameters,
        key=f"{kind}:{certificate.code}:{about}",
        created_at=now,
    )


def keep_notices(notices: Iterable[Notice]) -> None:
    """Keep what was not told before; the worker sends it by e-mail."""
    Notice.objects.bulk_create(notices, batch_size=AT_ONCE, ignore_conflicts=True)


def tell_of_life(certificate: Certificate, kind: Kind, *, now: datetime, **parameters: Any) -> None:
    """Tell the holder and every university that ``certificate`` lost its force, or has it again.

    Recognitions that rest on it are marked where it lost it for good. Nothing else about them
    changes: only a person at the university decides. Call it in the transaction of the fact.
    """
    about = now.isoformat()
    tell_holder(certificate, kind, about=about, now=now, **parameters)
    resting = certificate.applications.filter(state__in=RESTS_ON_IT).exclude(
        recognition__state=Recognition.State.REVERSED
    )
    applications = list(resting.select_related("applicant"))
    if kind in FINAL:
        mark_for_review(certificate, applications, now=now)
    keep_notices(_to_registrars(certificate, applications, kind, now, parameters))


def mark_for_review(
    certificate: Certificate, applications: Collection[Application], *, now: datetime
) -> None:
    """Mark the recognitions of ``applications``; the history says why, in both languages."""
    resting = Recognition.objects.select_for_update().standing()
    marked = list(resting.filter(application__in=applications).order_by("pk"))
    Recognition.objects.filter(pk__in=[one.pk for one in marked]).update(
        needs_review_since=now, updated_at=now
    )
    said = dict.fromkeys(_why(certificate, language) for language in ("en", "zh-hans"))
    reason = " · ".join(said)
    events = [
        RecognitionEvent(
            recognition=one, state=one.state, actor=OURSELVES, reason=reason, happened_at=now
        )
        for one in marked
    ]
    RecognitionEvent.objects.bulk_create(events, batch_size=AT_ONCE)


def _why(certificate: Certificate, language: str) -> str:
    with translation.override(language):
        if certificate.superseded_by is None:
            return _("Certificate %(code)s was revoked") % {"code": certificate.code}
        codes = {"code": certificate.code, "successor": certificate.superseded_by.code}
        return _("Certificate %(code)s was superseded by %(successor)s") % codes


def _to_registrars(
    certificate: Certificate,
    applications: Collection[Application],
    kind: Kind,
    now: datetime,
    parameters: dict[str, Any],
) -> list[Notice]:
    institutions = {one.institution_id for one in applications}
    held = Membership.objects.active().filter(
        role=Membership.Role.REGISTRAR, institution__in=institutions
    )
    registrars = list(held.values_list("institution", "user"))
    said = {name: parameters[name] for name in ("successor", "reason") if name in parameters}
    return [
        Notice(
            recipient_id=user,
            kind=Kind.REVIEW,
            certificate=certificate,
            application=application,
            parameters={"what": kind.value, "person": str(application.applicant), **said},
            key=f"{Kind.REVIEW}:{application.pk}:{certificate.code}:{kind}:{now.isoformat()}",
            created_at=now,
        )
        for application in applications
        for institution, user in registrars
        if institution == application.institution_id
    ]


def mark_read(person: User, keys: Collection[int] | None, *, now: datetime) -> int:
    """Note that ``person`` has read these notices, or all; returns how many were new."""
    unread = Notice.objects.of(person).unread()
    return (unread if keys is None else unread.filter(pk__in=keys)).update(read_at=now)
