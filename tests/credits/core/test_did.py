import pytest

from credits.core.did import (
    DidError,
    KeyNotListedError,
    assertion_key,
    did_web,
    institution_did,
    institution_slug,
    site_of,
)
from credits.core.multikey import MultikeyError
from tests.credentials import DID, DID_DOCUMENT, METHOD, SIGNER


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://credits.example.edu", "did:web:credits.example.edu"),
        ("https://credits.example.edu/", "did:web:credits.example.edu"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
        ("https://example.edu/open/credits", "did:web:example.edu:open:credits"),
    ],
)
def test_a_site_has_a_did(address, did):
    assert did_web(address) == did


def test_an_institution_has_a_did_of_an_address_in_the_site():
    site = did_web("https://example.edu:8443/credits")
    institution = did_web("https://example.edu:8443/credits/i/first")

    assert institution_did(site, "first") == institution
    assert institution_slug(site, institution) == "first"
    assert institution_slug(site, site) == ""
    assert site_of(institution) == site


@pytest.mark.parametrize(
    "did",
    ["did:web:a.example:i", "did:web:a.example:i:", "did:web:a.example:i:ü", "did:key:z:i:a"],
)
def test_what_is_no_institution_of_a_site_belongs_to_none(did):
    assert institution_slug("did:web:a.example", did) is None
    assert site_of(did) is None


@pytest.mark.parametrize("address", ["credits.example.edu", "https://", "https://u:p@host", "x"])
def test_what_is_no_site_has_none(address):
    with pytest.raises(DidError):
        did_web(address)


def test_a_listed_key_may_sign_statements():
    assert assertion_key(DID_DOCUMENT, METHOD) == SIGNER.public_key()


METHOD_OBJECT = DID_DOCUMENT["verificationMethod"][0]


@pytest.mark.parametrize(
    "change",
    [
        {"assertionMethod": []},
        {"assertionMethod": METHOD},
        {"assertionMethod": [METHOD_OBJECT]},
        {"verificationMethod": []},
        {"verificationMethod": "none"},
        {"verificationMethod": [METHOD_OBJECT | {"controller": "did:web:somebody.else"}]},
        {"verificationMethod": [METHOD_OBJECT | {"type": "JsonWebKey"}]},
        {"verificationMethod": [METHOD_OBJECT | {"revoked": "2026-01-01T00:00:00Z"}]},
    ],
)
def test_a_key_that_the_document_does_not_vouch_for_is_refused(change):
    with pytest.raises(KeyNotListedError):
        assertion_key(DID_DOCUMENT | change, METHOD)


def test_a_method_of_another_issuer_is_refused():
    with pytest.raises(KeyNotListedError, match="is not in assertionMethod of"):
        assertion_key(DID_DOCUMENT, METHOD.replace(DID, "did:web:somebody.else"))


def test_a_key_that_is_no_key_is_refused():
    broken = METHOD_OBJECT | {"publicKeyMultibase": "z123"}

    with pytest.raises(MultikeyError):
        assertion_key(DID_DOCUMENT | {"verificationMethod": [broken]}, METHOD)
