"""From names in a request to rows: certificates, registrars, and the decision they belong to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Institution, Membership, User
from credits.api.problems import UnknownCertificateError
from credits.models import Application, Certificate, Recognition
from credits.services.booking import book_recognition, record_recognition
from credits.services.recognition import Decision, NotRegistrarError, decide_application


@transaction.atomic
def record_decision(
    institution: Institution, asked: dict[str, Any], *, now: datetime
) -> Recognition:
    """Keep and book what a registrar decided in the university's own system.

    If the holder already asks for exactly these certificates, that application is the one
    decided; else an application is made in the holder's name.

    Raises:
        UnknownCertificateError, NotRegistrarError, and what deciding and booking raise.
    """
    certificates = _certificates(institution, asked["certificates"])
    registrar = _registrar(institution, asked["decided_by"])
    decision = Decision(
        approve=True,
        credits=asked["credits"],
        term=asked["term"],
        course_code=asked["course_code"],
        reason=asked["reason"],
    )
    waiting = _waiting_application(institution, certificates)
    if waiting is None:
        return record_recognition(
            institution,
            decision,
            certificates=certificates,
            decided_by=registrar,
            reference=asked["reference"],
            now=now,
        )
    decided = decide_application(waiting, decision, decided_by=registrar, now=now)
    return book_recognition(
        decided.recognition, actor=str(registrar), reference=asked["reference"], now=now
    )


def _certificates(institution: Institution, codes: Sequence[str]) -> list[Certificate]:
    """Certificates that were shared with the institution or belong to a member of it."""
    shared = Q(applications__institution=institution) & ~Q(
        applications__state=Application.State.WITHDRAWN
    )
    own = Q(
        holder__memberships__institution=institution, holder__memberships__ended_at__isnull=True
    )
    named = Certificate.objects.filter(shared | own, code__in=codes).distinct()
    found = list(named.select_related("holder"))
    missing = sorted(set(codes) - {certificate.code for certificate in found})
    if missing:
        raise UnknownCertificateError(
            _("Not known to your institution: %(codes)s.") % {"codes": ", ".join(missing)}
        )
    return found


def _registrar(institution: Institution, email: str) -> User:
    registrars = Membership.objects.active().filter(
        institution=institution, role=Membership.Role.REGISTRAR, user__is_active=True
    )
    membership = registrars.select_related("user").filter(user__email__iexact=email).first()
    if membership is None:
        raise NotRegistrarError(
            _("%(email)s is not a registrar of your institution.") % {"email": email}
        )
    return membership.user


def _waiting_application(
    institution: Institution, certificates: Sequence[Certificate]
) -> Application | None:
    keys = {certificate.pk for certificate in certificates}
    waiting = Application.objects.open().filter(institution=institution, certificates__in=keys)
    for application in waiting.distinct().prefetch_related("certificates"):
        if {certificate.pk for certificate in application.certificates.all()} == keys:
            return application
    return None
