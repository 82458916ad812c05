"""The shape that a credential must have before anything in it is believed.

Not a schema: only what the verifier reads, so that it never trips over a wrong type.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from credits.core.canonical import DocumentError

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
MAX_PROOFS = 8
MAX_ADDRESS = 2_000


class ShapeError(DocumentError):
    """A document has not the shape of the credential it should be."""


def check_shape(document: Any, *, kind: str, has_proofs: bool = True) -> None:
    """Refuse what is not a credential of type ``kind``, signed in itself unless it is a JWT.

    Raises:
        ShapeError: the message names the first thing that is wrong.
    """
    if not isinstance(document, dict):
        raise ShapeError("not an object")
    types = document.get("type")
    if not isinstance(types, list) or not {"VerifiableCredential", kind} <= _texts(types):
        raise ShapeError(f"type: not a VerifiableCredential and {kind}")
    _address(document.get("id"), "id")
    _address(issuer_id(document), "issuer.id")
    if not isinstance(document.get("credentialSubject"), dict):
        raise ShapeError("credentialSubject: not an object")
    if not isinstance(document.get("credentialStatus", {}), dict):
        raise ShapeError("credentialStatus: not one object")
    _check_period(document)
    if has_proofs:
        _check_proofs(document)


def _check_proofs(document: Mapping[str, Any]) -> None:
    proofs = proofs_of(document)
    if not proofs or len(proofs) > MAX_PROOFS:
        raise ShapeError(f"proof: not one to {MAX_PROOFS} proofs")
    if not all(isinstance(proof, dict) for proof in proofs):
        raise ShapeError("proof: not an object")


def issuer_id(document: Mapping[str, Any]) -> Any:
    """Who says that they issued it."""
    issuer = document.get("issuer")
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def proofs_of(document: Mapping[str, Any]) -> Sequence[Any]:
    proofs = document.get("proof", [])
    return proofs if isinstance(proofs, list) else [proofs]


def moment(document: Mapping[str, Any], name: str) -> datetime | None:
    """A time of the document, None if it has none.

    Raises:
        ShapeError: no XSD dateTimeStamp, which has a time zone.
    """
    text = document.get(name)
    if text is None and name not in document:
        return None
    if not isinstance(text, str) or not TIME.fullmatch(text):
        raise ShapeError(f"{name}: {text!r:.80} is not a time with a zone")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ShapeError(f"{name}: there is no {text}") from error


def _check_period(document: Mapping[str, Any]) -> None:
    start, end = moment(document, "validFrom"), moment(document, "validUntil")
    if start is None:
        raise ShapeError("validFrom: missing")
    if end is not None and end < start:
        raise ShapeError("validUntil: before validFrom")


def _address(value: Any, name: str) -> None:
    if not isinstance(value, str) or ":" not in value or len(value) > MAX_ADDRESS:
        raise ShapeError(f"{name}: not an address")


def _texts(values: Sequence[Any]) -> set[str]:
    return {value for value in values if isinstance(value, str)}
