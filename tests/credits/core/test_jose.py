import json
from base64 import urlsafe_b64encode
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from credits.core.canonical import DocumentError
from credits.core.jose import (
    JwkError,
    JwkSigner,
    TokenError,
    build_jwk,
    check_token,
    is_compact,
    read_jwk,
    read_token,
    refuse_header,
    sign_token,
    thumbprint,
)
from tests.credentials import token_signer

# RFC 7515, appendix A.3: a token by ES256.
RFC_ES256 = (
    b"eyJhbGciOiJFUzI1NiJ9"
    b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    b".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
RFC_ES256_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
# RFC 7638, section 3.1.
RFC_RSA_KEY = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
    "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W"
    "eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
}
SIGNER = token_signer()
KINDS = {"rsa": "RS256", "ec": "ES256"}


def token_with(header):
    header = header if isinstance(header, str) else json.dumps(header)
    encoded = _encoded(header.encode())
    return read_token(f"{encoded}.{_encoded(b'{}')}.AAAA".encode())


def _encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def test_the_published_token_verifies_by_its_key():
    token = read_token(RFC_ES256)

    assert token.payload.startswith(b'{"iss":"joe"')
    assert read_jwk(RFC_ES256_KEY).curve.name == "secp256r1"
    with pytest.raises(TokenError, match="no key"):
        check_token(token, RFC_ES256_KEY)


def test_the_published_thumbprint():
    assert thumbprint(RFC_RSA_KEY) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_signed_verifies_by_that_key_alone(kind):
    signer, other = token_signer(kind), token_signer(kind)

    text = sign_token(b'{"a":1}', signer, key_id="did:web:x#1").encode()
    token = read_token(text)

    assert is_compact(text)
    assert token.header == {"alg": KINDS[kind], "kid": "did:web:x#1", "typ": "JWT"}
    assert check_token(token, signer.public_jwk())
    assert not check_token(token, other.public_jwk())
    assert sign_token(b'{"a":1}', signer, key_id="did:web:x#1").encode() == text


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_anywhere_in_a_token_is_found(kind):
    signer = token_signer(kind)
    text = sign_token(b'{"a":1}', signer, key_id="did:web:x#1").encode()

    for place in range(len(text)):
        changed = bytearray(text)
        changed[place] ^= 1 << place % 7
        with suppress(DocumentError):
            assert not check_token(read_token(bytes(changed)), signer.public_jwk())


GOOD = {"alg": "RS256", "kid": "did:web:x#1", "typ": "JWT"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (GOOD | {"alg": "none"}, "alg_none"),
        (GOOD | {"alg": "nOnE"}, "alg_none"),
        (GOOD | {"alg": "HS256"}, "alg_unknown"),
        (GOOD | {"alg": "EdDSA"}, "alg_unknown"),
        (GOOD | {"alg": ["RS256"]}, "alg_unknown"),
        ({"kid": "x"}, "alg_unknown"),
        (GOOD | {"jwk": SIGNER.public_jwk()}, "key_in_header"),
        (GOOD | {"jku": "http://127.0.0.1/keys"}, "key_in_header"),
        (GOOD | {"x5u": "http://127.0.0.1/"}, "key_in_header"),
        (GOOD | {"x5c": []}, "key_in_header"),
        (GOOD | {"crit": ["b64"], "b64": False}, "crit"),
        (GOOD | {"b64": False}, "header"),
        (GOOD | {"zip": "DEF"}, "header"),
        (GOOD | {"typ": "at+jwt"}, "typ"),
        (GOOD | {"typ": None}, "typ"),
        ({"alg": "RS256"}, "kid"),
        (GOOD | {"kid": 5}, "kid"),
    ],
)
def test_a_header_that_attacks_is_refused_by_its_name(header, reason):
    token = token_with(header)

    for refuse in (refuse_header, lambda _: check_token(token, SIGNER.public_jwk())):
        with pytest.raises(TokenError) as refused:
            refuse(token.header)
        assert refused.value.reason == reason


def test_a_header_with_a_key_twice_is_refused():
    with pytest.raises(ValueError, match="'alg' stands twice"):
        token_with('{"alg":"none","alg":"RS256","kid":"x"}')


def test_an_algorithm_other_than_that_of_the_key_is_refused():
    for header, key in (("ES256", SIGNER), ("RS256", token_signer("ec"))):
        with pytest.raises(TokenError) as refused:
            check_token(token_with(GOOD | {"alg": header}), key.public_jwk())
        assert refused.value.reason == "alg_confusion"


@pytest.mark.parametrize(
    "text", [b"", b"a.b", b"a.b.c.d", b"a.b.c=", b"a b.c.d", b"e30.e30.A", b"e3.e30.", b"W10.e30."]
)
def test_what_is_no_compact_token_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_token(text)


def test_a_header_without_end_is_refused():
    with pytest.raises(ValueError, match="bytes are more"):
        token_with(GOOD | {"kid": "x" * 5_000})


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "oct", "k": "AAAA"},
        {"kty": "OKP"},
        {"n": "AQAB"},
        {"n": 5},
        {"n": "*"},
        {"e": "Ag"},
        {"d": "AQAB"},
        {"n": "A" * 20_000},
        {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
        {"kty": "EC", "crv": "P-384", "x": "AQAB", "y": "AQAB"},
    ],
)
def test_a_key_that_is_not_sound_is_refused(change):
    with pytest.raises(JwkError):
        read_jwk(SIGNER.public_jwk() | change)


def test_keys_survive_being_written():
    for signer in (SIGNER, token_signer("ec")):
        assert build_jwk(read_jwk(signer.public_jwk())) == signer.public_jwk()


def test_only_p256_is_written():
    with pytest.raises(JwkError, match="P-256"):
        build_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())
    weak = JwkSigner(rsa.generate_private_key(public_exponent=65537, key_size=1024))
    with pytest.raises(JwkError, match="1024 bits"):
        read_jwk(weak.public_jwk())
