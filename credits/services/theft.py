"""A key was stolen: put it out of force, and let what is genuine outlive it.

What was logged before the theft is genuine. What was logged after it may be either, and waits for
the operator's word; what is not in the log at all was never ours, and no verifier takes it any
more. The date in a signature is not asked: a thief writes what he likes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Institution
from credits.core.canonical import canonical_json
from credits.core.checkpoint import sign_note
from credits.core.did import verification_method
from credits.core.proof import Signer
from credits.core.sound_log import build_sound_checkpoint
from credits.models import (
    BoundCertificate,
    Certificate,
    Checkpoint,
    IssuerKey,
    IssuerTokenKey,
    LogEntry,
    SealedCertificate,
)
from credits.services.errors import CreditsError
from credits.services.issuer import (
    IssuerKeyError,
    issuer_did,
    publish_issuer_key,
    publish_token_key,
)
from credits.services.log import BrokenLogError, append_entry, log_origin
from credits.services.log_tiles import log_tree
from credits.services.rotation import add_key, begun_keyring, present_key
from credits.signer.keyring import Keyring
from credits.signer.local import (
    issuer_keyring,
    issuer_public,
    local_notary,
    token_keyring,
    token_public,
)
from credits.signer.notary import Notary
from credits.signer.stores import KeyFileError

BATCH = 100

Resigned = TypeVar("Resigned", Certificate, SealedCertificate, BoundCertificate)
Key = TypeVar("Key", IssuerKey, IssuerTokenKey)


class UnknownKeyError(CreditsError):
    """No key of that name was ever published here; where it signed nothing, rotate it --now."""


class AlreadyStolenError(CreditsError):
    """The key was put out of force before; go on with --resume."""


@dataclass(frozen=True, slots=True)
class Theft:
    """What a theft leaves: the log before it, and how many documents are in question."""

    key: IssuerKey
    since: datetime
    sound_size: int
    genuine_count: int
    doubtful: Sequence[Certificate]
    strange_count: int
    """Entries of the log after the theft of which we have no document."""


def survey_theft(
    since: datetime, *, now: datetime, name: str = "", institution: Institution | None = None
) -> Theft:
    """What `withdraw_issuer_key` would find; writes nothing.

    Raises:
        UnknownKeyError, BrokenLogError, NoKeysHereError, IssuerKeyError
    """
    key = _stolen(name, now, institution)
    size, _root = sound_log(since)
    return Theft(
        key=key,
        since=since,
        sound_size=size,
        genuine_count=_held_by(Certificate, key).filter(log_entry__index__lt=size).count(),
        doubtful=list(doubtful_certificates(key, size)),
        strange_count=_strange_count(size),
    )


def sound_log(since: datetime) -> tuple[int, bytes]:
    """Size and root of the newest checkpoint that was signed until ``since``; 0 if none was.

    Raises:
        BrokenLogError: the log does not say any more what that checkpoint says.
    """
    checkpoint = Checkpoint.objects.filter(signed_at__lte=since).first()
    if checkpoint is None:
        return 0, b""
    root = log_tree(checkpoint.tree_size).root()
    if root.hex() != checkpoint.root_hash:
        raise BrokenLogError
    return checkpoint.tree_size, root


def doubtful_certificates(key: IssuerKey, size: int) -> QuerySet[Certificate]:
    """What ``key`` signed that was logged after the theft, and is not revoked."""
    after = _held_by(Certificate, key).filter(log_entry__index__gte=size, revoked_at=None)
    return after.select_related("holder").order_by("log_entry__index")


def withdraw_issuer_key(
    since: datetime, *, now: datetime, name: str = "", institution: Institution | None = None
) -> IssuerKey:
    """Put a stolen key out of force at once, with a new one in its place; returns the new one.

    ``name`` is its Multikey; without it, it is the key that signs now, for ``institution`` or us.

    Raises:
        AlreadyStolenError, UnknownKeyError, BrokenLogError, NoKeysHereError, IssuerKeyError
    """
    stolen, keyring = _stolen(name, now, institution), begun_keyring(institution)
    if stolen.compromised_since is not None:
        raise AlreadyStolenError
    gone = [stolen]
    signer = present_key(keyring, now)
    if issuer_public(signer) == stolen.public:
        # A key that waits to be used lay beside the stolen one.
        gone += stolen.peers.filter(used_from__gt=now, compromised_since=None)
        signer = add_key(keyring, now)
    with transaction.atomic():
        successor = publish_issuer_key(
            issuer_public(signer), now=now, used_from=now, institution=institution
        )
        for key in gone:
            _put_out_of_force(key, since, issuer_public(signer), now)
        vouch_for_sound_logs(signer, institution)
    for key in gone:
        _take_out(keyring, key.public)
    return successor


def withdraw_token_key(since: datetime, *, now: datetime) -> IssuerTokenKey:
    """The same for the key of certificates as JWT, which are made anew when they are asked for.

    Raises:
        BrokenLogError, NoKeysHereError, IssuerKeyError
    """
    keyring = token_keyring()
    before = present_key(keyring, now)
    gone = [publish_token_key(before.public_jwk(), now=now)]
    gone += IssuerTokenKey.objects.filter(used_from__gt=now, compromised_since=None)
    signer = add_key(keyring, now)
    with transaction.atomic():
        successor = publish_token_key(signer.public_jwk(), now=now, used_from=now)
        for key in gone:
            _put_out_of_force(key, since, token_public(signer), now)
        vouch_for_sound_logs(present_key(issuer_keyring(), now))
    for key in gone:
        _take_out(keyring, key.public)
    return successor


def vouch_for_sound_logs(signer: Signer, institution: Institution | None = None) -> None:
    """Let ``signer`` sign, for each key of its issuer ever stolen, what the log was before."""
    tokens = [] if institution else IssuerTokenKey.objects.filter(sound_size__gt=0)
    for key in (*IssuerKey.objects.of(institution).filter(sound_size__gt=0), *tokens):
        if key.compromised_since is not None:
            key.sound_checkpoint = _vouched(key, key.compromised_since, signer)
            key.save(update_fields=["sound_checkpoint"])


def sign_anew(*, now: datetime, genuine: Sequence[str] | None = ()) -> Iterator[tuple[int, int]]:
    """Sign what stolen keys signed with the present key, a batch at a time; yields (done, all).

    That is all that was logged before the theft, and of what came after the certificates with the
    codes ``genuine`` (None: all of them). The documents stay what they are: only their proofs
    are new. It may be broken off and begun again.
    """
    certificates = _to_sign_anew(Certificate, genuine)
    sealed = _to_sign_anew(SealedCertificate, genuine)
    bound = _to_sign_anew(BoundCertificate, genuine)
    total = certificates.count() + sealed.count() + bound.count()
    yield 0, total
    notary, done = local_notary(is_limited=False), 0
    for count in chain(
        _sign_rows(certificates, notary, now),
        _sign_rows(sealed, notary, now),
        _sign_rows(bound, notary, now),
    ):
        done += count
        yield done, total


def _sign_rows(rows: QuerySet[Resigned], notary: Notary, now: datetime) -> Iterator[int]:
    """Put new proofs to the documents of ``rows``, a batch at a time; yields how many."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        documents = [_without_proof(row.credential) for row in batch]
        for row, text in zip(batch, notary.sign_documents(documents, now=now), strict=True):
            row.credential = text
        type(batch[0]).entered.bulk_update(batch, ["credential"])
        yield len(batch)


def _to_sign_anew(kind: type[Resigned], genuine: Sequence[str] | None) -> QuerySet[Resigned]:
    """The rows of ``kind`` that a stolen key signed and that are to be signed anew."""
    wanted = Q(pk__in=[])
    for key in IssuerKey.objects.select_related("institution").exclude(compromised_since=None):
        chosen = Q(log_entry__index__lt=key.sound_size)
        if genuine is None:
            chosen = Q()
        elif kind is Certificate:
            chosen |= Q(code__in=genuine)
        else:
            chosen |= Q(certificate__code__in=genuine)
        wanted |= Q(credential__contains=_method(key)) & chosen
    return kind.entered.filter(wanted)


def _held_by(kind: type[Resigned], key: IssuerKey) -> QuerySet[Resigned]:
    return kind.entered.filter(credential__contains=_method(key))


def _method(key: IssuerKey | IssuerTokenKey) -> str:
    """``key`` as the DID document of its issuer calls it, and what it signs."""
    return verification_method(_did_of(key), key.public)


def _did_of(key: IssuerKey | IssuerTokenKey) -> str:
    return issuer_did(key.institution if isinstance(key, IssuerKey) else None)


def _without_proof(credential: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(credential)
    return {name: value for name, value in document.items() if name != "proof"}


def _stolen(name: str, now: datetime, institution: Institution | None) -> IssuerKey:
    name = name or issuer_public(present_key(begun_keyring(institution), now))
    key = IssuerKey.objects.of(institution).filter(public_key=name).first()
    if key is None:
        raise UnknownKeyError
    return key


def _put_out_of_force(
    key: IssuerKey | IssuerTokenKey, since: datetime, successor: str, now: datetime
) -> None:
    """Say in the DID document and in the log that ``key`` was stolen."""
    size, root = sound_log(since)
    key.compromised_since, key.sound_size = since, size
    key.retired_at = min(key.retired_at, now) if key.retired_at else now
    key.save(update_fields=["compromised_since", "sound_size", "retired_at"])
    statement = {
        "issuer": _did_of(key),
        "key": key.public,
        "compromised_since": since.isoformat(),
        "log": {"origin": log_origin(), "size": size, "root": root.hex()},
        "successor": successor,
    }
    append_entry(LogEntry.Kind.KEY, canonical_json(statement), now=now)


def _vouched(key: IssuerKey | IssuerTokenKey, since: datetime, signer: Signer) -> str:
    text = build_sound_checkpoint(
        log_origin(),
        key.sound_size,
        log_tree(key.sound_size).root(),
        method=_method(key),
        since=since,
    )
    return sign_note(text, signer, name=log_origin())


def _take_out(keyring: Keyring[Any], public: str) -> None:
    try:
        if any(entry.public == public for entry in keyring.entries()):
            keyring.withdraw(public)
    except KeyFileError as error:
        raise IssuerKeyError(str(error)) from error


def _strange_count(size: int) -> int:
    entries = LogEntry.objects.filter(kind=LogEntry.Kind.ISSUE, index__gte=size)
    known = {"certificate": None, "sealed_certificate": None, "bound_certificate": None}
    return entries.filter(**known).count()
