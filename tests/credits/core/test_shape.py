"""What is no signed credential is refused by name before anything in it is believed."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.shape import (
    MAX_ADDRESS,
    MAX_PROOFS,
    ShapeError,
    check_shape,
    issuer_id,
    moment,
    proofs_of,
)
from tests.credentials import DID, certificate

KIND = "OpenBadgeCredential"
CERTIFICATE = certificate()
REMOVED = "(removed)"


def changed(name, value):
    document = deepcopy(CERTIFICATE)
    if value is REMOVED:
        del document[name]
    else:
        document[name] = value
    return document


def test_an_issued_certificate_has_the_shape_of_one():
    check_shape(CERTIFICATE, kind=KIND)


@pytest.mark.parametrize("document", [None, [], "credential", 7, True])
def test_what_is_no_object_is_no_credential(document):
    with pytest.raises(ShapeError, match="not an object"):
        check_shape(document, kind=KIND)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("type", REMOVED, "type: not a VerifiableCredential and OpenBadgeCredential"),
        ("type", "VerifiableCredential", "type"),
        ("type", ["VerifiableCredential"], "type"),
        ("type", [KIND, {"x": 1}, None], "type"),
        ("id", REMOVED, "id: not an address"),
        ("id", "no-address", "id: not an address"),
        ("id", ["https://example.edu"], "id: not an address"),
        ("id", "https:" + "x" * MAX_ADDRESS, "id: not an address"),
        ("issuer", REMOVED, "issuer.id: not an address"),
        ("issuer", {}, "issuer.id: not an address"),
        ("issuer", {"id": {"id": "did:web:x"}}, "issuer.id: not an address"),
        ("credentialSubject", REMOVED, "credentialSubject: not an object"),
        ("credentialSubject", [{}], "credentialSubject: not an object"),
        ("credentialStatus", [{}], "credentialStatus: not one object"),
        ("credentialStatus", None, "credentialStatus: not one object"),
        ("validFrom", REMOVED, "validFrom: missing"),
        ("validFrom", "2026-09-01", "is not a time with a zone"),
        ("validFrom", "2026-09-01T00:00:00", "is not a time with a zone"),
        ("validFrom", 1_700_000_000, "is not a time with a zone"),
        ("validFrom", None, "is not a time with a zone"),
        ("validFrom", "2026-02-30T00:00:00Z", "there is no 2026-02-30T00:00:00Z"),
        ("validFrom", "٢٠٢٦-09-01T00:00:00Z", "is not a time with a zone"),
        ("validFrom", "2026-09-01T00:00:00+99:99", "there is no"),
        ("validUntil", "2000-01-01T00:00:00Z", "validUntil: before validFrom"),
        ("proof", REMOVED, "proof: not one to 8 proofs"),
        ("proof", [], "proof: not one to 8 proofs"),
        ("proof", [{}] * (MAX_PROOFS + 1), "proof: not one to 8 proofs"),
        ("proof", ["signature"], "proof: not an object"),
        ("proof", "signature", "proof: not an object"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_the_first_thing_that_is_wrong_is_named(name, value, said):
    with pytest.raises(ShapeError) as caught:
        check_shape(changed(name, value), kind=KIND)

    assert said in str(caught.value)


def test_a_certificate_without_status_or_end_is_one():
    document = changed("credentialStatus", REMOVED)
    document.pop("validUntil", None)

    check_shape(document, kind=KIND)


def test_an_issuer_is_named_by_its_address_or_by_an_object():
    assert issuer_id({"issuer": DID}) == DID
    assert issuer_id({"issuer": {"id": DID, "name": "Office"}}) == DID
    assert issuer_id({}) is None


def test_one_proof_may_stand_without_a_list():
    assert proofs_of({"proof": {"type": "DataIntegrityProof"}}) == [{"type": "DataIntegrityProof"}]


def test_a_time_keeps_its_zone():
    found = moment({"at": "2026-09-01T08:00:00.5+08:00"}, "at")

    assert found == datetime(2026, 9, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert moment({}, "at") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=4), part, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(CERTIFICATE)), JSON)
def test_nothing_in_any_field_breaks_the_check(name, value):
    try:
        check_shape(changed(name, value), kind=KIND)
    except ShapeError as error:
        assert str(error)  # noqa: PT017 - it has the shape, or says what is wrong
