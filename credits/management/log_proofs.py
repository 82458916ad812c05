"""The proof that a certificate was logged, as a file beside it: ``li.json``, ``li.tlog-proof``."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from credits.core.bundle import VerificationBundle
from credits.core.canonical import DocumentError
from credits.core.did import assertion_keys
from credits.core.log_step import log_step
from credits.core.opening import open_credential
from credits.core.tlog_proof import MAX_BYTES
from credits.core.verdict import Verdict
from credits.management.fetching import UnreadableError, is_address, read_bytes
from credits.models import Certificate
from credits.services.issuer import issuer_signer
from credits.services.log import publish_checkpoint, tlog_proof_of

MOST_KEYS = 8


def write_proof(certificate: Certificate, out: Path, *, now: datetime) -> list[Path]:
    """Sign a checkpoint over ``certificate`` at once, and keep its proof beside ``out``."""
    publish_checkpoint(issuer_signer(now=now), now=now)
    proof = tlog_proof_of(certificate.log_entry)
    if proof is None:
        return []
    path = Path(_beside(str(out)))
    path.write_text(proof, encoding="utf-8", newline="")
    return [path]


def with_log_proofs(
    bundle: VerificationBundle, name: str, data: bytes, *, offline: bool
) -> VerificationBundle:
    """``bundle``, and what the log says for the certificate ``name`` against a stolen key.

    That is the proof beside it; online, its issuer is asked as well, if a key was stolen.
    """
    own = _own_proof(name, offline=offline)
    asked = [] if offline else _asked(data, bundle)
    found = [proof for proof in (own, *map(_read, asked)) if proof is not None]
    return replace(bundle, log_proofs=found)


def with_log_step(
    verdict: Verdict, name: str, bundle: VerificationBundle, *, offline: bool
) -> Verdict:
    """``verdict`` on the certificate ``name``, and what its proof says where there is one."""
    proof = _own_proof(name, offline=offline) if verdict.credential is not None else None
    if verdict.credential is None or proof is None:
        return verdict
    keys = [key for did in bundle.did_documents.values() for key in assertion_keys(did)]
    return replace(verdict, steps=(*verdict.steps, log_step(verdict.credential, proof, keys)))


def _own_proof(name: str, *, offline: bool) -> str | None:
    """The proof beside the certificate ``name``, if there is one."""
    return None if offline and is_address(name) else _read(_beside(name))


def _asked(data: bytes, bundle: VerificationBundle) -> list[str]:
    """Where the issuer may say that the certificate in ``data`` is older than a theft."""
    revoked = [
        str(method.get("id"))
        for did in bundle.did_documents.values()
        for method in did.get("verificationMethod", [])
        if isinstance(method, dict) and "revoked" in method
    ]
    if not revoked:
        return []
    try:
        address = str(open_credential(data).document["id"])
    except (DocumentError, KeyError, TypeError):
        return []
    keys = [method.rpartition("#")[2] for method in revoked[:MOST_KEYS]]
    return [f"{address}/log.tlog-proof?key={quote(key)}" for key in keys if is_address(address)]


def _read(name: str) -> str | None:
    try:
        return read_bytes(name, MAX_BYTES).decode()
    except (UnreadableError, UnicodeDecodeError):
        return None


def _beside(name: str) -> str:
    """Where the proof of the certificate ``name`` lies: in a file, or at the issuer's."""
    if is_address(name):
        return f"{name.removesuffix('.json').rstrip('/')}/log.tlog-proof"
    path = Path(name)
    return str(path.with_name(f"{path.stem}.tlog-proof"))
