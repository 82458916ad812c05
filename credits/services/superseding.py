"""Certificates whose contributions count no more are superseded, and those that end are told of."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from credits.core.canonical import DocumentError
from credits.models import Certificate, CertificateItem, Dispute, Notice, Project, StatusList
from credits.services.certificate_life import (
    NOTHING_COUNTS,
    mark_superseded,
    revoke_certificate,
)
from credits.services.counted import Cover
from credits.services.entering import NothingToCertifyError, enter_certificate
from credits.services.errors import CreditsError
from credits.services.notices import holders_notice, keep_notices
from credits.services.signing import sign_at_once
from credits.services.voiding import SETTLES_AFTER, mark_void_items, score_again
from credits.services.wishes import wishes_of

logger = logging.getLogger(__name__)

TOLD_BEFORE = timedelta(days=60)
"""So long before a certificate expires its holder is told."""


def look_after_certificates(*, now: datetime) -> int:
    """Supersede what lost a contribution for good, tell of what will; how many were superseded."""
    mark_void_items(now=now)
    warn_of_expiry(now=now)
    return sum(_superseded(certificate, now) for certificate in due_to_be_superseded(now=now))


def due_to_be_superseded(*, now: datetime) -> list[Certificate]:
    """Certificates of which something has been void long enough, and nothing only lately.

    What somebody disputes waits for the decision, and what is suspended for its end.
    """
    void = CertificateItem.objects.filter(certificate=OuterRef("pk"), void_since__isnull=False)
    disputed = void.filter(participation__disputes__state__in=Dispute.PENDING)
    unsettled = void.filter(void_since__gt=now - SETTLES_AFTER)
    held = Certificate.objects.valid(now).filter(Exists(void), ~Exists(unsettled))
    return list(held.filter(~Exists(disputed)).order_by("pk"))


def _superseded(certificate: Certificate, now: datetime) -> int:
    try:
        return int(supersede_certificate(certificate, now=now) is not None)
    except (CreditsError, DocumentError) as error:
        logger.warning("certificate %s is superseded later: %s", certificate.code, error)
        return 0


def supersede_certificate(certificate: Certificate, *, now: datetime) -> Certificate | None:
    """Issue the certificate that takes the place of ``certificate``, by the same rules.

    It counts what the former one did, as it is scored now, without what counts no more. Where
    nothing is left, the former one is revoked. None where somebody did it before.

    Raises:
        ScoresAreStaleError: the work is scored again soon.
    """
    _score_by_its_rules(certificate)
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
        if locked.revoked_at is not None or locked.suspended_at is not None:
            return None
        # Before the place of the successor is reserved and the log taken: see `status.py`.
        StatusList.objects.select_for_update().get(pk=locked.status_list_id)
        try:
            successor = _enter_after(locked, now)
        except NothingToCertifyError:
            return revoke_certificate(locked, reason=NOTHING_COUNTS, now=now)
        mark_superseded(locked, successor, now=now, contributions=_void_titles(locked))
    sign_at_once([successor], now=now)
    return successor


def _enter_after(former: Certificate, now: datetime) -> Certificate:
    """The certificate after ``former``; advice on credits is given anew where it is asked for."""
    cover = Cover(former.period_start, former.period_end, former=former)
    return enter_certificate(former.holder, cover, wishes_of(former), now=now)


def _void_titles(certificate: Certificate) -> list[str]:
    void = certificate.items.filter(void_since__isnull=False).order_by("pk")
    return list(void.values_list("participation__contribution__title", flat=True))


def _score_by_its_rules(certificate: Certificate) -> None:
    """Bring scores by the rules of ``certificate`` up to date where others are in force now."""
    keys = set(certificate.items.values_list("participation", flat=True))
    projects = Project.objects.filter(scores__participation__in=keys).distinct()
    for project in projects.exclude(scored_by=certificate.rule_set_id):
        score_again(project.pk, certificate.rule_set_id, keys)


def warn_of_expiry(*, now: datetime) -> int:
    """Tell holders whose certificates expire soon, once each; how many."""
    told = Count("notices", filter=Q(notices__kind=Notice.Kind.EXPIRES))
    soon = (
        Certificate.objects.valid(now)
        .filter(expires_at__lte=now + TOLD_BEFORE)
        .annotate(told=told)
        .filter(told=0)
    )
    notices = [
        holders_notice(
            certificate,
            Notice.Kind.EXPIRES,
            about="",
            now=now,
            until=certificate.expires_at.isoformat() if certificate.expires_at else "",
        )
        for certificate in soon
    ]
    keep_notices(notices)
    return len(notices)
