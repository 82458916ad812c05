"""Who we are as an issuer: keys that are published before they sign, and who signs."""

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from credits.core.did import verification_method
from credits.core.jose import read_token
from credits.core.log import document_body
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.core.vc_jwt import read_payload
from credits.keyfiles import _pem, make_ed25519_key, make_rsa_key
from credits.models import IssuerKey, IssuerTokenKey, LogEntry
from credits.services.issuer import (
    IssuerKeyError,
    SignerUnavailableError,
    SigningPausedError,
    did_document,
    issuer_did,
    issuer_signer,
    sign_documents,
    sign_tokens,
    signer_answers,
)
from credits.services.log import append_entry
from credits.signer.local import local_notary
from credits.signer.server import SignerServer
from tests.credentials import FACTS
from tests.signing import document

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"
    return settings.ISSUER_KEY_FILE


@pytest.fixture
def token_key_file(settings, tmp_path):
    settings.TOKEN_KEY_FILE = tmp_path / "keys" / "token.pem"
    return settings.TOKEN_KEY_FILE


@pytest.fixture(autouse=True)
def us(settings):
    """We are who issues the certificate of `tests.credentials`."""
    settings.BASE_URL = "https://credits.university.example"


def entered(number=0):
    """A certificate that stands in the log."""
    one = document(number)
    append_entry(LogEntry.Kind.ISSUE, document_body(one), now=NOW)
    return one


def put(file, text):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)


def test_our_did_is_our_address(settings):
    settings.BASE_URL = "https://credits.example:8443/lab"

    assert issuer_did() == "did:web:credits.example%3A8443:lab"


def test_the_key_is_made_once_and_only_its_owner_reads_it(key_file):
    first, second = (issuer_signer(now=NOW).issuer_key(now=NOW) for _ in range(2))

    assert first == second
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_is_in_the_did_document_and_the_log_before_it_signs(key_file):
    key = issuer_signer(now=NOW).issuer_key(now=NOW)

    (method,) = did_document()["verificationMethod"]
    assert method["id"] == verification_method(issuer_did(), key)
    assert method["publicKeyMultibase"] == key
    assert LogEntry.objects.get().kind == LogEntry.Kind.KEY


def test_after_a_new_key_the_old_one_still_verifies(key_file):
    issuer_signer(now=NOW)
    key_file.unlink()

    issuer_signer(now=NOW)

    assert len(did_document()["assertionMethod"]) == IssuerKey.objects.count() == 2
    assert LogEntry.objects.count() == 2


def test_what_is_not_in_the_log_is_not_signed(key_file):
    with pytest.raises(SigningRefusedError) as caught:
        sign_documents([document()], now=NOW)

    assert caught.value.reason is Refusal.NOT_LOGGED


def test_what_was_logged_as_something_else_is_not_signed(key_file):
    append_entry(LogEntry.Kind.DISPUTE, document_body(document()), now=NOW)

    with pytest.raises(SigningRefusedError):
        sign_documents([document()], now=NOW)


def test_a_pause_says_until_when(key_file, settings):
    settings.SIGNER_RATE = 1
    sign_documents([entered(1)], now=NOW)

    with pytest.raises(SigningPausedError, match=r"until Nov\. 20, 2026, 9 a\.m"):
        sign_documents([entered(2)], now=NOW + timedelta(minutes=1))


def test_the_key_for_tokens_is_made_once_and_published_before_it_signs(token_key_file):
    one = entered()

    first, second = (sign_tokens([one], now=NOW)[0] for _ in range(2))

    assert first == second
    assert token_key_file.stat().st_mode & 0o777 == 0o600
    (method,) = did_document()["verificationMethod"]
    assert method["id"] == read_token(first.encode()).header["kid"]
    assert "d" not in method["publicKeyJwk"]
    assert did_document()["assertionMethod"] == [method["id"]]
    assert IssuerTokenKey.objects.count() == 1
    payload = read_payload(read_token(first.encode()), max_bytes=100_000)
    assert payload["iss"] == FACTS.issuer.did


def test_a_p256_key_in_the_file_signs_by_es256(token_key_file):
    put(token_key_file, _pem(ec.generate_private_key(ec.SECP256R1())))

    (token,) = sign_tokens([entered()], now=NOW)

    assert read_token(token.encode()).header["alg"] == "ES256"


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
    put(token_key_file, make())

    with pytest.raises(IssuerKeyError, match=r"token\.pem"):
        sign_tokens([entered()], now=NOW)

    assert not IssuerTokenKey.objects.exists()


@pytest.mark.parametrize("text", ["", "rubbish", make_rsa_key()])
def test_a_damaged_key_file_is_named(key_file, text):
    put(key_file, text)

    with pytest.raises(IssuerKeyError, match=r"issuer\.pem"):
        issuer_signer(now=NOW)

    assert not IssuerKey.objects.exists()


def test_without_a_key_nothing_is_in_the_did_document():
    assert did_document()["id"] == issuer_did()
    assert did_document()["verificationMethod"] == []


@pytest.fixture
def elsewhere(settings, tmp_path, key_file):
    """A signer behind a socket; this process knows no key."""
    path = tmp_path / "s"
    notary = local_notary()
    notary.issuer_key(now=NOW)
    server = SignerServer(path, notary, users={os.geteuid()})
    thread = threading.Thread(target=server.serve)
    thread.start()
    settings.SIGNER_SOCKET, settings.ISSUER_KEY_FILE = path, tmp_path / "nowhere" / "issuer.pem"
    yield tmp_path / "nowhere"
    server.stop()
    thread.join()


@pytest.mark.enable_socket
def test_where_a_socket_is_named_this_process_has_no_key(elsewhere):
    key = signer_answers(now=NOW)

    issuer_signer(now=NOW)

    assert IssuerKey.objects.get().public_key == key
    assert not elsewhere.exists()


@pytest.mark.enable_socket
def test_without_an_answer_signing_is_unavailable(settings, tmp_path):
    settings.SIGNER_SOCKET = tmp_path / "nobody"

    with pytest.raises(SignerUnavailableError, match="does not answer"):
        sign_documents([document()], now=NOW)
