"""The credential that is attached to a PDF (PDF 1.7, section 7.11.4), read without a PDF library.

An attachment is a stream whose dictionary says ``/Type /EmbeddedFile``; such streams stand openly
in the file, packed by zlib or not at all. That is all that is looked at: no page is drawn, no
reference followed.
"""

import re
from collections.abc import Iterator

from credits.core.baking import (
    BrokenPictureError,
    NoCredentialError,
    SeveralCredentialsError,
    inflate,
)
from credits.core.canonical import JsonError, parse_json

PDF_SIGNATURE = b"%PDF-"
DICTIONARY = re.compile(rb"/Type\s*/EmbeddedFile(?![A-Za-z])")
STREAM = re.compile(rb">>\s*stream\r?\n")
FILTER = re.compile(rb"/Filter\s*\[?\s*/([A-Za-z0-9]+)")
JWT = re.compile(rb"ey[\w-]+\.[\w-]+\.[\w-]*\s*", re.ASCII)
MAX_ATTACHMENTS = 16
MAX_DICTIONARY = 2_000
CREDENTIALS = ("OpenBadgeCredential", "AchievementCredential", "ClrCredential")


def attached_credential(document: bytes, *, max_bytes: int) -> bytes:
    """The one credential attached to the PDF ``document``; other attachments are passed over.

    Raises:
        BakingError: there is none, several, or it is damaged; the subclass says which.
    """
    found = [text for text in _attachments(document) if _is_credential(text, max_bytes)]
    if not found:
        raise NoCredentialError("the PDF has no credential attached")
    if len(found) > 1:
        raise SeveralCredentialsError(f"the PDF has {len(found)} credentials attached")
    return found[0]


def _attachments(document: bytes) -> Iterator[bytes]:
    for number, found in enumerate(DICTIONARY.finditer(document)):
        if number >= MAX_ATTACHMENTS:
            raise SeveralCredentialsError(f"the PDF has more than {MAX_ATTACHMENTS} attachments")
        earliest = max(found.start() - MAX_DICTIONARY, 0)
        start = max(document.rfind(b"obj", earliest, found.start()), earliest)
        opening = STREAM.search(document, found.end(), found.end() + MAX_DICTIONARY)
        if opening is None:
            raise BrokenPictureError(f"the attachment at byte {found.start()} has no content")
        packing = FILTER.findall(document, start, opening.start())
        yield _content(document, opening.end(), packing)


def _content(document: bytes, start: int, packing: list[bytes]) -> bytes:
    if packing == [b"FlateDecode"]:
        # The packed data says itself where it ends.
        return inflate(memoryview(document)[start:])
    end = document.find(b"endstream", start)
    if packing or end < 0:
        raise BrokenPictureError(f"the attachment at byte {start} is not packed by zlib")
    return document[start:end].rstrip(b"\r\n")


def _is_credential(text: bytes, max_bytes: int) -> bool:
    if JWT.fullmatch(text):
        return True
    try:
        document = parse_json(text, max_bytes=max_bytes)
    except JsonError:
        return False
    types = document.get("type") if isinstance(document, dict) else None
    return isinstance(types, list) and any(name in types for name in CREDENTIALS)
