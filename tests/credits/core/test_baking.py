import json
import struct
import zlib
from importlib import resources
from io import BytesIO
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credits.core.baking import (
    MAX_TEXT,
    PNG_SIGNATURE,
    BakingError,
    BrokenPictureError,
    NoCredentialError,
    SeveralCredentialsError,
    TooMuchTextError,
    bake_png,
    bake_svg,
    unbake_png,
    unbake_svg,
)
from tests.credentials import VECTORS

SEAL = resources.files("credits.core") / "data" / "seal"
PNG = (SEAL / "seal.png").read_bytes()
SVG = (SEAL / "seal.svg").read_text("utf-8")
JWS = "eyJhbGciOiJSUzI1NiJ9.eyJpZCI6MX0.AAAA"
JSON = '{"id": 1, "name": "李明 🚀 ]]> & <b>"}'
SAMPLES = VECTORS / "openbadges-3.0"


def chunk(kind, body):
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + checksum


def with_text(body, *more):
    end = chunk(b"IEND", b"")
    texts = b"".join(chunk(b"iTXt", text) for text in (body, *more))
    return PNG.removesuffix(end) + texts + end


def packed(text, keyword=b"openbadgecredential"):
    return keyword + b"\0\1\0\0\0" + zlib.compress(text)


@pytest.mark.parametrize("text", [JSON, JWS])
def test_a_png_gives_back_what_was_baked_into_it(text):
    baked = bake_png(PNG, text)

    assert unbake_png(baked).decode() == text
    with Image.open(BytesIO(baked)) as picture:
        picture.load()
        assert picture.size == (512, 512)
        assert picture.text["openbadgecredential"] == text


def test_baking_again_replaces_what_was_there():
    assert unbake_png(bake_png(bake_png(PNG, JSON), JWS)).decode() == JWS


@pytest.mark.parametrize("text", [JSON, JWS])
def test_an_svg_gives_back_the_same_meaning(text):
    baked = bake_svg(SVG, text)

    found = unbake_svg(baked.encode()).decode()

    assert found == text or json.loads(found) == json.loads(text)
    assert baked.count("<![CDATA[") == (text == JSON)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=9), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_text_survives_both(value):
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        try:
            text.encode()
        except UnicodeEncodeError:
            continue
        assert json.loads(unbake_png(bake_png(PNG, text))) == value
        assert json.loads(unbake_svg(bake_svg(SVG, text).encode())) == value


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_the_pictures_of_the_official_validator_are_read(form):
    png = unbake_png((SAMPLES / f"simple-{form}.png").read_bytes())
    svg = unbake_svg((SAMPLES / f"simple-{form}.svg").read_bytes())

    for found in (png, svg):
        if form == "json":
            assert json.loads(found)["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        else:
            assert found.count(b".") == 2


def test_packed_text_is_read_as_well():
    assert unbake_png(with_text(packed(JSON.encode()))).decode() == JSON


def test_a_png_bomb_is_refused_in_little_time_and_memory():
    bomb = with_text(packed(bytes(50_000_000)))
    before = process_time()

    with pytest.raises(TooMuchTextError, match=str(MAX_TEXT)):
        unbake_png(bomb)

    assert process_time() - before < 1


def test_a_picture_that_is_a_bomb_itself_is_never_unpacked():
    bomb = PNG_SIGNATURE + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    )
    bomb += chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")

    assert unbake_png(bake_png(bomb, JSON)).decode() == JSON


@pytest.mark.parametrize(
    ("picture", "error"),
    [
        (PNG, NoCredentialError),
        (with_text(packed(b"{}"), packed(b"{}")), SeveralCredentialsError),
        (with_text(packed(b"{}"), packed(b"{}", b"clrcredential")), SeveralCredentialsError),
        (with_text(packed(b"{}")[:-4]), BrokenPictureError),
        (with_text(b"openbadgecredential\0\1\0\0\0rubbish"), BrokenPictureError),
        (with_text(b"openbadgecredential\0\2\0\0\0{}"), BrokenPictureError),
        (with_text(b"openbadgecredential\0\0\0"), BrokenPictureError),
        (bake_png(PNG, JSON) + b"more", BrokenPictureError),
        (bake_png(PNG, JSON)[:-1], BrokenPictureError),
        (PNG_SIGNATURE, BrokenPictureError),
        (PNG_SIGNATURE + b"\xff\xff\xff\xffiTXt" + bytes(50), BrokenPictureError),
        (PNG_SIGNATURE + chunk(b"tEXt", b"") * 30_000, BrokenPictureError),
        (b"GIF89a", BrokenPictureError),
    ],
)
def test_a_png_that_is_not_as_it_should_be_is_refused_by_name(picture, error):
    with pytest.raises(error):
        unbake_png(picture)


def test_a_flipped_bit_anywhere_in_a_png_is_found():
    baked = bake_png(PNG, JSON)

    for place in range(0, len(baked), 7):
        changed = bytearray(baked)
        changed[place] ^= 1 << place % 8
        with pytest.raises(BakingError):
            unbake_png(bytes(changed))


def credential_in(inside, head=""):
    space = 'xmlns:o="https://purl.imsglobal.org/ob/v3p0"'
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg" {space}>{inside}</svg>'.encode()


ONE = "<o:credential>{}</o:credential>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10))


@pytest.mark.parametrize(
    ("picture", "error", "words"),
    [
        (SVG.encode(), NoCredentialError, "no credential"),
        (credential_in("<credential/>"), NoCredentialError, "no credential"),
        (credential_in(ONE * 2), SeveralCredentialsError, "2 credentials"),
        (credential_in("<o:credential><b/></o:credential>"), BrokenPictureError, "elements"),
        (credential_in("&l9;", f"<!DOCTYPE svg [{LAUGHS}]>"), BrokenPictureError, "entity"),
        (
            credential_in("&x;", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            BrokenPictureError,
            "entity",
        ),
        (credential_in("<g>" * 100_000), BrokenPictureError, "deeper"),
        (b"<svg", BrokenPictureError, "not an SVG"),
        (b"<html/>", BrokenPictureError, "no SVG"),
        (b"<svg>" + b"\xff" * 9, BrokenPictureError, "not an SVG"),
    ],
)
def test_an_svg_that_is_not_as_it_should_be_is_refused_by_name(picture, error, words):
    with pytest.raises(error, match=words):
        unbake_svg(picture)


@pytest.mark.parametrize("picture", ["", "<svg/>", "<p>", "<svg"])
def test_only_an_svg_is_baked(picture):
    with pytest.raises(BrokenPictureError):
        bake_svg(picture, JSON)
