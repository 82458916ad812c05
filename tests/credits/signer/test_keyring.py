"""Which key signs today, and where it lies."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from credits.keyfiles import _pem, make_ed25519_key, make_rsa_key
from credits.signer.keyring import Keyring
from credits.signer.local import issuer_public, token_public
from credits.signer.stores import FileStore, KeyFileError, issuer_signer, token_signer
from tests.credentials import NOW

LATER = NOW + timedelta(days=7)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys" / "issuer.pem"


def keyring(file, passphrase=""):
    store = FileStore(file, lambda: make_ed25519_key(passphrase), issuer_signer, passphrase)
    return Keyring(file.with_suffix(".json"), store, issuer_public)


def present(file, now=NOW):
    return issuer_public(keyring(file).present(now))


def put(file, text, mode=0o600):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def test_the_first_key_is_made_once_and_only_its_owner_reads_it(file):
    assert present(file) == present(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_added_is_used_when_its_time_has_come(file):
    first = present(file)
    added = issuer_public(keyring(file).add(use_from=LATER))

    assert present(file) == first
    assert present(file, LATER - timedelta(seconds=1)) == first
    assert present(file, LATER) == added
    assert (file.with_suffix(".json")).stat().st_mode & 0o777 == 0o600


def test_a_process_that_runs_learns_of_a_new_key(file):
    running = keyring(file)
    running.present(NOW)

    added = issuer_public(keyring(file).add(use_from=NOW))

    assert issuer_public(running.present(NOW)) == added


def test_a_withdrawn_key_is_put_aside_and_not_used(file):
    first = present(file)
    added = issuer_public(keyring(file).add(use_from=NOW))

    (aside,) = keyring(file).withdraw(first)

    assert present(file) == added
    assert not file.exists()
    assert aside == f"{file}.withdrawn"
    assert [entry.public for entry in keyring(file).entries()] == [added]


def test_the_only_key_is_not_withdrawn(file):
    with pytest.raises(KeyFileError, match="add another"):
        keyring(file).withdraw(present(file))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(file, mode):
    present(file)
    file.chmod(mode)

    with pytest.raises(KeyFileError, match=f"chmod 600 {file}"):
        present(file)


def test_another_key_in_the_file_of_a_listed_one_is_refused(file):
    first = present(file)
    keyring(file).add(use_from=LATER)
    put(file, make_ed25519_key())

    with pytest.raises(KeyFileError, match="another key"):
        present(file)
    assert first


def test_a_listed_key_that_is_missing_is_named(file):
    keyring(file).add(use_from=NOW)
    name = json.loads(file.with_suffix(".json").read_text())["keys"][1]["name"]
    (file.parent / name).unlink()

    with pytest.raises(KeyFileError, match="backup"):
        present(file)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": [{}]}', '{"keys": [1]}'])
def test_a_damaged_list_of_keys_is_named(file, text):
    put(file.with_suffix(".json"), text)

    with pytest.raises(KeyFileError, match=r"issuer\.json"):
        present(file)


def test_a_key_may_lie_under_a_passphrase(file):
    key = issuer_public(keyring(file, "open sesame").present(NOW))

    assert "ENCRYPTED" in file.read_text()
    assert issuer_public(keyring(file, "open sesame").present(NOW)) == key
    with pytest.raises(KeyFileError, match="PASSPHRASE"):
        present(file)
    with pytest.raises(KeyFileError, match=r"issuer\.pem"):
        keyring(file, "wrong").present(NOW)


def test_a_passphrase_is_not_needed_for_a_key_that_has_none(file):
    key = present(file)

    assert issuer_public(keyring(file, "open sesame").present(NOW)) == key


@pytest.mark.parametrize("text", ["", "rubbish", make_rsa_key()])
def test_what_is_no_issuer_key_is_named(file, text):
    put(file, text)

    with pytest.raises(KeyFileError, match=r"issuer\.pem"):
        present(file)


@pytest.mark.parametrize(
    "make",
    [
        make_ed25519_key,
        lambda: _pem(ec.generate_private_key(ec.SECP384R1())),
        lambda: _pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
    ],
)
def test_what_signs_no_tokens_is_named(file, make):
    put(file, make())
    tokens = Keyring(file.with_suffix(".json"), FileStore(file, make, token_signer), token_public)

    with pytest.raises(KeyFileError, match=r"issuer\.pem"):
        tokens.present(NOW)
