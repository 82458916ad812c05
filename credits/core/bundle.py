"""What it takes to verify offline, gathered from files in any order.

Beside a certificate lie the issuer's DID document, a status list and the evidence record. Each
says itself what it is, so files need no particular names. The text of the rule set does not; it is
known by the address at which the certificate pins it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.canonical import JsonError, parse_json
from credits.core.recompute import recompute_points
from credits.core.verdict import Verdict
from credits.core.verify import MAX_BYTES, verify_credential

STATUS_LIST_TYPES = ["VerifiableCredential", "BitstringStatusListCredential"]


@dataclass(frozen=True, slots=True)
class VerificationBundle:
    """Trusted DID documents by DID, status lists and resources by address, proofs of the log."""

    did_documents: Mapping[str, Mapping[str, Any]]
    status_lists: Mapping[str, bytes]
    resources: Mapping[str, bytes]
    log_proofs: Sequence[str] = ()


def read_bundle(files: Iterable[bytes]) -> VerificationBundle:
    """Sort ``files`` by what they are.

    Whoever hands in a DID document says that its issuer is trusted.

    Raises:
        JsonError: a file is not JSON, or does not say what it is.
    """
    did_documents: dict[str, Mapping[str, Any]] = {}
    status_lists: dict[str, bytes] = {}
    resources: dict[str, bytes] = {}
    for data in files:
        document = parse_json(data, max_bytes=MAX_BYTES)
        if not isinstance(document, dict) or not isinstance(document.get("id"), str):
            raise JsonError("a companion of a certificate is an object with an id")
        if "verificationMethod" in document:
            did_documents[document["id"]] = document
        elif document.get("type") == STATUS_LIST_TYPES:
            status_lists[document["id"]] = data
        else:
            resources[document["id"]] = data
    return VerificationBundle(did_documents, status_lists, resources)


def verify_with_bundle(
    data: bytes, bundle: VerificationBundle, *, now: datetime, recomputes: bool = False
) -> Verdict:
    """What the certificate in ``data`` is worth, going by nothing but ``bundle``.

    With ``recomputes`` every point is derived again from the facts and the rules in it.
    """
    return verify_credential(
        data,
        did_documents=bundle.did_documents,
        status_lists=bundle.status_lists,
        resources=bundle.resources,
        now=now,
        recompute=(lambda document: recompute_points(document, bundle.resources))
        if recomputes
        else None,
        log_proofs=bundle.log_proofs,
    )
