import json

import pytest

from credits.core.log import LogError, body_digest, leaf_bytes

SALT = bytes(range(16))


def test_a_leaf_names_its_kind_and_nothing_else():
    leaf = json.loads(leaf_bytes("issue", body_digest(b"certificate"), SALT))

    assert leaf == {
        "commitment": "0e0c4deff26e63a7d48f0158be57e615d583e2ca9d137c3689c65ffe35f82ab9",
        "kind": "issue",
        "type": "opencredits-log-leaf/v1",
    }


def test_the_same_document_under_another_salt_is_another_leaf():
    digest = body_digest(b"certificate")

    assert leaf_bytes("issue", digest, SALT) != leaf_bytes("issue", digest, SALT[::-1])
    assert leaf_bytes("issue", digest, SALT) != leaf_bytes("revoke", digest, SALT)


@pytest.mark.parametrize(("digest", "salt"), [("00", SALT), ("zz", SALT), ("00" * 32, bytes(15))])
def test_a_commitment_without_a_digest_or_with_a_guessable_salt_is_refused(digest, salt):
    with pytest.raises(LogError):
        leaf_bytes("issue", digest, salt)
