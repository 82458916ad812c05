"""Take the hints of forges: a genuine delivery makes its repository's sweep due, and no more."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Least

from harvesters.models import HarvestCursor, HarvestCursorQuerySet, WebhookDelivery
from harvesters.webhooks import Hint, Subject

SPACING = timedelta(seconds=60)
"""However many hints come, a source is swept because of them at most this often."""

REMEMBERED_FOR = timedelta(days=30)


@transaction.atomic
def take_hint(forge: str, hint: Hint, *, now: datetime) -> bool:
    """Make the sources of the hinted repository due; whether one became due at once.

    The same delivery again, also under another id, does nothing. A source that is being read
    is due again when that ends; one that was woken a moment ago, when `SPACING` is over; one
    that waits for a worker, or for its forge, needs no hint.
    """
    if not _is_first(forge, hint, now) or hint.subject is None:
        return False
    sources = _sources_of(hint.subject).filter(next_at__isnull=False)
    is_unhinted = Q(hinted_at=None) | Q(hinted_at__lte=now)
    is_asleep = Q(next_at__gt=now, is_waiting=False) | Q(lease_until__gt=now)
    granted = Greatest(Value(now), F("hinted_at") + SPACING)
    woken = sources.filter(is_unhinted, is_asleep).update(
        hinted_at=granted, next_at=Least(F("next_at"), granted)
    )
    return bool(woken) and sources.filter(hinted_at=now).exists()


def forget_deliveries(*, now: datetime) -> int:
    """Delete what was delivered more than `REMEMBERED_FOR` ago; how many."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - REMEMBERED_FOR)
    return old.delete()[0]


def _is_first(forge: str, hint: Hint, now: datetime) -> bool:
    """Keep the delivery; False if it was kept before."""
    with connection.cursor() as sql:
        sql.execute(_KEEP, [forge, hint.delivery_id, hint.digest, now])
        return bool(sql.rowcount)


def _sources_of(subject: Subject) -> HarvestCursorQuerySet:
    is_meant = Q(repository__external_id=subject.external_id)
    if subject.paths:
        is_meant |= Q(repository__path__in=subject.paths)
    return HarvestCursor.objects.filter(is_meant, repository__host=subject.host)


_KEEP = """
INSERT INTO harvesters_webhookdelivery (forge, delivery_id, digest, received_at)
VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
