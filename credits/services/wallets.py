"""Certificates for wallets (OpenID4VCI 1.0): offer, redeem the code, bind to the holder's key."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from credits.core.key_proof import KeyProofError, read_key_proof
from credits.core.openid4vci import Configuration, build_offer
from credits.models import Certificate, WalletOffer
from credits.services.binding import TooManyKeysError, bind_certificate
from credits.services.errors import CreditsError
from credits.services.issuer import sign_tokens

OFFER_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(minutes=10)
NONCE_LASTS = timedelta(minutes=5)
DIGITS = 6
MOST_WRONG_DIGITS = 5
MOST_KEYS = 20
"""Keys that one certificate is bound to: each is a leaf of the log and a signature of ours."""

_HANDLE_BYTES = 24
_NONCE_BYTES = 16
_TOKEN_BYTES = 32


class WalletError(CreditsError):
    """A wallet asked for what it cannot have; ``error`` is the code that the standard names."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


class OfferNotInForceError(CreditsError):
    """The certificate is not in force any more, so it is not offered; get a new one."""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer just made. ``handle`` and ``digits`` are nowhere else: only digests are stored."""

    offer: WalletOffer
    handle: str
    digits: str


@transaction.atomic
def offer_certificate(certificate: Certificate, *, now: datetime) -> NewOffer:
    """Let one wallet take ``certificate`` within minutes; an earlier offer of it ends.

    Raises:
        OfferNotInForceError: it was revoked, is suspended or has expired.
    """
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if not locked.is_valid_at(now):
        raise OfferNotInForceError(
            _("The certificate is not in force any more, so no wallet can take it.")
        )
    WalletOffer.objects.filter(certificate=locked).open(now).update(expires_at=now)
    handle = secrets.token_urlsafe(_HANDLE_BYTES)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    offer = WalletOffer.objects.create(
        certificate=locked,
        handle_digest=_digest(handle),
        code_digest=_digest(_code_of(handle)),
        digits_digest=_digits_digest(handle, digits),
        created_at=now,
        expires_at=now + OFFER_LASTS,
    )
    return NewOffer(offer, handle, digits)


def offer_document(handle: str) -> dict[str, Any]:
    """The credential offer as a wallet reads it."""
    description = _("The %(count)d digits that the page of the certificate shows.")
    return build_offer(
        settings.BASE_URL,
        _code_of(handle),
        digits=DIGITS,
        description=description % {"count": DIGITS},
    )


def is_open_offer(handle: str, *, now: datetime) -> bool:
    """Whether there is such an offer, and it can still be redeemed."""
    return WalletOffer.objects.open(now).filter(handle_digest=_digest(handle)).exists()


def redeem_code(code: str, digits: str, *, now: datetime) -> str:
    """The access token for ``code``, which serves once and with the ``digits`` shown with it.

    Raises:
        WalletError: ``invalid_request`` or ``invalid_grant``.
    """
    if not code or not digits:
        missing = "tx_code" if code else "pre-authorized_code"
        raise WalletError("invalid_request", f"{missing} is missing")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # The refusal leaves the transaction as a value: an error would undo the count of guesses.
    with transaction.atomic():
        refusal = _redeem(code, digits, token, now)
    if refusal:
        raise WalletError("invalid_grant", refusal)
    return token


def _redeem(code: str, digits: str, token: str, now: datetime) -> str:
    offers = WalletOffer.objects.select_for_update().open(now)
    offer = offers.filter(code_digest=_digest(code)).first()
    if offer is None or offer.wrong_digits >= MOST_WRONG_DIGITS:
        return "the pre-authorized code is unknown, used or expired; ask for a new offer"
    if not constant_time_compare(offer.digits_digest, _digits_digest(code, digits, is_code=True)):
        offer.wrong_digits += 1
        offer.save(update_fields=["wrong_digits"])
        return "the transaction code is not the one that the page shows"
    offer.redeemed_at, offer.token_digest = now, _digest(token)
    offer.token_expires_at = now + TOKEN_LASTS
    offer.save(update_fields=["redeemed_at", "token_digest", "token_expires_at"])
    return ""


def new_nonce() -> str:
    """A challenge for key proofs. It is signed, not stored: asking for many costs nothing."""
    return _nonce_signer().sign(secrets.token_urlsafe(_NONCE_BYTES))


def certificate_of(token: str, *, now: datetime) -> Certificate:
    """The certificate that an access token is for.

    Raises:
        WalletError: ``invalid_token``.
    """
    granted = WalletOffer.objects.filter(token_digest=_digest(token), token_expires_at__gt=now)
    offer = granted.select_related("certificate__status_list").first()
    if offer is None:
        raise WalletError("invalid_token", "the access token is unknown or expired")
    return offer.certificate


def deliver(
    certificate: Certificate, configuration: str, proof: str, *, now: datetime
) -> dict[str, Any] | str:
    """``certificate`` bound to the key that ``proof`` shows, in the form asked for.

    Raises:
        WalletError: with the codes of OpenID4VCI 1.0, section 8.3.1.2.
        NotBoundYetError, SignerUnavailableError, SigningPausedError: not now.
    """
    holder = _proved_holder(proof, now)
    if not certificate.is_valid_at(now):
        raise WalletError("credential_request_denied", "the certificate is not in force any more")
    try:
        bound = bind_certificate(certificate, holder, most=MOST_KEYS, now=now)
    except TooManyKeysError as error:
        raise WalletError(
            "credential_request_denied", "too many wallets hold this certificate"
        ) from error
    document = cast(dict[str, Any], json.loads(bound.credential))
    if configuration == Configuration.EMBEDDED:
        return document
    return sign_tokens([document], now=now)[0]


def forget_offers(*, now: datetime) -> int:
    """Delete what no wallet can use any more; returns how many offers were deleted."""
    over = WalletOffer.objects.filter(expires_at__lt=now - TOKEN_LASTS)
    return over.exclude(token_expires_at__gt=now).delete()[0]


def _proved_holder(proof: str, now: datetime) -> str:
    try:
        proved = read_key_proof(proof, audience=settings.BASE_URL, now=now)
    except KeyProofError as error:
        raise WalletError("invalid_proof", str(error)) from error
    try:
        _nonce_signer().unsign(proved.nonce, max_age=NONCE_LASTS)
    except signing.BadSignature as error:
        raise WalletError("invalid_nonce", "get a new nonce from the nonce endpoint") from error
    return proved.holder


def _nonce_signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="credits.wallets.nonce")


def _code_of(handle: str) -> str:
    """The code follows from the handle, so that an offer can be shown again and is not stored."""
    return _digest(f"pre-authorized code of {handle}")


def _digits_digest(secret: str, digits: str, *, is_code: bool = False) -> str:
    """Keyed, as a million possibilities are soon tried."""
    code = secret if is_code else _code_of(secret)
    return salted_hmac(f"credits.wallets.digits.{code}", digits, algorithm="sha256").hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
