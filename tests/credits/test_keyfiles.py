"""Keys that an installation makes for itself: once, and for its owner's eyes only."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credits.keyfiles import kept, make_ed25519_key, make_rsa_key


def test_a_key_is_made_once(tmp_path):
    path = tmp_path / "deep" / "keys" / "issuer.pem"

    first = kept(path, make_ed25519_key)

    assert kept(path, pytest.fail) == first == path.read_text()


def test_only_its_owner_reads_it_and_no_draft_is_left(tmp_path):
    kept(tmp_path / "issuer.pem", make_ed25519_key)

    (only,) = tmp_path.iterdir()
    assert only.stat().st_mode & 0o777 == 0o600


def test_those_who_come_at_once_agree_on_one_key(tmp_path):
    path, start = tmp_path / "issuer.pem", Barrier(4)

    def come(number):
        start.wait(10)
        return kept(path, lambda: f"key {number}")

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(come, range(4)))

    assert found == {path.read_text()}


def test_a_making_that_fails_leaves_nothing(tmp_path):
    def fail():
        raise OSError("no entropy")

    with pytest.raises(OSError, match="no entropy"):
        kept(tmp_path / "issuer.pem", fail)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("make", "kind"), [(make_ed25519_key, Ed25519PrivateKey), (make_rsa_key, rsa.RSAPrivateKey)]
)
def test_keys_are_of_their_kind_and_never_the_same(make, kind):
    first, second = make(), make()

    assert first != second
    assert isinstance(load_pem_private_key(first.encode(), password=None), kind)
