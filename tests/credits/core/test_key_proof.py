"""Proofs of wallets' keys: every sound one is read, and everything else is refused by name."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from credits.core.key_proof import KeyProofError, read_key_proof
from credits.core.multikey import MultikeyError, decode_p256, did_key_p256
from tests.wallet import Wallet, did_key

ISSUER = "https://credits.university.example"
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KEYS = {
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "P-256": ec.generate_private_key(ec.SECP256R1()),
}
KEY = KEYS["P-256"]


def proof_of(key=KEY, binding="did:key", *, header=None, **claims):
    """A proof of ``key``, whose header and claims are changed."""
    wallet = Wallet(key, binding, offer={"credential_issuer": ISSUER})
    made = wallet.proof(**{"nonce": "a nonce", "iat": int(NOW.timestamp()), **claims})
    if header is None:
        return made
    first = jwt.get_unverified_header(made) | header
    first = {name: value for name, value in first.items() if value is not None}
    payload = jwt.decode(made, options={"verify_signature": False})
    return signed(first, payload, key)


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(header, payload, key):
    """A JWS of just this header, which no library would write."""
    text = f"{encoded(header)}.{encoded(payload)}"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return f"{text}.{encoded(key.sign(text.encode()))}"
    algorithm = jwt.get_algorithm_by_name("ES256")
    return f"{text}.{encoded(algorithm.sign(text.encode(), key))}"


def read(text):
    return read_key_proof(text, audience=ISSUER, now=NOW)


@pytest.mark.parametrize("binding", ["did:key", "did:jwk", "jwk"])
@pytest.mark.parametrize("kind", KEYS)
def test_a_proof_names_its_holder(kind, binding):
    key = KEYS[kind]

    proof = read(proof_of(key, binding))

    expected = Wallet(key, binding).did if binding == "did:jwk" else did_key(key)
    assert (proof.holder, proof.nonce) == (expected, "a nonce")


@given(st.binary(min_size=33, max_size=33))
def test_a_did_of_a_key_on_p256_is_written_and_read(point):
    did = did_key_p256(point)

    assert did.startswith("did:key:zDn") or point[0] not in (2, 3)
    assert decode_p256(did.removeprefix("did:key:")) == point
    with pytest.raises(MultikeyError):
        decode_p256(did_key(KEYS["Ed25519"]).removeprefix("did:key:"))


@pytest.mark.parametrize("seconds", [-60, 0, 300])
def test_the_clock_of_a_wallet_may_be_a_little_off(seconds):
    assert read(proof_of(iat=NOW.timestamp() - seconds))


PRIVATE = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY))
OTHER = did_key(KEYS["Ed25519"])
P384 = json.loads(
    jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())
)
RSA = json.loads(
    jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key())
)
REFUSED = {
    "another issuer": (proof_of(aud="https://elsewhere.example"), "aud"),
    "a list of issuers": (proof_of(aud=[ISSUER]), "aud"),
    "no audience": (proof_of(aud=None), "aud"),
    "old": (proof_of(iat=int((NOW - timedelta(minutes=6)).timestamp())), "iat"),
    "from the future": (proof_of(iat=int((NOW + timedelta(minutes=2)).timestamp())), "iat"),
    "a time in words": (proof_of(iat="now"), "iat"),
    "a time that is a truth": (proof_of(iat=True), "iat"),
    "no nonce": (proof_of(nonce=None), "no nonce"),
    "an empty nonce": (proof_of(nonce=""), "no nonce"),
    "another type": (proof_of(header={"typ": "JWT"}), "typ"),
    "no type": (proof_of(header={"typ": None}), "typ"),
    "alg none": (proof_of(header={"alg": "none"}), "alg"),
    "alg of a shared secret": (proof_of(header={"alg": "HS256"}), "alg"),
    "alg of another key": (proof_of(header={"alg": "EdDSA"}), "alg"),
    "critical extensions": (proof_of(header={"crit": ["x"]}), "critical"),
    "no key": (proof_of(header={"kid": None}), "kid"),
    "two keys": (proof_of(header={"jwk": {}}), "one of kid"),
    "a certificate": (proof_of(header={"kid": None, "x5c": ["x"]}), "one of kid"),
    "a private key": (proof_of(header={"kid": None, "jwk": PRIVATE}), "private"),
    "a key on P-384": (proof_of(header={"kid": None, "jwk": P384}), "P-256"),
    "an RSA key": (proof_of(header={"kid": None, "jwk": RSA}), "Ed25519 or P-256"),
    "a jwk that is text": (proof_of(header={"kid": None, "jwk": "x"}), "one of kid"),
    "the key of another": (
        proof_of(header={"kid": f"{OTHER}#{OTHER[8:]}", "alg": "EdDSA"}),
        "not signed",
    ),
    "a DID to be fetched": (proof_of(header={"kid": "did:web:127.0.0.1#key"}), "did:key"),
    "a DID without its key": (proof_of(header={"kid": did_key(KEY)}), "did:key"),
    "a DID with another key": (proof_of(header={"kid": f"{did_key(KEY)}#z6Mk"}), "did:key"),
    "a DID of no key": (proof_of(header={"kid": "did:key:zzz#zzz"}), "damaged"),
    "a DID too long": (proof_of(header={"kid": f"did:jwk:{'A' * 1_000}#0"}), "more than"),
    "a did:jwk of nonsense": (proof_of(header={"kid": "did:jwk:AAAA#0"}), "damaged"),
    "claims that are a list": (signed(jwt.get_unverified_header(proof_of()), [], KEY), "claims"),
    "claims twice": (
        signed(jwt.get_unverified_header(proof_of()), b'{"aud":1,"aud":2}', KEY),
        "damaged",
    ),
    "nothing": ("", "damaged"),
    "two parts": ("a.b", "damaged"),
    "too long": ("a" * 10_000, "bytes"),
    "not ASCII": ("é", "ASCII"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_no_key_here_and_now_is_refused(name):
    text, reason = REFUSED[name]

    with pytest.raises(KeyProofError, match=reason) as refused:
        read(text)

    # As an error_description has it: RFC 6749, section 5.2.
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in str(refused.value))


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_flipped_byte_is_one_too_many(place, flip):
    data = bytearray(proof_of(KEYS["Ed25519"]).encode())
    data[place % len(data)] ^= flip

    with pytest.raises(KeyProofError):
        read(data.decode("latin-1"))


@given(st.text())
def test_no_text_breaks_it(text):
    with pytest.raises(KeyProofError):
        read(text)
