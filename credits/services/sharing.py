"""Showing a part of a certificate: seal it once, open what the holder chose, withdraw a link."""

import json
import secrets
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credits.core.disclosure import (
    SALT_BYTES,
    Leaf,
    disclose,
    read_leaves,
    seal_items,
    shared_record,
)
from credits.core.log import document_body
from credits.core.sealed import SealedFacts, build_sealed_credential, leaves_of
from credits.core.verify import Verdict, verify_credential
from credits.models import Certificate, LogEntry, SealedCertificate, Share
from credits.services.errors import CreditsError
from credits.services.issuer import did_documents
from credits.services.log import append_entry
from credits.services.signing import sign_at_once
from credits.services.verification import OwnStatusLists

TOKEN_BYTES = 16


class NothingChosenError(CreditsError):
    """Nothing was chosen to be shown. A contribution is shown only with its project."""


class NotInForceError(CreditsError):
    """The certificate is not in force any more, so no part of it can be shown; get a new one."""


def what_can_be_shown(certificate: Certificate) -> list[Leaf]:
    """Everything that ``certificate`` says, in the order in which `share_part` counts."""
    document, record = json.loads(certificate.credential), json.loads(certificate.evidence)
    return leaves_of(document, record, lambda: "")


class NotSignedYetError(CreditsError):
    """The sealed form is entered in the log, but cannot be signed now; try again in a minute."""


def seal_certificate(certificate: Certificate, *, now: datetime) -> SealedCertificate:
    """The sealed form of ``certificate``; it is logged and signed the first time.

    Raises:
        NotInForceError: it was revoked, is suspended or has expired.
        NotSignedYetError: the signer is not there.
    """
    sealed = _entered(certificate, now)
    if sealed.signed_at is None:
        sign_at_once([sealed], now=now)
    if sealed.signed_at is None:
        raise NotSignedYetError(
            _("The part is prepared, but cannot be signed now. Try again in a minute.")
        )
    return sealed


@transaction.atomic
def _entered(certificate: Certificate, now: datetime) -> SealedCertificate:
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if not locked.is_valid_at(now):
        raise NotInForceError(
            _("The certificate is not in force any more, so no part of it can be shown.")
        )
    known = SealedCertificate.entered.filter(certificate=locked).first()
    return known or _enter(locked, now)


def _enter(certificate: Certificate, now: datetime) -> SealedCertificate:
    document, record = json.loads(certificate.credential), json.loads(certificate.evidence)
    leaves = leaves_of(document, record, lambda: secrets.token_hex(SALT_BYTES))
    address = uuid.uuid4().urn
    seal = seal_items(leaves, address=f"{address}#seal")
    facts = SealedFacts(address, uuid.uuid4().urn, document, seal, sealed_at=now)
    unsigned = build_sealed_credential(facts)
    return SealedCertificate.entered.create(
        certificate=certificate,
        credential=json.dumps(unsigned, ensure_ascii=False),
        seal=seal,
        leaves=[leaf.as_json() for leaf in leaves],
        log_entry=append_entry(LogEntry.Kind.ISSUE, document_body(unsigned), now=now),
        sealed_at=now,
    )


def share_part(certificate: Certificate, places: Collection[int], *, now: datetime) -> Share:
    """A link to those of `what_can_be_shown` that stand at ``places``.

    Raises:
        NothingChosenError, NotInForceError, NotSignedYetError
    """
    sealed = seal_certificate(certificate, now=now)
    leaves = read_leaves(sealed.leaves)
    chosen = {leaf.digest for place, leaf in enumerate(leaves) if place in places}
    shown = disclose(leaves, chosen)
    if not shown:
        raise NothingChosenError(_("Nothing was chosen to be shown. Tick something."))
    return Share.objects.create(
        sealed=sealed,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        shown=[leaf.digest for leaf in shown],
        created_at=now,
    )


@transaction.atomic
def withdraw_share(share: Share, *, now: datetime) -> Share:
    """Close the link for good; files that were downloaded before stay what they are."""
    locked = Share.objects.select_for_update().get(pk=share.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
    return locked


def shared_document(share: Share) -> dict[str, Any]:
    """What the link shows, as a file that anyone can verify."""
    sealed = share.sealed
    shown = disclose(read_leaves(sealed.leaves), frozenset(share.shown))
    return shared_record(json.loads(sealed.credential), sealed.seal, shown)


def verify_share(share: Share, document: Mapping[str, Any], *, now: datetime) -> Verdict:
    """What a part that we hold is worth, from its bytes as from any stranger's.

    That the certificate was superseded is not said: the successor's address would tell the code.
    """
    return verify_credential(
        json.dumps(document).encode(),
        did_documents=did_documents(),
        status_lists=OwnStatusLists(now),
        now=now,
    )
