"""Who we are as an issuer: one key, published before it signs."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from credits.core.multikey import encode_public_key
from credits.keyfiles import _pem, make_ed25519_key, make_rsa_key
from credits.models import IssuerKey, IssuerTokenKey, LogEntry
from credits.services.issuer import (
    IssuerKeyError,
    did_document,
    issuer_did,
    issuer_signer,
    signing_method,
    token_signer,
    token_signing_method,
)

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"
    return settings.ISSUER_KEY_FILE


def test_our_did_is_our_address(settings):
    settings.BASE_URL = "https://credits.example:8443/lab"

    assert issuer_did() == "did:web:credits.example%3A8443:lab"


def test_the_key_is_made_once_and_only_its_owner_reads_it(key_file):
    first, second = issuer_signer(now=NOW), issuer_signer(now=NOW)

    assert first.public_key() == second.public_key()
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_is_in_the_did_document_and_the_log_before_it_signs(key_file):
    signer = issuer_signer(now=NOW)

    methods = did_document()["verificationMethod"]
    assert [method["id"] for method in methods] == [signing_method(signer)]
    assert methods[0]["publicKeyMultibase"] == encode_public_key(signer.public_key())
    assert LogEntry.objects.get().kind == LogEntry.Kind.KEY


def test_after_a_new_key_the_old_one_still_verifies(key_file):
    issuer_signer(now=NOW)
    key_file.unlink()

    issuer_signer(now=NOW)

    assert len(did_document()["assertionMethod"]) == IssuerKey.objects.count() == 2
    assert LogEntry.objects.count() == 2


@pytest.fixture
def token_key_file(settings, tmp_path):
    settings.TOKEN_KEY_FILE = tmp_path / "keys" / "token.pem"
    return settings.TOKEN_KEY_FILE


def test_the_key_for_tokens_is_made_once_and_published_before_it_signs(token_key_file):
    first, second = token_signer(now=NOW), token_signer(now=NOW)

    assert first.public_jwk() == second.public_jwk()
    assert token_key_file.stat().st_mode & 0o777 == 0o600
    (method,) = did_document()["verificationMethod"]
    assert method["id"] == token_signing_method(first)
    assert method["publicKeyJwk"] == first.public_jwk()
    assert "d" not in method["publicKeyJwk"]
    assert did_document()["assertionMethod"] == [method["id"]]
    assert IssuerTokenKey.objects.count() == LogEntry.objects.count() == 1


def test_a_p256_key_in_the_file_signs_by_es256(token_key_file):
    token_key_file.parent.mkdir()
    token_key_file.write_text(_pem(ec.generate_private_key(ec.SECP256R1())))

    assert token_signer(now=NOW).public_jwk()["alg"] == "ES256"


@pytest.mark.parametrize(
    "make",
    [
        str,
        make_ed25519_key,
        lambda: _pem(ec.generate_private_key(ec.SECP384R1())),
        lambda: _pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
    ],
)
def test_a_key_file_that_cannot_sign_tokens_is_named(token_key_file, make):
    token_key_file.parent.mkdir()
    token_key_file.write_text(make())

    with pytest.raises(IssuerKeyError, match=r"token\.pem"):
        token_signer(now=NOW)

    assert not IssuerTokenKey.objects.exists()


@pytest.mark.parametrize("text", ["", "rubbish", make_rsa_key()])
def test_a_damaged_key_file_is_named(key_file, text):
    key_file.parent.mkdir()
    key_file.write_text(text)

    with pytest.raises(IssuerKeyError, match=r"issuer\.pem"):
        issuer_signer(now=NOW)

    assert not IssuerKey.objects.exists()


def test_without_a_key_nothing_is_in_the_did_document():
    assert did_document()["id"] == issuer_did()
    assert did_document()["verificationMethod"] == []
