"""The proof that a certificate was logged, as a file beside it: ``li.json``, ``li.tlog-proof``."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from credits.core.bundle import VerificationBundle
from credits.core.did import assertion_keys
from credits.core.log_step import log_step
from credits.core.tlog_proof import MAX_BYTES
from credits.core.verdict import Verdict
from credits.management.fetching import UnreadableError, is_address, read_bytes
from credits.models import Certificate
from credits.services.issuer import issuer_signer
from credits.services.log import publish_checkpoint, tlog_proof_of


def write_proof(certificate: Certificate, out: Path, *, now: datetime) -> list[Path]:
    """Sign a checkpoint over ``certificate`` at once, and keep its proof beside ``out``."""
    publish_checkpoint(issuer_signer(now=now), now=now)
    proof = tlog_proof_of(certificate.log_entry)
    if proof is None:
        return []
    path = Path(_beside(str(out)))
    path.write_text(proof, encoding="utf-8", newline="")
    return [path]


def with_log_step(
    verdict: Verdict, name: str, bundle: VerificationBundle, *, offline: bool
) -> Verdict:
    """``verdict`` on the certificate ``name``, and what its proof says where there is one."""
    if verdict.credential is None or (offline and is_address(name)):
        return verdict
    try:
        proof = read_bytes(_beside(name), MAX_BYTES).decode()
    except (UnreadableError, UnicodeDecodeError):
        return verdict
    keys = [key for did in bundle.did_documents.values() for key in assertion_keys(did)]
    return replace(verdict, steps=(*verdict.steps, log_step(verdict.credential, proof, keys)))


def _beside(name: str) -> str:
    """Where the proof of the certificate ``name`` lies: in a file, or at the issuer's."""
    if is_address(name):
        return f"{name.removesuffix('.json').rstrip('/')}/log.tlog-proof"
    path = Path(name)
    return str(path.with_name(f"{path.stem}.tlog-proof"))
