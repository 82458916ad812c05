"""Who we are as an issuer: our DID, its document, and who signs for us."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Institution
from credits.core.canonical import canonical_json
from credits.core.credential import build_did_document
from credits.core.did import did_web, institution_did, institution_slug
from credits.core.jose import RS256, thumbprint
from credits.core.shape import issuer_id
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.models import IssuerKey, IssuerTokenKey, LogEntry
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.signer.client import SignerAbsentError, SignerClient
from credits.signer.local import local_notary
from credits.signer.notary import Notarial
from credits.signer.protocol import SignerFailedError
from credits.signer.stores import KeyFileError


class IssuerKeyError(CreditsError):
    """The issuer key cannot be used."""


class SignerUnavailableError(CreditsError):
    """The signer does not answer; what is entered in the log is signed when it is back."""


class SigningPausedError(CreditsError):
    """More was signed within an hour than is allowed; what is entered is signed later."""


def issuer_did(institution: Institution | None = None) -> str:
    """The ``did:web`` of this site, or that of an institution which issues in its own name."""
    site = did_web(settings.BASE_URL)
    return site if institution is None else institution_did(site, institution.slug)


def issuer_signer(*, now: datetime, institutions: Iterable[Institution] = ()) -> Notarial:
    """Who signs for us; the present key is published in the DID document first.

    With ``institutions`` also those by which it signs for them.

    Raises:
        IssuerKeyError, SignerUnavailableError
        SigningRefusedError: the signer has no key of one of them.
    """
    signer = _door()
    with _in_our_words():
        key = signer.issuer_key(now=now)
        others = [
            (each, signer.issuer_key(now=now, institution=each.slug)) for each in institutions
        ]
    publish_issuer_key(key, now=now)
    for institution, other in others:
        publish_issuer_key(other, now=now, institution=institution)
    return signer


def sign_documents(documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
    """``documents`` with both proofs by the present key, as the text that goes out.

    Certificates must stand in the log, committed, before they are signed.

    Raises:
        IssuerKeyError: the key file is damaged or holds another kind of key.
        SignerUnavailableError, SigningPausedError: not now.
        SigningRefusedError: one of them is not logged, or nothing that we sign.
        UnsignableError, DocumentError: see `add_proofs`.
    """
    if not documents:
        return []
    signer = issuer_signer(now=now, institutions=_institutions_in(documents))
    with _in_our_words():
        return signer.sign_documents(documents, now=now)


def _institutions_in(documents: Sequence[Mapping[str, Any]]) -> list[Institution]:
    """Those that issue one of ``documents``."""
    site, dids = issuer_did(), {str(issuer_id(each)) for each in documents}
    slugs = [slug for slug in (institution_slug(site, did) for did in dids) if slug]
    return list(Institution.objects.filter(slug__in=slugs)) if slugs else []


def sign_tokens(documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
    """``documents``, without their proofs, as compact JWS; the key is published first.

    An RSA key signs by RS256, which every Open Badges verifier knows; whoever puts a P-256 key
    into the file signs by ES256.

    Raises:
        IssuerKeyError, SignerUnavailableError, SigningPausedError, SigningRefusedError
    """
    signer = _door()
    with _in_our_words():
        publish_token_key(dict(signer.token_key(now=now)), now=now)
        bare = [
            {name: part for name, part in each.items() if name != "proof"} for each in documents
        ]
        return signer.sign_tokens(bare, now=now)


def signer_answers(*, now: datetime) -> str:
    """The key that signs at the moment.

    Raises:
        IssuerKeyError, SignerUnavailableError
    """
    with _in_our_words():
        return _door().issuer_key(now=now)


def did_document(institution: Institution | None = None) -> dict[str, Any]:
    """Our DID document: every key, so that old certificates verify; a stolen one as revoked.

    That of an ``institution`` has keys of its own; tokens are signed by ours in its name too.
    """
    keys = IssuerKey.objects.of(institution)
    return _did_document(issuer_did(institution), list(keys), list(IssuerTokenKey.objects.all()))


def did_documents() -> dict[str, dict[str, Any]]:
    """The DID documents of all who issue here, by DID."""
    tokens = list(IssuerTokenKey.objects.all())
    keys: dict[str, list[IssuerKey]] = {issuer_did(): []}
    for key in IssuerKey.objects.select_related("institution"):
        keys.setdefault(issuer_did(key.institution), []).append(key)
    return {did: _did_document(did, held, tokens) for did, held in keys.items()}


def _did_document(
    did: str, keys: Sequence[IssuerKey], tokens: Sequence[IssuerTokenKey]
) -> dict[str, Any]:
    revoked = {
        key.public: key.compromised_since
        for key in (*keys, *tokens)
        if key.compromised_since is not None
    }
    return build_did_document(
        did,
        [key.public_key for key in keys],
        [token.jwk for token in tokens],
        revoked=revoked,
    )


def token_algorithm() -> str:
    """By what tokens are signed; before the first of them, what a key made here is for."""
    newest = IssuerTokenKey.objects.last()
    return str(newest.jwk["alg"]) if newest else RS256


@transaction.atomic
def publish_issuer_key(
    public_key: str,
    *,
    now: datetime,
    used_from: datetime | None = None,
    institution: Institution | None = None,
) -> IssuerKey:
    """List ``public_key`` in the DID document and enter it in the log, once.

    Raises:
        IssuerKeyError: it is the key of another issuer.
    """
    first = {"published_at": now, "used_from": used_from or now, "institution": institution}
    key, created = IssuerKey.objects.get_or_create(public_key=public_key, defaults=first)
    if created:
        _log_key(public_key, used_from, now, issuer_did(institution))
    elif key.institution_id != (institution.pk if institution else None):
        raise IssuerKeyError(
            _("The key %(key)s is that of another issuer. Each has one of its own.") % {"key": key}
        )
    return key


@transaction.atomic
def publish_token_key(
    jwk: dict[str, str], *, now: datetime, used_from: datetime | None = None
) -> IssuerTokenKey:
    """The same for a key for tokens."""
    key, created = IssuerTokenKey.objects.get_or_create(
        thumbprint=thumbprint(jwk),
        defaults={"jwk": jwk, "published_at": now, "used_from": used_from or now},
    )
    if created:
        _log_key(jwk, used_from, now, issuer_did())
    return key


def _log_key(
    key: str | dict[str, str], used_from: datetime | None, now: datetime, issuer: str
) -> None:
    said = {"used_from": used_from.isoformat()} if used_from else {}
    statement = {"issuer": issuer, "key": key, **said}
    append_entry(LogEntry.Kind.KEY, canonical_json(statement), now=now)


def _door() -> Notarial:
    """The signer behind the socket, where one is named; else the one in this process."""
    if settings.SIGNER_SOCKET:
        return SignerClient(settings.SIGNER_SOCKET)
    return local_notary()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Tell what went wrong with signing as people here are told it."""
    try:
        yield
    except KeyFileError as error:
        raise IssuerKeyError(str(error)) from error
    except SignerAbsentError as error:
        raise SignerUnavailableError(_("The signer does not answer. Try again later.")) from error
    except SignerFailedError as error:
        raise SignerUnavailableError(str(error)) from error
    except SigningRefusedError as error:
        if error.reason is not Refusal.TOO_MANY:
            raise
        raise SigningPausedError(_paused(error)) from error


def _paused(error: SigningRefusedError) -> str:
    if error.until is None:
        return _("More is to be signed than is allowed within an hour.")
    moment = date_format(timezone.localtime(error.until), "DATETIME_FORMAT")
    return _("So much was signed within an hour that signing pauses until %(moment)s.") % {
        "moment": moment
    }
