"""Status lists: which of our certificates are revoked or suspended, signed anew on a change."""

import logging
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from accounts.models import Institution
from credits.core.canonical import DocumentError
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.core.status import SUSPENSIONS, build_status_list_credential
from credits.models import Certificate, StatusList
from credits.services.errors import CreditsError
from credits.services.issuer import issuer_did, sign_documents

logger = logging.getLogger(__name__)

RENEW_AFTER = timedelta(days=1)
VALID_FOR = timedelta(days=7)
FULLEST = StatusList.SIZE // 2
"""A list takes certificates until half of it is used, so that random places stay easy to find."""

DRAWS = 16
"""Places drawn beyond those that are needed, so that one look mostly suffices."""

PLACES_A_DECOY = 1024
"""A list begins with one or two decoys in so many places: 128 to 256."""

MOST_DECOYS = StatusList.SIZE // 16
MOST_NEW_DECOYS = 2
"""So many more come with each signing at most: what is new in a list may be a decoy."""


def status_list_url(number: int) -> str:
    """The address of a list, which certificates name."""
    return f"{settings.BASE_URL}/status/{number}"


def suspension_list_url(number: int) -> str:
    """The address of the list of suspensions beside it."""
    return f"{status_list_url(number)}{SUSPENSIONS}"


def reserve_places(
    count: int, institution: Institution | None = None
) -> tuple[StatusList, list[int]]:
    """Free places, at random, in the newest list of an issuer: neighbours must tell nothing.

    ``count`` is small beside what a list keeps free, a few hundred. A list is the site's or that
    of one ``institution``, since verifiers want it signed by the issuer of the certificate.

    The list is locked until the transaction ends, so nobody else takes the place. Who needs the
    log as well appends afterwards: always in this order, so that no two wait for each other.
    """
    own = institution.pk if institution else None
    of_issuer = Max("number", filter=Q(institution=own))
    newest = StatusList.objects.aggregate(own=of_issuer, all=Max("number"))
    number = newest["own"] or (newest["all"] or 0) + 1
    while True:
        first = {"institution": institution}
        found, _created = StatusList.objects.get_or_create(number=number, defaults=first)
        if found.institution_id == own:
            locked = StatusList.objects.select_for_update().get(number=number)
            if Certificate.entered.filter(status_list=locked).count() < FULLEST:
                return locked, _free_indexes(locked, count)
        number += 1


def _free_indexes(status_list: StatusList, count: int) -> list[int]:
    """``count`` of the places that nobody has, in the order in which they were drawn."""
    free: dict[int, None] = {}
    while len(free) < count:
        drawn = [secrets.randbelow(StatusList.SIZE) for _ in range(count + DRAWS)]
        free |= dict.fromkeys(_free_among(status_list, drawn))
    return list(free)[:count]


def _free_among(status_list: StatusList, drawn: Collection[int]) -> list[int]:
    """Those of ``drawn`` that neither a certificate nor a decoy has."""
    held = Certificate.entered.filter(status_list=status_list, status_index__in=drawn)
    taken = {*held.values_list("status_index", flat=True)}
    taken |= {*status_list.decoys, *status_list.suspension_decoys}
    return [index for index in drawn if index not in taken]


def status_list_document(number: int, *, now: datetime) -> str:
    """The signed list, renewed if it is older than a day.

    Raises:
        StatusList.DoesNotExist: we never had that list.
    """
    return _fresh(number, now).credential


def suspension_list_document(number: int, *, now: datetime) -> str:
    """The signed list of suspensions, renewed if it is older than a day.

    Raises:
        StatusList.DoesNotExist
    """
    return _fresh(number, now).suspensions


def documents_by_address(number: int, *, now: datetime) -> dict[str, bytes]:
    """Both lists of that number by address, for `verify_credential`.

    Where they cannot be signed now, the copies of before have to do: the verifier looks at their
    dates, and then says that it cannot tell.

    Raises:
        StatusList.DoesNotExist
    """
    try:
        stored = _fresh(number, now)
    except (CreditsError, DocumentError, OSError):
        logger.exception("status list %s could not be signed anew", number)
        stored = StatusList.objects.get(number=number)
    documents = {
        status_list_url(number): stored.credential.encode(),
        suspension_list_url(number): stored.suspensions.encode(),
    }
    return {address: document for address, document in documents.items() if document}


def _fresh(number: int, now: datetime) -> StatusList:
    stored = StatusList.objects.get(number=number)
    is_old = stored.signed_at is None or now - stored.signed_at > RENEW_AFTER
    return sign_status_list(stored, now=now) if is_old or not stored.suspensions else stored


@transaction.atomic
def sign_status_list(status_list: StatusList, *, now: datetime) -> StatusList:
    """Sign both lists as the rows say they are now, with some decoys more."""
    lists = StatusList.objects.select_related("institution").select_for_update(of=("self",))
    locked = lists.get(pk=status_list.pk)
    _vary_decoys(locked)
    held = Certificate.entered.filter(status_list=locked)
    revoked = held.exclude(revoked_at=None).values_list("status_index", flat=True)
    suspended = held.filter(revoked_at=None).exclude(suspended_at=None)
    places = [*suspended.values_list("status_index", flat=True), *locked.suspension_decoys]
    url, suspensions = status_list_url(locked.number), suspension_list_url(locked.number)
    issuer = issuer_did(locked.institution)
    documents = [
        _list_of(url, issuer, [*revoked, *locked.decoys], now),
        _list_of(suspensions, issuer, places, now, purpose="suspension"),
    ]
    locked.credential, locked.suspensions = sign_documents(documents, now=now)
    locked.signed_at = now
    locked.save()
    return locked


def _list_of(
    url: str, issuer: str, places: Iterable[int], now: datetime, purpose: str = "revocation"
) -> dict[str, Any]:
    return build_status_list_credential(
        url,
        issuer,
        places,
        valid_from=now,
        valid_until=now + VALID_FOR,
        purpose=purpose,
    )


def _vary_decoys(status_list: StatusList) -> None:
    """Add decoys; those of suspensions also go again, as suspensions do.

    A decoy of revocation stays one, as what is revoked stays revoked.
    """
    fewest = StatusList.SIZE // PLACES_A_DECOY
    if not fewest:
        return
    count = secrets.randbelow(MOST_NEW_DECOYS + 1)
    is_first = not status_list.decoys
    for decoys in (status_list.decoys, status_list.suspension_decoys):
        wanted = fewest + secrets.randbelow(fewest + 1) if is_first else count
        room = max(0, MOST_DECOYS - len(decoys))
        drawn = {secrets.randbelow(StatusList.SIZE) for _ in range(min(wanted, room))}
        decoys.extend(_free_among(status_list, drawn))
    if not is_first and count and status_list.suspension_decoys:
        gone = secrets.randbelow(len(status_list.suspension_decoys))
        del status_list.suspension_decoys[gone]


def renew_status_lists(*, now: datetime) -> int:
    """Sign again what is older than a day; returns how many were."""
    old = StatusList.objects.exclude(signed_at__gt=now - RENEW_AFTER)
    return sign_lists(old, now=now)


def sign_lists(lists: Iterable[StatusList], *, now: datetime) -> int:
    """Sign each of ``lists`` for which there is a key; returns how many those are."""
    return sum(_signed(status_list, now) for status_list in lists)


def _signed(status_list: StatusList, now: datetime) -> bool:
    """Sign a list; that the key of one institution is missing keeps no other list waiting."""
    try:
        sign_status_list(status_list, now=now)
    except SigningRefusedError as error:
        if error.reason is not Refusal.NO_KEY:
            raise
        logger.exception("%s waits to be signed", status_list)
        return False
    return True
