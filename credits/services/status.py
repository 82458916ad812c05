"""Status lists: which of our certificates are revoked, signed anew when that changes."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from credits.core.status import build_status_list_credential
from credits.models import Certificate, StatusList
from credits.services.issuer import issuer_did, sign_documents

RENEW_AFTER = timedelta(days=1)
VALID_FOR = timedelta(days=7)
FULLEST = StatusList.SIZE // 2
"""A list takes certificates until half of it is used, so that random places stay easy to find."""

DRAWS = 16
"""Places drawn beyond those that are needed, so that one look mostly suffices."""


def status_list_url(number: int) -> str:
    """The address of a list, which certificates name."""
    return f"{settings.BASE_URL}/status/{number}"


def reserve_places(count: int) -> tuple[StatusList, list[int]]:
    """Free places, at random, in the newest list: neighbours must tell nothing.

    ``count`` is small beside what a list keeps free, a few hundred.

    The list is locked until the transaction ends, so nobody else takes the place. Who needs the
    log as well appends afterwards: always in this order, so that no two wait for each other.
    """
    number = StatusList.objects.aggregate(newest=Max("number"))["newest"] or 1
    while True:
        StatusList.objects.get_or_create(number=number)
        locked = StatusList.objects.select_for_update().get(number=number)
        if Certificate.entered.filter(status_list=locked).count() < FULLEST:
            return locked, _free_indexes(locked, count)
        number += 1


def _free_indexes(status_list: StatusList, count: int) -> list[int]:
    """``count`` of the places that nobody has, in the order in which they were drawn."""
    free: dict[int, None] = {}
    while len(free) < count:
        drawn = [secrets.randbelow(StatusList.SIZE) for _ in range(count + DRAWS)]
        held = Certificate.entered.filter(status_list=status_list, status_index__in=drawn)
        taken = set(held.values_list("status_index", flat=True))
        free |= dict.fromkeys(index for index in drawn if index not in taken)
    return list(free)[:count]


def status_list_document(number: int, *, now: datetime) -> str:
    """The signed list, renewed if it is older than a day.

    Raises:
        StatusList.DoesNotExist: we never had that list.
    """
    stored = StatusList.objects.get(number=number)
    if stored.signed_at is None or now - stored.signed_at > RENEW_AFTER:
        stored = sign_status_list(stored, now=now)
    return stored.credential


@transaction.atomic
def sign_status_list(status_list: StatusList, *, now: datetime) -> StatusList:
    """Sign the list as the rows say it is now."""
    locked = StatusList.objects.select_for_update().get(pk=status_list.pk)
    revoked = Certificate.entered.filter(status_list=locked).exclude(revoked_at=None)
    document = build_status_list_credential(
        status_list_url(locked.number),
        issuer_did(),
        revoked.values_list("status_index", flat=True),
        valid_from=now,
        valid_until=now + VALID_FOR,
    )
    locked.credential, locked.signed_at = sign_documents([document], now=now)[0], now
    locked.save(update_fields=["credential", "signed_at"])
    return locked


def renew_status_lists(*, now: datetime) -> int:
    """Sign again what is older than a day; returns how many were."""
    old = StatusList.objects.exclude(signed_at__gt=now - RENEW_AFTER)
    return len([sign_status_list(status_list, now=now) for status_list in old])
