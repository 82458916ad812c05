"""Badges that carry their credential: PNG and SVG as Open Badges 3.0 bakes them (section 5.3).

A PNG holds it in one ``iTXt`` chunk, an SVG in one ``openbadges:credential`` element; a JWT stands
there as it is, a credential with embedded proofs as its JSON. Strangers bring such files, so what
is read is bounded: nothing of the picture is unpacked, and text only up to `MAX_TEXT` bytes.
"""

import struct
import zlib
from collections.abc import Iterator
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from credits.core.canonical import DocumentError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadgecredential", b"clrcredential")
NAMESPACES = ("https://purl.imsglobal.org/ob/v3p0", "https://purl.imsglobal.org/clr/v2p0")
MAX_TEXT = 5_000_000
MAX_CHUNKS = 20_000
MAX_SVG_DEPTH = 200
FRAME = 12
"""Bytes of a chunk beside its content: length, type and checksum."""

# JSON may write any of these as an escape; in XML they would end the section or be forbidden.
UNSAFE_IN_XML = {"]]>": "]]\\u003e", "\ufffe": "\\ufffe", "\uffff": "\\uffff"}


class BakingError(DocumentError):
    """A picture carries no credential, or not as Open Badges 3.0 says."""


class BrokenPictureError(BakingError):
    """A picture is cut off, or a checksum in it does not fit."""


class NoCredentialError(BakingError):
    """There is no credential in the file."""


class SeveralCredentialsError(BakingError):
    """There is more than one credential in the file, so nobody knows which one is meant."""


class TooMuchTextError(BakingError):
    """What is packed in the file unpacks to more than a credential can have."""


def bake_png(picture: bytes, credential: str, keyword: bytes = KEYWORDS[0]) -> bytes:
    """``picture`` with ``credential`` (JSON or a compact JWS) in it, in place of any other.

    Raises:
        BrokenPictureError: ``picture`` is no sound PNG.
    """
    text = keyword + b"\0" + b"\0\0" + b"\0" + b"\0" + credential.encode()
    kept = [(kind, body) for kind, body in _chunks(picture) if not _is_ours(kind, body)]
    return PNG_SIGNATURE + b"".join(
        _chunk(kind, body) for kind, body in (*kept[:-1], (b"iTXt", text), kept[-1])
    )


def unbake_png(picture: bytes) -> bytes:
    """The credential in ``picture``.

    Raises:
        BakingError: the subclass says what is wrong.
    """
    found = [body for kind, body in _chunks(picture) if _is_ours(kind, body)]
    return _unpacked(_only(found))


def bake_svg(picture: str, credential: str) -> str:
    """``picture`` with ``credential`` (JSON or a compact JWS) as its first element.

    Raises:
        BrokenPictureError: there is no ``<svg ...>`` in it.
    """
    start = picture.find("<svg")
    end = picture.find(">", start)
    if start < 0 or end < 0 or picture[end - 1] == "/":
        raise BrokenPictureError("the picture has no opening <svg> tag")
    if credential.lstrip().startswith("{"):
        for letters, escape in UNSAFE_IN_XML.items():
            credential = credential.replace(letters, escape)
        element = f"<openbadges:credential><![CDATA[{credential}]]></openbadges:credential>"
    else:
        element = f"<openbadges:credential verify={quoteattr(credential)}/>"
    opening = f'{picture[:end]} xmlns:openbadges="{NAMESPACES[0]}">'
    return f"{opening}\n{element}{picture[end + 1 :]}"


def unbake_svg(picture: bytes) -> bytes:
    """The credential in ``picture``; entities are refused, and nothing outside is loaded.

    Raises:
        BakingError: the subclass says what is wrong.
    """
    return _only(_SvgReader().read(picture)).strip()


def _only(found: list[bytes]) -> bytes:
    if not found:
        raise NoCredentialError("the picture carries no credential")
    if len(found) > 1:
        raise SeveralCredentialsError(f"the picture carries {len(found)} credentials")
    return found[0]


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk, the last of which is IEND (PNG, section 5.3)."""
    if not picture.startswith(PNG_SIGNATURE):
        raise BrokenPictureError("not a PNG")
    place = len(PNG_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if place + FRAME > len(picture):
            raise BrokenPictureError(f"the PNG is cut off at byte {place}")
        length, kind = struct.unpack_from(">I4s", picture, place)
        end = place + FRAME + length
        if end > len(picture):
            raise BrokenPictureError(f"the PNG is cut off in a chunk at byte {place}")
        if zlib.crc32(memoryview(picture)[place + 4 : end - 4]) != _number(picture, end - 4):
            raise BrokenPictureError(f"the checksum of the chunk at byte {place} does not fit")
        yield kind, picture[place + 8 : end - 4]
        place = end
        if kind == b"IEND":
            if place != len(picture):
                raise BrokenPictureError(f"the PNG goes on after its end at byte {place}")
            return
    raise BrokenPictureError(f"the PNG has more than {MAX_CHUNKS} chunks")


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", checksum)


def _is_ours(kind: bytes, body: bytes) -> bool:
    return kind == b"iTXt" and any(body.startswith(word + b"\0") for word in KEYWORDS)


def _unpacked(body: bytes) -> bytes:
    """The text of an ``iTXt`` chunk: keyword, flag, method, language, keyword again, text."""
    _, _, rest = body.partition(b"\0")
    flag, (_, first, rest) = rest[:2], rest[2:].partition(b"\0")
    _, second, text = rest.partition(b"\0")
    if flag not in {b"\0\0", b"\1\0"} or not first or not second:
        raise BrokenPictureError("the chunk with the credential is not formed as iTXt")
    return inflate(text) if flag == b"\1\0" else text


def inflate(packed: bytes | memoryview) -> bytes:
    """Unpack zlib data, as far as `MAX_TEXT`.

    Raises:
        TooMuchTextError, BrokenPictureError
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MAX_TEXT)
    except zlib.error as error:
        raise BrokenPictureError(f"the packed text is damaged: {error}") from error
    if unpacking.unconsumed_tail:
        raise TooMuchTextError(f"the packed text has more than {MAX_TEXT} bytes")
    if not unpacking.eof:
        raise BrokenPictureError("the packed text is cut off")
    return text


class _SvgReader:
    """Collects what the credential elements of an SVG hold."""

    def __init__(self) -> None:
        self._found: list[bytes] = []
        self._text: list[str] | None = None
        self._depth = 0

    def read(self, picture: bytes) -> list[bytes]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(picture, True)
        except expat.ExpatError as error:
            raise BrokenPictureError(f"not an SVG: {error}") from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_SVG_DEPTH:
            raise BrokenPictureError(f"the SVG is nested deeper than {MAX_SVG_DEPTH} elements")
        if self._depth == 1 and name.rpartition(" ")[2] != "svg":
            raise BrokenPictureError("the document is no SVG")
        if self._text is not None:
            raise BrokenPictureError("the credential in the SVG holds elements")
        if name in {f"{space} credential" for space in NAMESPACES}:
            self._text = [attributes.get("verify", "")]

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._text is not None:
            self._found.append("".join(self._text).encode())
            self._text = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _entity(self, name: str, *_declared: object) -> None:
        raise BrokenPictureError(f"the SVG declares the entity {name[:40]!r}; none are read")
