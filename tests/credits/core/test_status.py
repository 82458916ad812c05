import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.status import (
    MAX_BYTES,
    SIZE,
    StatusListError,
    build_status_entry,
    build_status_list_credential,
    decode_bitstring,
    encode_bitstring,
    is_set,
)
from tests.credentials import DID, ISSUED, NOW, STATUS_LIST


def packed(data):
    return "u" + base64.urlsafe_b64encode(gzip.compress(data, mtime=0)).decode().rstrip("=")


def test_index_zero_is_the_leftmost_bit():
    bits = decode_bitstring(encode_bitstring([0, 9, SIZE - 1]))

    assert len(bits) == 16_384
    assert (bits[0], bits[1], bits[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)


@given(st.sets(st.integers(0, SIZE - 1), max_size=20), st.integers(0, SIZE - 1))
def test_exactly_what_was_set_is_set(revoked, other):
    bits = decode_bitstring(encode_bitstring(revoked))

    assert all(is_set(bits, index) for index in revoked)
    assert is_set(bits, other) is (other in revoked)


def test_the_same_list_has_the_same_text():
    assert encode_bitstring([7, 1000]) == encode_bitstring([1000, 7])


def test_the_example_of_the_specification_is_read():
    # Bitstring Status List 1.0, section 2.2, example 3: nobody is revoked.
    encoded = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

    assert decode_bitstring(encoded) == bytes(16_384)


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("", "multibase"),
        ("zAAAA", "multibase"),
        ("u!!!!", "damaged"),
        ("uAAAA", "damaged"),
        (packed(bytes(16_384))[:-30], "cut off|damaged"),
        (packed(bytes(MAX_BYTES + 1)), "more than 1048576 bytes"),
    ],
)
def test_a_damaged_or_exploding_list_is_refused(encoded, message):
    with pytest.raises(StatusListError, match=message):
        decode_bitstring(encoded)


@pytest.mark.parametrize("index", [-1, SIZE])
def test_there_is_no_entry_outside_of_the_list(index):
    with pytest.raises(StatusListError, match="there is no entry"):
        encode_bitstring([index])
    with pytest.raises(StatusListError, match="there is no entry"):
        is_set(bytes(SIZE // 8), index)


def test_a_list_and_an_entry_of_it_name_each_other():
    listed = build_status_list_credential(STATUS_LIST, DID, [3], valid_from=ISSUED, valid_until=NOW)
    entry = build_status_entry(STATUS_LIST, 3)

    assert listed["id"] == entry["statusListCredential"]
    assert listed["credentialSubject"]["statusPurpose"] == entry["statusPurpose"] == "revocation"
    assert entry["id"] == f"{STATUS_LIST}#3"
    assert entry["statusListIndex"] == "3"
    assert (listed["validFrom"], listed["validUntil"]) == (
        "2026-09-02T08:00:00Z",
        "2026-09-03T08:00:00Z",
    )
