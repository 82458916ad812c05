"""Keys in a PKCS#11 token: SoftHSM, the real library."""

import subprocess
from datetime import timedelta

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from credits.signer.hsm import HsmStore, Token
from credits.signer.keyring import Keyring
from credits.signer.local import institution_keys, issuer_keyring, issuer_public
from credits.signer.stores import KeyFileError
from tests.credentials import NOW

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
FIRST = "opencredits-issuer"
OTHER = "a token that nobody opened"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """The library reads its settings, and sees its tokens, once in a process."""
    folder = tmp_path_factory.mktemp("hsm")
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for label in ("ours", OTHER):
            command = ["softhsm2-util", "--init-token", "--free", "--label", label]
            secrets = ["--pin", "1234", "--so-pin", "5678"]
            subprocess.run([*command, *secrets], check=True, capture_output=True)
        yield Token(MODULE, "ours", "1234")


@pytest.fixture
def store(token, request):
    """A store whose first key is this test's own."""
    return HsmStore(token, request.node.name)


@pytest.fixture
def keyring(store, tmp_path):
    return Keyring(tmp_path / "issuer.json", store, issuer_public)


def test_a_key_in_the_token_signs(keyring):
    signer = keyring.present(NOW)

    public = Ed25519PublicKey.from_public_bytes(signer.public_key())
    public.verify(signer.sign(b"what is signed"), b"what is signed")


def test_the_key_is_made_once(keyring, store, token):
    again = HsmStore(token, store.first)

    assert keyring.present(NOW).public_key() == again.load(store.first).public_key()


def test_the_key_does_not_leave_the_token(keyring, token):
    keyring.present(NOW)

    held = pkcs11.lib(MODULE).get_token(token_label=token.label)
    private = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
    found = list(held.open().get_objects(private))
    assert found
    assert all(key[pkcs11.Attribute.SENSITIVE] for key in found)
    assert not any(key[pkcs11.Attribute.EXTRACTABLE] for key in found)


def test_a_key_is_added_and_the_old_one_withdrawn(keyring):
    first = issuer_public(keyring.present(NOW))
    added = issuer_public(keyring.add(use_from=NOW + timedelta(days=7)))

    keyring.withdraw(first)

    assert issuer_public(keyring.present(NOW + timedelta(days=7))) == added


@pytest.mark.usefixtures("token")
def test_a_wrong_pin_is_named():
    with pytest.raises(KeyFileError, match=OTHER):
        HsmStore(Token(MODULE, OTHER, "0000"), FIRST).load(FIRST)


@pytest.mark.parametrize(("module", "label"), [("/nowhere.so", "t"), (MODULE, "nothing")])
def test_a_token_that_is_not_there_is_named(module, label):
    with pytest.raises(KeyFileError, match=label):
        HsmStore(Token(module, label, "1234"), FIRST).load(FIRST)


def test_an_institution_has_a_key_of_its_own_in_the_token(token, settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "issuer.pem"
    settings.HSM_MODULE, settings.HSM_TOKEN, settings.HSM_PIN = MODULE, "ours", "1234"
    slug = "first-university"
    assert institution_keys(slug) is None

    made = issuer_keyring(slug).begin(use_from=NOW)

    assert institution_keys(slug).present(NOW).public_key() == made.public_key()
    assert issuer_keyring().present(NOW).public_key() != made.public_key()
    assert [each.name for each in tmp_path.iterdir()] == ["institution-first-university.json"]
