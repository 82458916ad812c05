"""The one that signs. It has two doors: a call in this process, and a socket (`server.py`).

Both lead to the same `Notary`, which looks at every document by `core.signing_policy`, asks the
log for it, counts, and only then signs.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from credits.core.canonical import DocumentError
from credits.core.checkpoint import sign_note
from credits.core.did import verification_method
from credits.core.jose import JwkSigner, thumbprint
from credits.core.multikey import encode_public_key
from credits.core.proof import Signer, add_proofs
from credits.core.shape import issuer_id
from credits.core.signing_policy import (
    Examined,
    Kind,
    Ours,
    Refusal,
    SigningRefusedError,
    examine,
    examine_checkpoint,
)
from credits.core.vc_jwt import sign_credential
from credits.signer.keyring import Keyring
from credits.signer.ledger import Ledger

DOCUMENTS, TOKENS = "documents", "tokens"


def _none(_slug: str) -> None:
    """No institution has a key."""


class Notarial(Protocol):
    """Whoever signs for us: in this process, or behind a socket."""

    def issuer_key(self, *, now: datetime, institution: str = "") -> str:
        """The Multikey that signs documents and checkpoints at ``now``.

        With the slug of an ``institution`` the one that signs the documents that it issues.
        """

    def token_key(self, *, now: datetime) -> Mapping[str, str]:
        """The JWK that signs tokens at ``now``."""

    def sign_documents(self, documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
        """Each document with its proofs, as JSON."""

    def sign_tokens(self, documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
        """Each document as a compact JWS."""

    def signed_size(self) -> int:
        """How many entries the last checkpoint had that was signed here; 0 before one."""

    def sign_checkpoint(self, text: str, proof: Sequence[str], *, now: datetime) -> str:
        """The signed note; ``proof`` (hexadecimal) shows that it continues the last one."""


@dataclass(frozen=True, slots=True)
class Notary:
    """Signs what the policy lets it sign.

    ``logged`` says which of some digests stand in the log; ``rate`` is how many documents are
    signed in an hour, None where nothing is counted. Each ``door`` is counted by itself: what an
    operator has signed by a command takes nothing from those who ask over the socket.
    ``institution_keys`` gives the keys of an institution by its slug, None where it has none.
    """

    ours: Ours
    issuer_keys: Keyring[Signer]
    token_keys: Keyring[JwkSigner]
    ledger: Ledger
    logged: Callable[[Collection[str]], Collection[str]]
    rate: int | None
    door: str = "command"
    institution_keys: Callable[[str], Keyring[Signer] | None] = _none

    def issuer_key(self, *, now: datetime, institution: str = "") -> str:
        return encode_public_key(self._keys_of(institution).present(now).public_key())

    def token_key(self, *, now: datetime) -> Mapping[str, str]:
        return self.token_keys.present(now).public_jwk()

    def sign_documents(self, documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
        """Each document with its proofs, as JSON.

        Raises:
            SigningRefusedError: one of them is refused; then none is signed.
            KeyFileError: the key cannot be used.
        """
        examined = self._admit(documents, DOCUMENTS, now)
        signers = {
            slug: self._keys_of(slug).present(now)
            for slug in {each.institution for each in examined}
        }
        return [
            _with_proofs(document, signers[each.institution], now)
            for document, each in zip(documents, examined, strict=True)
        ]

    def sign_tokens(self, documents: Sequence[Mapping[str, Any]], *, now: datetime) -> list[str]:
        """Each certificate as a compact JWS.

        Raises:
            SigningRefusedError, KeyFileError
        """
        examined = self._admit(documents, TOKENS, now)
        if any(each.kind is not Kind.CERTIFICATE for each in examined):
            raise SigningRefusedError(
                Refusal.NOT_A_CREDENTIAL, "Only certificates are signed as tokens."
            )
        signer = self.token_keys.present(now)
        name = thumbprint(signer.public_jwk())
        return [
            sign_credential(
                document, signer, key_id=verification_method(str(issuer_id(document)), name)
            )
            for document in documents
        ]

    def signed_size(self) -> int:
        with self.ledger.continuing(self.ours.log_origin) as log:
            return log.seen.tree_size if log.seen is not None else 0

    def sign_checkpoint(self, text: str, proof: Sequence[str], *, now: datetime) -> str:
        """The signed note.

        Raises:
            SigningRefusedError: it does not continue the last one that was signed here.
            KeyFileError
        """
        origin = self.ours.log_origin
        hashes = [_hash(part) for part in proof]
        signer = self.issuer_keys.present(now)
        with self.ledger.continuing(origin) as log:
            log.next = examine_checkpoint(text, log.seen, hashes, self.ours)
        # Remembered first: a checkpoint that was lost on the way is no fork, two of them are.
        return sign_note(text, signer, name=origin)

    def _admit(
        self, documents: Sequence[Mapping[str, Any]], purpose: str, now: datetime
    ) -> list[Examined]:
        examined = [self._examined(document) for document in documents]
        for slug in {each.institution for each in examined}:
            self._keys_of(slug)
        needed = frozenset[str]().union(*(each.must_be_logged for each in examined))
        if needed and (missing := needed - set(self.logged(needed))):
            raise SigningRefusedError(
                Refusal.NOT_LOGGED,
                f"{len(missing)} of {len(needed)} documents are not in the log; the first has"
                f" the digest {min(missing)}.",
            )
        counted = [each.digest for each in examined if each.is_counted]
        if self.rate is not None:
            purpose = f"{purpose} by {self.door}"
            self.ledger.count(purpose, counted, limit=self.rate, now=now)
        return examined

    def _keys_of(self, institution: str) -> Keyring[Signer]:
        """The keys of an issuer; for an institution that has none nothing is signed."""
        found = self.institution_keys(institution) if institution else self.issuer_keys
        if found is None:
            raise SigningRefusedError(
                Refusal.NO_KEY,
                f"There is no key of {institution!r:.80} here. Make one, or bring it back from"
                " your backup: opencredits rotate institution-key --institution SLUG",
            )
        return found

    def _examined(self, document: Mapping[str, Any]) -> Examined:
        try:
            return examine(document, self.ours)
        except SigningRefusedError:
            raise
        except DocumentError as error:
            raise SigningRefusedError(Refusal.NOT_A_CREDENTIAL, str(error)) from error


def _with_proofs(document: Mapping[str, Any], signer: Signer, now: datetime) -> str:
    key = encode_public_key(signer.public_key())
    method = verification_method(str(issuer_id(document)), key)
    signed = add_proofs(document, signer, verification_method=method, created=now)
    return json.dumps(signed, ensure_ascii=False, indent=1)


def _hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError) as error:
        raise SigningRefusedError(
            Refusal.NOT_A_CHECKPOINT, "The proof of a checkpoint are hashes in hexadecimal."
        ) from error
