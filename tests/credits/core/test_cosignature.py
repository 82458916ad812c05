import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from credits.core.checkpoint import (
    CheckpointError,
    build_checkpoint,
    parse_verifier_key,
    sign_note,
    verifier_key,
    verify_checkpoint,
)
from credits.core.cosignature import COSIGNATURE_TYPE, cosign, verify_cosignature
from tests.credentials import SIGNER, signer

ORIGIN = "credits.university.example/log"
TEXT = build_checkpoint(ORIGIN, 42, bytes(range(32)))
NOTE = sign_note(TEXT, SIGNER, name=ORIGIN)
WITNESS = signer("witness")
NAME = "witness.example/w1"
COSIGNED = cosign(NOTE, WITNESS, name=NAME, timestamp=1_679_315_147)


def test_a_cosigned_checkpoint_tells_when_and_keeps_the_signature_of_the_log():
    assert verify_cosignature(COSIGNED, NAME, WITNESS.public_key()) == 1_679_315_147
    assert verify_checkpoint(COSIGNED, {ORIGIN: SIGNER.public_key()}).tree_size == 42
    assert COSIGNED.startswith(NOTE)


def test_what_is_signed_is_spelled_as_the_specification_spells_it():
    line = COSIGNED.splitlines()[-1]
    data = base64.b64decode(line.rpartition(" ")[2])

    assert line.startswith(f"— {NAME} ")
    assert len(data) == 4 + 8 + 64
    message = f"cosignature/v1\ntime 1679315147\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.public_key()).verify(data[12:], message)


def test_who_cosigns_again_replaces_the_older_cosignature():
    again = cosign(COSIGNED, WITNESS, name=NAME, timestamp=1_700_000_000)

    assert verify_cosignature(again, NAME, WITNESS.public_key()) == 1_700_000_000
    assert again.count(NAME) == 1


@pytest.mark.parametrize(
    ("note", "found"),
    [
        (NOTE, "not cosigned"),
        (COSIGNED.replace("\n42\n", "\n43\n"), "changed after it was cosigned"),
        (NOTE + COSIGNED.splitlines()[-1][:40] + "\n", "."),
    ],
)
def test_what_was_not_cosigned_is_refused(note, found):
    with pytest.raises(CheckpointError, match=found):
        verify_cosignature(note, NAME, WITNESS.public_key())


def test_the_key_of_a_witness_is_of_another_kind_than_that_of_a_log():
    text = verifier_key(NAME, WITNESS.public_key(), COSIGNATURE_TYPE)

    assert parse_verifier_key(text, COSIGNATURE_TYPE) == (NAME, WITNESS.public_key())
    for wrong in (text.replace("w1", "w2"), text[:-4], "", NAME, "a+b+c"):
        with pytest.raises(CheckpointError):
            parse_verifier_key(wrong, COSIGNATURE_TYPE)
    with pytest.raises(CheckpointError):
        parse_verifier_key(text)
    with pytest.raises(CheckpointError, match="no spaces"):
        cosign(NOTE, WITNESS, name="two words", timestamp=0)
