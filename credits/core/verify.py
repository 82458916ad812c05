"""Verifying a certificate, in whatever file it comes: offline, without Django, step by step.

The steps in order: *parse*, *shape*, *context*, *issuer*, *proof*, *dates*, *status*, for a record
*certificates*, for a shared part *disclosure*, and where the caller asks for them *resources* and
*recompute*. Each is reported by name; the outcome is the gravest of them. Nothing is fetched: DID
documents and status lists are handed in, and who hands in a DID document thereby says that this
issuer is trusted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from credits.core.baking import BakingError
from credits.core.canonical import DocumentError, JsonError, canonical_json, parse_json
from credits.core.clr import RECORD, RECORD_CONTEXTS, certificates_in, is_record
from credits.core.contexts import CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.did import KeyNotListedError, assertion_key, revoked_method
from credits.core.jose import TokenError
from credits.core.opening import MAX_BYTES, Carrier, Opened, open_credential
from credits.core.proof import JCS, SUITES, ProofError, check_proof
from credits.core.records_beside import Recompute, recompute_step, resources_step
from credits.core.revoked_step import revoked_step
from credits.core.shape import ShapeError, check_shape, issuer_id, moment, proofs_of
from credits.core.shared import disclosure_step, taken_apart
from credits.core.status import StatusListError, decode_bitstring
from credits.core.status_step import status_step
from credits.core.token_step import token_step
from credits.core.verdict import CANNOT_TELL, Outcome, Step, StepState, Verdict
from credits.core.verdict import failed as _failed
from credits.core.verdict import ok as _ok
from credits.core.verdict import unknown as _unknown

__all__ = ["MAX_BYTES", "Outcome", "Step", "StepState", "Verdict", "verify_credential"]

CERTIFICATE = "OpenBadgeCredential"
CERTIFICATE_CONTEXTS = [CREDENTIALS_V2, OPEN_BADGES_3]
STATUS_LIST_CONTEXTS = [CREDENTIALS_V2]
PROOF_KEYS = {
    "type",
    "created",
    "verificationMethod",
    "cryptosuite",
    "proofPurpose",
    "proofValue",
}
DATES = {"validFrom", "validUntil"}
LISTS_KEPT = 64


def verify_credential(  # noqa: PLR0913 - what a verification goes by
    data: bytes,
    *,
    did_documents: Mapping[str, Mapping[str, Any]],
    status_lists: Mapping[str, bytes],
    now: datetime,
    resources: Mapping[str, bytes] | None = None,
    recompute: Recompute | None = None,
    log_proofs: Sequence[str] = (),
) -> Verdict:
    """What the certificate in ``data`` is worth at ``now``.

    ``did_documents`` are those of trusted issuers by DID, ``status_lists`` signed lists by
    address, ``resources`` copies of what the certificate pins by digest, by address.
    ``log_proofs`` (C2SP tlog-proof) may show that what a stolen key signed was logged before the
    theft. Never raises for what is in ``data``: whatever is wrong is a step of the verdict.
    """
    try:
        opened, shared = taken_apart(open_credential(data))
        document = opened.document
        kind = RECORD if is_record(document) else CERTIFICATE
        check_shape(document, kind=kind, has_proofs=opened.token is None)
    except (JsonError, BakingError, TokenError) as error:
        return Verdict((_failed("parse", "unreadable", Outcome.MALFORMED, error),))
    except ShapeError as error:
        wrong = _failed("shape", "wrong_shape", Outcome.MALFORMED, error)
        return Verdict((_ok("parse", "read"), wrong))
    steps = [_ok("parse", "read"), _ok("shape", "credential")]
    known = _Known(did_documents, status_lists, now, log_proofs)
    steps += _steps_of(opened, known)
    if kind == RECORD:
        steps.append(_certificates_step(document, known))
    if shared is not None:
        steps.append(disclosure_step(document, shared))
    if resources:
        steps.append(resources_step(document, resources))
    if recompute is not None:
        steps.append(recompute_step(document, recompute))
    return Verdict(tuple(steps), document)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a verification goes by."""

    did_documents: Mapping[str, Mapping[str, Any]]
    status_lists: Mapping[str, bytes]
    now: datetime
    log_proofs: Sequence[str] = ()


def _steps_of(opened: Opened, known: _Known) -> list[Step]:
    document = opened.document
    issuer = known.did_documents.get(issuer_id(document))
    return [
        _context_step(document, RECORD_CONTEXTS if is_record(document) else CERTIFICATE_CONTEXTS),
        *_issuer_steps(opened, issuer, known.log_proofs),
        _dates_step(document, known.now),
        _status_step(document, issuer, known.status_lists, known.now),
    ]


def _certificates_step(record: Mapping[str, Any], known: _Known) -> Step:
    """Each certificate in a record must be valid by itself."""
    held = certificates_in(record)
    for document in held:
        try:
            check_shape(document, kind=CERTIFICATE)
        except ShapeError as error:
            return _failed("certificates", "wrong_shape", Outcome.MALFORMED, error)
        found = Verdict(tuple(_steps_of(Opened(document, Carrier.BARE), known)))
        if not found.is_valid:
            state = StepState.UNKNOWN if found.outcome in CANNOT_TELL else StepState.FAILED
            parameters = {"certificate": document["id"], "outcome": found.outcome.value}
            return Step("certificates", state, "not_all_valid", parameters, found.outcome)
    return _ok("certificates", "all_valid", count=str(len(held)))


def _context_step(document: Mapping[str, Any], expected: list[str]) -> Step:
    if document.get("@context") == expected:
        return _ok("context", "known")
    found = str(document.get("@context"))[:200]
    return _failed("context", "unknown_context", Outcome.ALTERED, found=found)


def _issuer_steps(
    opened: Opened, issuer: Mapping[str, Any] | None, log_proofs: Sequence[str]
) -> list[Step]:
    did = str(issuer_id(opened.document))
    if issuer is None or issuer.get("id") != did:
        return [
            _unknown("issuer", "unknown_issuer", Outcome.ISSUER_UNKNOWN, issuer=did),
            _unknown("proof", "not_checked", Outcome.ISSUER_UNKNOWN),
        ]
    known = _ok("issuer", "known", issuer=did)
    if opened.token is None:
        return [known, _proof_step(opened.document, issuer, log_proofs)]
    return [known, token_step(opened.token, opened.payload or {}, issuer, log_proofs)]


def _proof_step(
    document: Mapping[str, Any], issuer: Mapping[str, Any], log_proofs: Sequence[str] = ()
) -> Step:
    """Every proof must hold, and each of the two suites must be among them once."""
    proofs = proofs_of(document)
    found = [str(proof.get("cryptosuite")) for proof in proofs]
    missing = [suite for suite in SUITES if suite not in found]
    if missing:
        return _failed("proof", "missing_proof", Outcome.ALTERED, suites=", ".join(missing))
    if len(found) > len(SUITES):
        return _failed("proof", "unexpected_proof", Outcome.ALTERED, suites=", ".join(found))
    for proof in proofs:
        step = _one_proof(document, proof, issuer, log_proofs)
        if step is not None:
            return step
    return _ok("proof", "proofs_hold", suites=", ".join(found))


def _one_proof(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    issuer: Mapping[str, Any],
    log_proofs: Sequence[str],
) -> Step | None:
    """What is wrong with one proof, None if it holds."""
    suite, method = str(proof["cryptosuite"]), str(proof.get("verificationMethod"))
    revoked = revoked_method(issuer, method)
    try:
        _refuse_loose_form(proof)
        key = revoked.public_key if revoked is not None else None
        holds = check_proof(document, proof, key or assertion_key(issuer, method))
    except KeyNotListedError as error:
        return _failed("proof", "key_not_listed", Outcome.ALTERED, error, method=method)
    except ProofError as error:
        return _failed("proof", "malformed_proof", Outcome.ALTERED, error, suite=suite)
    except DocumentError as error:
        return _failed("proof", "cannot_be_signed", Outcome.ALTERED, error, suite=suite)
    if not holds:
        return _failed("proof", "changed", Outcome.ALTERED, suite=suite)
    if revoked is None:
        return None
    return revoked_step(document, issuer, method, revoked.since, log_proofs)


def _refuse_loose_form(proof: Mapping[str, Any]) -> None:
    expected = PROOF_KEYS | ({"@context"} if proof["cryptosuite"] == JCS else set())
    if proof.keys() != expected:
        raise ProofError(f"the proof has not exactly {sorted(expected)}")
    try:
        moment(proof, "created")
    except ShapeError as error:
        raise ProofError(str(error)) from error


def _dates_step(document: Mapping[str, Any], now: datetime) -> Step:
    start, end = moment(document, "validFrom"), moment(document, "validUntil")
    if start is not None and now < start:
        return _failed("dates", "not_yet_valid", Outcome.NOT_YET_VALID, since=start.isoformat())
    if end is not None and now >= end:
        return _failed("dates", "expired", Outcome.EXPIRED, until=end.isoformat())
    return _ok("dates", "in_force", until=end.isoformat() if end else "")


def _status_step(
    document: Mapping[str, Any],
    issuer: Mapping[str, Any] | None,
    status_lists: Mapping[str, bytes],
    now: datetime,
) -> Step:
    def read_list(url: str, purpose: str) -> tuple[bytes, Step] | None:
        if issuer is None or url not in status_lists:
            return None
        listed = _checked_list(status_lists[url], url, purpose, canonical_json(issuer))
        return listed.bits, _dates_step(listed.dates, now)

    return status_step(document, read_list)


@dataclass(frozen=True, slots=True)
class _CheckedList:
    """What is kept of a status list whose signatures hold."""

    bits: bytes
    dates: Mapping[str, Any]


@lru_cache(maxsize=LISTS_KEPT)
def _checked_list(data: bytes, url: str, purpose: str, issuer: bytes) -> _CheckedList:
    """The status list, if this issuer signed it for this address.

    Many certificates share a list, so that what was found is kept, by every byte of the list and
    of the issuer's DID document; a list signed anew is another one. The clock has no part in it.

    Raises:
        DocumentError
    """
    listed: dict[str, Any] = parse_json(data, max_bytes=MAX_BYTES)
    did_document = json.loads(issuer)
    check_shape(listed, kind="BitstringStatusListCredential")
    if listed["id"] != url or issuer_id(listed) != did_document.get("id"):
        raise StatusListError(f"the list is {listed['id']} of {issuer_id(listed)}")
    for step in (_context_step(listed, STATUS_LIST_CONTEXTS), _proof_step(listed, did_document)):
        if step.state is not StepState.OK:
            raise StatusListError(f"the list is not signed as it should be: {step.code}")
    dates = {name: value for name, value in listed.items() if name in DATES}
    return _CheckedList(decode_bitstring(_encoded_list(listed, purpose)), dates)


def _encoded_list(listed: Mapping[str, Any], purpose: str) -> str:
    subject = listed["credentialSubject"]
    if subject.get("type") != "BitstringStatusList" or subject.get("statusPurpose") != purpose:
        raise StatusListError(f"the list is not one of {purpose}")
    return str(subject.get("encodedList", ""))
