import json
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credits.core.canonical import CanonicalError, canonical_json
from credits.core.contexts import BUNDLED, UndefinedTermError
from credits.core.credential import build_credential
from credits.core.jsonld import to_quads
from credits.core.multikey import decode_base58, decode_public_key
from credits.core.proof import (
    JCS,
    RDFC,
    KeySigner,
    ProofError,
    UnsignableError,
    _rdfc_options,
    _signed,
    add_proofs,
    check_proof,
    rfc3339,
)
from credits.core.rdfc import canonicalize
from tests.credentials import FACTS, ISSUED, METHOD, SIGNER, VECTORS, certificate, signed, signer

FOLDER = VECTORS / "vc-di-eddsa"
SECRET_PREFIX = 2


def published(path):
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


EXAMPLES = BUNDLED.with_documents(
    {
        "https://www.w3.org/ns/credentials/examples/v2": json.loads(
            (VECTORS / "contexts/credentials-examples-v2.json").read_text()
        )
    }
)
KEYS = published("keyPair.json")
PUBLISHED_KEY = decode_public_key(KEYS["publicKeyMultibase"])
PUBLISHED_SIGNER = KeySigner(
    Ed25519PrivateKey.from_private_bytes(decode_base58(KEYS["privateKeyMultibase"])[SECRET_PREFIX:])
)


def parts(document):
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    proof = document["proof"]
    return unsigned, {key: value for key, value in proof.items() if key != "proofValue"}


def test_the_linked_data_vectors_of_w3c_are_signed_to_the_same_value():
    document = published("eddsa-rdfc-2022/signedDataInt.json")
    unsigned, options = parts(document)

    canonical = canonicalize(to_quads(unsigned, EXAMPLES))
    configuration = _rdfc_options(options, unsigned, EXAMPLES)

    assert canonical == (FOLDER / "eddsa-rdfc-2022/canonDocDataInt.txt").read_text()
    assert configuration.decode() == (
        (FOLDER / "eddsa-rdfc-2022/proofCanonDataInt.txt").read_text()
    )
    assert (
        _signed(PUBLISHED_SIGNER, configuration, canonical.encode())
        == document["proof"]["proofValue"]
    )


def test_the_jcs_vectors_of_w3c_are_signed_to_the_same_value():
    document = published("eddsa-jcs-2022/signedJCS.json")
    unsigned, options = parts(document)

    assert canonical_json(unsigned).decode() == (
        (FOLDER / "eddsa-jcs-2022/canonDocJCS.txt").read_text()
    )
    assert (
        _signed(PUBLISHED_SIGNER, canonical_json(options), canonical_json(unsigned))
        == document["proof"]["proofValue"]
    )


@pytest.mark.parametrize(
    "path", ["eddsa-rdfc-2022/signedDataInt.json", "eddsa-jcs-2022/signedJCS.json"]
)
def test_the_signatures_of_w3c_verify(path):
    document = published(path)

    assert check_proof(document, document["proof"], PUBLISHED_KEY, EXAMPLES)
    assert not check_proof(document | {"name": "?"}, document["proof"], PUBLISHED_KEY, EXAMPLES)


def test_every_proof_of_the_published_set_verifies():
    document = published("proof-set-chain/signedProofSet2.json")

    for proof in document["proof"]:
        key = decode_public_key(proof["verificationMethod"].split("#")[1])
        assert check_proof(document, proof, key, EXAMPLES)


def test_a_certificate_gets_two_proofs_that_verify():
    document = certificate()

    assert [proof["cryptosuite"] for proof in document["proof"]] == [RDFC, JCS]
    assert "@context" not in document["proof"][0]
    assert document["proof"][1]["@context"] == document["@context"]
    for proof in document["proof"]:
        assert proof["created"] == "2026-09-02T08:00:00Z"
        assert check_proof(document, proof, SIGNER.public_key())
        assert not check_proof(document, proof, signer("other").public_key())


def test_signing_again_replaces_the_proofs_and_gives_the_same_bytes():
    document = certificate()

    again = add_proofs(document, SIGNER, verification_method=METHOD, created=ISSUED)

    assert again == document


@pytest.mark.parametrize("number", [0, 1])
def test_an_option_of_a_proof_cannot_be_changed(number):
    document = certificate()
    proof = document["proof"][number]

    for change in ({"created": "2026-01-01T00:00:00Z"}, {"verificationMethod": METHOD + "x"}):
        assert not check_proof(document, proof | change, SIGNER.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"cryptosuite": "ecdsa-rdfc-2019"},
        {"type": "Ed25519Signature2020"},
        {"proofPurpose": "authentication"},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"proofValue": "z1234"},
        {"proofValue": ""},
        {"proofValue": 5},
    ],
)
def test_a_malformed_proof_is_refused(change):
    document = certificate()

    with pytest.raises(ProofError):
        check_proof(document, document["proof"][0] | change, SIGNER.public_key())


def test_a_signature_has_one_text():
    document = certificate()
    proof = document["proof"][1]

    with pytest.raises(ProofError):
        check_proof(
            document, proof | {"proofValue": proof["proofValue"] + " "}, SIGNER.public_key()
        )


def test_contexts_cannot_be_added_behind_a_jcs_proof():
    document = certificate()
    more = [*document["@context"], "https://www.w3.org/ns/did/v1"]

    assert not check_proof(document | {"@context": more}, document["proof"][1], SIGNER.public_key())


def test_an_undefined_term_is_neither_signed_nor_verified():
    document = certificate()
    subject = document["credentialSubject"]
    forged = document | {"credentialSubject": subject | {"grade": "A+"}}

    with pytest.raises(UndefinedTermError, match=r"\$\.credentialSubject\.grade"):
        signed(forged)
    with pytest.raises(UndefinedTermError, match=r"\$\.credentialSubject\.grade"):
        check_proof(forged, forged["proof"][0], SIGNER.public_key())
    assert not check_proof(forged, forged["proof"][1], SIGNER.public_key())


@pytest.mark.parametrize("text", ["a\tb", "a\x07", "a\x7f", "a\r\n", "\x00"])
def test_control_characters_that_verifiers_read_differently_are_not_signed(text):
    with pytest.raises(UnsignableError, match=r"\$\.name: control characters"):
        signed(build_credential(FACTS) | {"name": text})


@pytest.mark.parametrize("text", ["two\nlines", r"C:\temp\bar \u0007", '"\\"'])
def test_line_feeds_and_backslashes_are_signed(text):
    document = signed(build_credential(FACTS) | {"name": text})

    assert all(check_proof(document, proof, SIGNER.public_key()) for proof in document["proof"])


def test_values_that_javascript_sorts_otherwise_are_not_signed():
    document = build_credential(FACTS)
    subject = document["credentialSubject"]
    tagged = subject["achievement"] | {"tag": ["\uff01", "\U0001f600"]}

    with pytest.raises(UnsignableError, match="sort differently"):
        signed(document | {"credentialSubject": subject | {"achievement": tagged}})


def test_numbers_without_an_exact_form_are_not_signed():
    document = build_credential(FACTS)
    subject = document["credentialSubject"]

    with pytest.raises(CanonicalError, match=r"creditsEarned: nan is not a JSON number"):
        signed(document | {"credentialSubject": subject | {"creditsEarned": float("nan")}})


@pytest.mark.parametrize("number", [1e-7, -5e-7, 6e-8, 1e-20])
def test_fractions_that_verifiers_take_for_zero_are_not_signed(number):
    document = build_credential(FACTS)
    subject = document["credentialSubject"]

    with pytest.raises(UnsignableError, match=r"\$\.credentialSubject\.creditsEarned: .* as 0"):
        signed(document | {"credentialSubject": subject | {"creditsEarned": number}})


@pytest.mark.parametrize("number", [1e-6, 1.5e-7])
def test_small_fractions_and_words_that_look_like_them_are_signed(number):
    document = build_credential(FACTS) | {"name": 'about "1e-9" of it, 1e-7'}
    subject = document["credentialSubject"]

    document = signed(document | {"credentialSubject": subject | {"creditsEarned": number}})

    assert all(check_proof(document, proof, SIGNER.public_key()) for proof in document["proof"])


def test_times_are_written_in_utc_to_the_second():
    assert rfc3339(datetime.fromisoformat("2026-09-02T16:00:00.9+08:00")) == "2026-09-02T08:00:00Z"
    with pytest.raises(ProofError, match="no time zone"):
        rfc3339(datetime.fromisoformat("2026-09-02T16:00:00"))
