import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.multikey import (
    MultikeyError,
    decode_base58,
    decode_public_key,
    did_key,
    did_key_method,
    encode_base58,
    encode_public_key,
)
from tests.credentials import VECTORS

PUBLISHED = json.loads((VECTORS / "vc-di-eddsa/keyPair.json").read_text())["publicKeyMultibase"]


def test_a_published_key_is_read_and_written():
    assert encode_public_key(decode_public_key(PUBLISHED)) == PUBLISHED


@given(st.binary(min_size=32, max_size=32))
def test_every_key_survives_being_written(key):
    assert encode_public_key(key).startswith("z6Mk")
    assert decode_public_key(encode_public_key(key)) == key


def test_a_did_key_names_its_only_key():
    key = decode_public_key(PUBLISHED)

    assert did_key(key) == f"did:key:{PUBLISHED}"
    assert did_key_method(key) == f"did:key:{PUBLISHED}#{PUBLISHED}"


@given(st.binary(max_size=70))
def test_base58_reads_what_it_wrote(data):
    assert decode_base58(encode_base58(data)) == data


def test_base58_without_end_is_refused_before_it_is_read():
    with pytest.raises(MultikeyError, match="not multibase base58btc"):
        decode_base58("z" + "2" * 129)


def test_base58_has_one_form_for_each_value():
    text = encode_base58(b"\x00\x01signature")

    assert decode_base58(text) == b"\x00\x01signature"
    for other in (f"{text} ", f"{text}\n", text.replace("z", "Z", 1), "", "z0", "zé"):
        with pytest.raises(MultikeyError):
            decode_base58(other)


@pytest.mark.parametrize(
    "text",
    [
        encode_base58(b"\xed\x01" + bytes(31)),
        encode_base58(b"\x80\x24" + bytes(33)),
        PUBLISHED[1:],
        "",
    ],
)
def test_what_is_no_ed25519_key_is_refused(text):
    with pytest.raises(MultikeyError):
        decode_public_key(text)


def test_a_key_of_another_length_is_not_written():
    with pytest.raises(MultikeyError, match="32 bytes, not 33"):
        encode_public_key(bytes(33))
