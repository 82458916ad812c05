"""The certificate as a JWT, and every file that can carry one, in front of the verifier."""

import json
import zlib
from importlib import resources
from time import process_time

import pytest

from credits.core.baking import bake_png, bake_svg
from credits.core.credential import build_credential, build_did_document
from credits.core.did import verification_method
from credits.core.disclosure import SHARED_TYPE
from credits.core.jose import sign_token, thumbprint
from credits.core.opening import MAX_BYTES, Carrier, carrier_of, open_credential
from credits.core.vc_jwt import sign_credential
from credits.core.verdict import Outcome
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    FACTS,
    KEY,
    METHOD,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    as_bytes,
    certificate,
    status_list,
    token_signer,
)

SEAL = resources.files("credits.core") / "data" / "seal"
PNG, SVG = (SEAL / "seal.png").read_bytes(), (SEAL / "seal.svg").read_text("utf-8")
SIGNERS = {kind: token_signer(kind) for kind in ("rsa", "ec")}
SIGNER = SIGNERS["rsa"]
JWKS = [signer.public_jwk() for signer in SIGNERS.values()]
KEY_IDS = {
    kind: verification_method(DID, thumbprint(jwk)) for kind, jwk in zip(SIGNERS, JWKS, strict=True)
}
TRUSTED = {DID: build_did_document(DID, [KEY], JWKS)}
LISTS = {STATUS_LIST: as_bytes(status_list())}
CERTIFICATE = certificate()
TOKENS = {
    kind: sign_credential(CERTIFICATE, signer, key_id=KEY_IDS[kind])
    for kind, signer in SIGNERS.items()
}
TEXT = as_bytes(CERTIFICATE).decode()


def verdict(data, *, now=NOW, lists=LISTS, trusted=TRUSTED):
    data = data.encode() if isinstance(data, str) else data
    return verify_credential(data, did_documents=trusted, status_lists=lists, now=now)


def signed_payload(key_id=KEY_IDS["rsa"], **changes):
    payload = json.loads(open_payload(TOKENS["rsa"])) | changes
    payload = {name: value for name, value in payload.items() if value is not None}
    return sign_token(json.dumps(payload).encode(), SIGNER, key_id=key_id)


def open_payload(token):
    return open_credential(token.encode()).token.payload


def pdf_with(*texts, packs=True):
    """A PDF in which nothing but attachments is right."""
    streams = []
    for text in texts:
        body = zlib.compress(text.encode()) if packs else text.encode()
        packing = b"/Filter/FlateDecode" if packs else b""
        opening = b"<</Length %d/Type/EmbeddedFile%s/Params<</Size 5>>>>" % (len(body), packing)
        streams.append(b"1 0 obj\n" + opening + b"\nstream\n" + body + b"\nendstream\nendobj\n")
    return b"%PDF-1.7\n" + b"".join(streams) + b"<</Names<</EmbeddedFiles 1 0 R>>>>\n%%EOF\n"


@pytest.mark.parametrize(("kind", "alg"), [("rsa", "RS256"), ("ec", "ES256")])
def test_a_certificate_as_a_jwt_is_valid_step_by_step(kind, alg):
    found = verdict(TOKENS[kind])

    assert [(step.name, step.code) for step in found.steps] == [
        ("parse", "read"),
        ("shape", "credential"),
        ("context", "known"),
        ("issuer", "known"),
        ("proof", "token_holds"),
        ("dates", "in_force"),
        ("status", "not_revoked"),
    ]
    assert found.is_valid
    assert found.step("proof").parameters == {"suite": alg}
    assert found.credential == build_credential(FACTS)


def test_its_claims_are_those_of_open_badges():
    payload = json.loads(open_payload(TOKENS["rsa"]))

    assert payload["iss"] == DID
    assert payload["jti"] == FACTS.id
    assert payload["sub"] == FACTS.holder.subject_id
    assert payload["nbf"] == int(FACTS.issued_at.timestamp())
    assert payload["exp"] == int(FACTS.expires_at.timestamp())
    assert "proof" not in payload


def test_a_part_of_a_certificate_does_not_come_as_a_jwt():
    part = {"type": SHARED_TYPE, "credential": build_credential(FACTS), "seal": {}, "shown": []}
    token = sign_token(json.dumps(part).encode(), SIGNER, key_id=KEY_IDS["rsa"])

    assert verdict(token).outcome is Outcome.MALFORMED


def test_revocation_and_expiry_are_seen_in_a_jwt():
    lists = {STATUS_LIST: as_bytes(status_list(STATUS_INDEX))}

    assert verdict(TOKENS["ec"], lists=lists).outcome is Outcome.REVOKED
    lists = {STATUS_LIST: as_bytes(status_list(days=4_000))}
    assert verdict(TOKENS["ec"], lists=lists, now=FACTS.expires_at).outcome is Outcome.EXPIRED
    assert verdict(TOKENS["ec"], trusted={}).outcome is Outcome.ISSUER_UNKNOWN


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "did:web:else.example"}, "claims"),
        ({"jti": "urn:else"}, "claims"),
        ({"sub": None}, "claims"),
        ({"nbf": 0}, "claims"),
        ({"exp": None}, "claims"),
        ({"exp": 99_999_999_999}, "claims"),
        ({"validUntil": None}, "claims"),
        ({"vc": {"id": "urn:else"}}, "payload"),
        ({"proof": []}, "payload"),
    ],
)
def test_claims_that_say_another_thing_are_refused_by_name(changes, reason):
    found = verdict(signed_payload(**changes))

    assert found.outcome is Outcome.ALTERED
    assert found.step("proof").code == "malformed_token"
    assert found.step("proof").parameters["reason"] == reason


@pytest.mark.parametrize(
    "key_id",
    [
        "http://127.0.0.1:9/key.json",
        "http://localhost/.well-known/did.json",
        "https://else.example/key",
        "did:web:127.0.0.1#1",
        "did:web:else.example#1",
        "did:jwk:e30#0",
        METHOD,
        f"{DID}#",
        "",
        "x" * 2_000,
    ],
)
def test_a_key_that_the_issuer_does_not_list_for_tokens_is_never_fetched(key_id, socket_disabled):
    found = verdict(signed_payload(key_id))

    assert found.outcome is Outcome.ALTERED
    assert found.step("proof").code == "key_not_listed"


def test_a_key_for_tokens_makes_no_embedded_proofs():
    proof = [each | {"verificationMethod": KEY_IDS["rsa"]} for each in CERTIFICATE["proof"]]

    assert verdict(as_bytes(CERTIFICATE | {"proof": proof})).step("proof").code == "key_not_listed"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"[]", "not an object"),
        (b'{"id": 1, "id": 2}', "twice"),
        (b"{", "not JSON"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "deeper"),
    ],
)
def test_a_payload_with_more_than_one_meaning_is_refused(payload, words):
    found = verdict(sign_token(payload, SIGNER, key_id=KEY_IDS["rsa"]))

    assert found.outcome is Outcome.MALFORMED
    assert words in found.step("parse").parameters["detail"]


FILES = {
    "json": TEXT,
    "jwt": TOKENS["rsa"] + "\n",
    "png": bake_png(PNG, TEXT),
    "png of a jwt": bake_png(PNG, TOKENS["ec"]),
    "svg": bake_svg(SVG, TEXT),
    "svg of a jwt": bake_svg(SVG, TOKENS["ec"]),
    "pdf": pdf_with('{"type": "record"}', TEXT),
    "pdf of a jwt": pdf_with(TOKENS["ec"], "a,b\n"),
    "pdf, not packed": pdf_with(TEXT, packs=False),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same_verdict(name):
    assert verdict(FILES[name]).is_valid


def test_a_file_is_told_by_its_content():
    assert [
        carrier_of(data if isinstance(data, bytes) else data.encode()) for data in FILES.values()
    ] == [
        Carrier.BARE,
        Carrier.BARE,
        *[Carrier.PNG] * 2,
        *[Carrier.SVG] * 2,
        *[Carrier.PDF] * 3,
    ]
    assert carrier_of(b"\xef\xbb\xbf\n <svg/>") is Carrier.SVG


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf_with(), "no credential attached"),
        (pdf_with("{}", "text"), "no credential attached"),
        (pdf_with(TEXT, TEXT), "2 credentials attached"),
        (pdf_with(*["x"] * 20), "more than 16 attachments"),
        (pdf_with("x" * (MAX_BYTES + 1)), "more than 5000000 bytes"),
        (pdf_with(TEXT).replace(b"stream\nx", b"stream\ny"), "damaged"),
        (pdf_with(TEXT)[:900], "cut off"),
        (b"%PDF-1.7 /Type/EmbeddedFile", "no content"),
        (pdf_with(TEXT).replace(b"FlateDecode", b"LZWDecode"), "not packed by zlib"),
        (b"%PDF-" + b"/Type/EmbeddedFile" * 200_000, "no content"),
        (b"%PDF-" + b"/Type " * 800_000, "no credential attached"),
    ],
)
def test_a_pdf_without_one_credential_is_refused_by_name_in_little_time(data, words):
    before = process_time()

    found = verdict(data)

    assert found.outcome is Outcome.MALFORMED
    assert words in found.step("parse").parameters["detail"]
    assert process_time() - before < 2


def test_a_carrier_changes_nothing_about_what_was_altered():
    altered = TEXT.replace("Li Ming", "Wu Lan")

    for data in (bake_png(PNG, altered), bake_svg(SVG, altered), pdf_with(altered)):
        assert verdict(data).outcome is Outcome.ALTERED
