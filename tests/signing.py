"""A notary to try things on, with keys and a log of its own."""

from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from credits.core.clr import RecordFacts, build_record
from credits.core.credential import build_credential
from credits.core.signing_policy import Ours, statement_digest
from credits.keyfiles import _pem, make_ed25519_key
from credits.signer.keyring import Keyring
from credits.signer.ledger import Ledger
from credits.signer.local import issuer_public, token_public
from credits.signer.notary import Notary
from credits.signer.stores import FileStore, issuer_signer, token_signer
from tests.credentials import BASE, DID, FACTS, ISSUED

ORIGIN = "credits.university.example/log"
OURS = Ours(DID, BASE, ORIGIN)


def make_p256_key():
    """A key for tokens that is made at once; RSA takes a second."""
    return _pem(ec.generate_private_key(ec.SECP256R1()))


class Played:
    """A notary whose log is the set ``logged``."""

    def __init__(self, folder: Path, rate: int = 500) -> None:
        self.folder = folder
        self.logged: set[str] = set()
        self.file = folder / "keys" / "issuer.pem"
        tokens = folder / "keys" / "token.pem"
        self.keyring = Keyring(
            self.file.with_suffix(".json"),
            FileStore(self.file, make_ed25519_key, issuer_signer),
            issuer_public,
        )
        self.notary = Notary(
            ours=OURS,
            issuer_keys=self.keyring,
            token_keys=Keyring(
                tokens.with_suffix(".json"),
                FileStore(tokens, make_p256_key, token_signer),
                token_public,
            ),
            ledger=Ledger(folder / "keys" / "signer.sqlite3"),
            logged=lambda digests: self.logged & set(digests),
            rate=rate,
            institution_keys=self.institution_keys,
        )

    def institution_keyring(self, slug):
        """Keys of an institution, beside those of the site."""
        file = self.file.with_name(f"institution-{slug}.pem")
        store = FileStore(file, make_ed25519_key, issuer_signer)
        return Keyring(file.with_suffix(".json"), store, issuer_public)

    def institution_keys(self, slug):
        keyring = self.institution_keyring(slug)
        return keyring if keyring.is_begun else None

    def enter(self, *documents):
        """Enter ``documents`` in the log."""
        self.logged |= {statement_digest(document) for document in documents}
        return documents


def document(number: int = 0):
    """A certificate, unsigned; another one for each number."""
    return {**build_credential(FACTS), "id": f"{BASE}/c/{number}"}


def record(*certificates):
    """A record that holds ``certificates``, unsigned."""
    facts = RecordFacts(
        "urn:uuid:1", "urn:uuid:2", "Record", FACTS.issuer, ISSUED, certificates,
        ISSUED + timedelta(days=2),
    )  # fmt: skip
    return build_record(facts)
