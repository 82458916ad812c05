"""What strangers may send: each attack is refused by its name, in little time and memory."""

import json
import tracemalloc
import zlib
from base64 import urlsafe_b64encode
from copy import deepcopy
from time import process_time

import pytest

from credits.core.baking import bake_png, bake_svg
from credits.core.credential import build_credential
from credits.core.proof import UnsignableError
from credits.core.verdict import Outcome
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    NOW,
    STATUS_LIST,
    as_bytes,
    certificate,
    signed,
    status_list,
)
from tests.credits.core.test_baking import LAUGHS, PNG, SVG, credential_in, packed, with_text
from tests.credits.core.test_vc_jwt import pdf_with

CERTIFICATE = certificate()
TEXT = json.dumps(CERTIFICATE, ensure_ascii=False, separators=(",", ":"))
LISTS = {STATUS_LIST: as_bytes(status_list())}
SECONDS, BYTES = 2, 60_000_000


def verdict(data):
    data = data if isinstance(data, bytes) else data.encode()
    return verify_credential(data, did_documents={DID: DID_DOCUMENT}, status_lists=LISTS, now=NOW)


def changed(path, value):
    document = deepcopy(CERTIFICATE)
    *folders, name = path
    inner = document
    for key in folders:
        inner = inner[key]
    inner[name] = value
    return json.dumps(document)


def tangle(size):
    """Statements about nodes without names that are all alike, each about every other."""
    return [
        {"id": f"_:n{one}", "type": ["Evidence"], "name": "x", "audience": f"_:n{other}"}
        for one in range(size)
        for other in range(size)
    ]


OTHER_CONTEXT = "http://127.0.0.1:9/context.json"
CONTEXTS = CERTIFICATE["@context"]
ATTACKS = {
    "100 MB": (b" " * 100_000_000, "parse", "more than the 5000000"),
    "5 MB of brackets": ("[" * 5_000_000, "parse", "nested deeper"),
    "deep objects": ('{"a":' * 900_000 + "1", "parse", "nested deeper"),
    "deep inside": (changed(["name"], json.loads("[" * 40 + "]" * 40)), "parse", "nested deeper"),
    "a key twice": (
        TEXT.replace('"name":', '"name":"","name":', 1),
        "parse",
        "'name' stands twice",
    ),
    "a number without end": ("9" * 4_999_999, "parse", "digits"),
    "a number too large": ('{"a": 1e999999}', "parse", "too large"),
    "not a number": ('{"a": NaN}', "parse", "NaN"),
    "a control character": (TEXT.replace("Li Ming", "Li\x00Ming"), "parse", "control character"),
    "half a pair of surrogates": (TEXT.replace("Li Ming", "\\ud83d"), "parse", "surrogate"),
    "another encoding": (TEXT.encode("utf-16"), "parse", "not UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + TEXT.encode(), "parse", "BOM"),
    "an escaped control character": (changed(["name"], "a\x07"), "proof", ""),
    "an undefined term": (
        changed(["credentialSubject", "grade"], "A+"),
        "proof",
        "$.credentialSubject.grade",
    ),
    "another issuer's context": (changed(["@context"], [*CONTEXTS, OTHER_CONTEXT]), "context", ""),
    "a context of its own": (changed(["@context"], [CONTEXTS[0], OTHER_CONTEXT]), "context", ""),
    "a context inside": (
        changed(["credentialSubject", "@context"], OTHER_CONTEXT),
        "proof",
        OTHER_CONTEXT,
    ),
    "a context written out": (
        changed(["credentialSubject", "@context"], {"points": "https://else.example/"}),
        "proof",
        "",
    ),
    "nodes tangled without end": (changed(["evidence"], tangle(60)), "proof", "blank node name"),
    "a signature without end": (
        changed(["proof", 0, "proofValue"], "z" + "2" * 4_900_000),
        "proof",
        "not multibase base58btc",
    ),
    "proofs without end": (changed(["proof"], CERTIFICATE["proof"] * 1_000), "shape", "proof"),
    "a PNG bomb": (with_text(packed(bytes(50_000_000))), "parse", "more than 5000000 bytes"),
    "two credentials": (with_text(packed(TEXT.encode()), packed(b"{}")), "parse", "2 credentials"),
    "a damaged PNG": (bake_png(PNG, TEXT)[:-9], "parse", "cut off"),
    "a billion laughs": (
        credential_in("&l9;", f"<!DOCTYPE svg [{LAUGHS}]>"),
        "parse",
        "declares the entity",
    ),
    "a PDF bomb": (pdf_with("x" * 50_000_000), "parse", "more than 5000000 bytes"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_by_its_name_in_little_time_and_memory(name, socket_disabled):
    data, step, words = ATTACKS[name]
    before = process_time()
    found = verdict(data)
    spent = process_time() - before

    assert not found.is_valid
    assert found.outcome in {Outcome.MALFORMED, Outcome.ALTERED}
    failed = found.step(step)
    assert failed.state == "failed"
    assert words in failed.parameters.get("detail", "")
    assert spent < SECONDS

    tracemalloc.start()
    verdict(data[:10_000_000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < BYTES


def test_a_flipped_bit_in_any_byte_is_found():
    data = TEXT.encode()

    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place * 5 % 8
        assert not verdict(bytes(flipped)).is_valid, place


@pytest.mark.parametrize(
    ("bake", "step"),
    [(lambda: bake_png(PNG, TEXT), 61), (lambda: bake_svg(SVG, TEXT).encode(), 41)],
)
def test_a_flipped_bit_in_a_picture_never_changes_what_it_says(bake, step):
    data = bake()

    for place in range(0, len(data), step):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        found = verdict(bytes(flipped))
        # The drawing around the credential is not signed.
        assert not found.is_valid or found.credential == CERTIFICATE, place


@pytest.mark.parametrize(
    ("text", "words"),
    [("a\x07b", "control characters"), ("a\x7f", "control characters"), ("a\tb", "control")],
)
def test_what_verifiers_read_differently_is_not_issued(text, words):
    with pytest.raises(UnsignableError, match=words):
        signed(build_credential(FACTS) | {"name": text})


def test_what_sorts_in_two_ways_is_not_issued():
    tags = ["\uff01", "\U0001f600"]
    document = build_credential(FACTS)
    document["credentialSubject"]["achievement"]["tag"] = tags

    with pytest.raises(UnsignableError, match="sort differently"):
        signed(document)


def test_a_status_list_that_explodes_leaves_the_status_unknown():
    packing = zlib.compressobj(wbits=31)
    bomb = packing.compress(bytes(50_000_000)) + packing.flush()
    listed = status_list()
    subject = listed["credentialSubject"]
    subject["encodedList"] = "u" + urlsafe_b64encode(bomb).decode().rstrip("=")
    lists = {STATUS_LIST: as_bytes(signed(listed))}

    found = verify_credential(
        TEXT.encode(), did_documents={DID: DID_DOCUMENT}, status_lists=lists, now=NOW
    )

    assert found.outcome is Outcome.STATUS_UNKNOWN
    assert "more than 1048576 bytes" in found.step("status").parameters["detail"]
