"""What a file brings: a credential as JSON or JWT, bare, or carried by a PNG, an SVG or a PDF.

A file is told by its content; what it is called does not matter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from credits.core.attachments import PDF_SIGNATURE, attached_credential
from credits.core.baking import PNG_SIGNATURE, unbake_png, unbake_svg
from credits.core.canonical import DocumentError, JsonError, parse_json
from credits.core.jose import Token, is_compact, read_token
from credits.core.vc_jwt import read_payload, without_claims

MAX_BYTES = 5_000_000
"""A certificate has about ten thousand bytes and 250 more for each contribution."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Carrier(StrEnum):
    """The kind of file in which a credential came."""

    BARE = "bare"
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Opened:
    """A credential out of its file; ``token`` and its ``payload`` if it was a JWT."""

    document: Any
    carrier: Carrier
    token: Token | None = None
    payload: Mapping[str, Any] | None = None


def open_credential(data: bytes) -> Opened:
    """Take the credential out of the file ``data``; nothing in it is believed yet.

    Raises:
        JsonError, TokenError, BakingError: there is none that could be read; the class and the
            message say why.
    """
    if len(data) > MAX_BYTES:
        raise JsonError(f"{len(data)} bytes are more than the {MAX_BYTES} that are read")
    carrier = carrier_of(data)
    text = _taken_out(data, carrier).strip()
    if not is_compact(text):
        return Opened(parse_json(text, max_bytes=MAX_BYTES), carrier)
    token = read_token(text)
    payload = read_payload(token, max_bytes=MAX_BYTES)
    return Opened(without_claims(payload), carrier, token, payload)


def carried_text(data: bytes) -> bytes:
    """The credential in ``data`` as JSON, for showing it; ``data`` itself where there is none."""
    try:
        opened = open_credential(data)
    except DocumentError:
        return data
    if opened.token is None and opened.carrier is Carrier.BARE:
        return data
    return json.dumps(opened.document, ensure_ascii=False).encode()


def carrier_of(data: bytes) -> Carrier:
    """What kind of file ``data`` is, by its first bytes."""
    if data.startswith(PNG_SIGNATURE):
        return Carrier.PNG
    if data.startswith(PDF_SIGNATURE):
        return Carrier.PDF
    if data.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == b"<":
        return Carrier.SVG
    return Carrier.BARE


def _taken_out(data: bytes, carrier: Carrier) -> bytes:
    if carrier is Carrier.PNG:
        return unbake_png(data)
    if carrier is Carrier.SVG:
        return unbake_svg(data)
    if carrier is Carrier.PDF:
        return attached_credential(data, max_bytes=MAX_BYTES)
    return data
