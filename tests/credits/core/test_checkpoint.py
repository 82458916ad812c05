import base64

import pytest

from credits.core.checkpoint import (
    Checkpoint,
    CheckpointError,
    build_checkpoint,
    parse_checkpoint,
    sign_note,
    verifier_key,
    verify_checkpoint,
    verify_note,
)
from tests.credentials import SIGNER, signer

ORIGIN = "credits.university.example/log"
ROOT = bytes(range(32))
KEYS = {ORIGIN: SIGNER.public_key()}
TEXT = build_checkpoint(ORIGIN, 42, ROOT)
NOTE = sign_note(TEXT, SIGNER, name=ORIGIN)

# The note that the Go package sumdb/note publishes in its tests, with its key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_signed_checkpoint_verifies():
    assert verify_checkpoint(NOTE, KEYS) == Checkpoint(ORIGIN, 42, ROOT)
    assert NOTE.startswith(f"{ORIGIN}\n42\nAAECAwQ")


def test_a_published_note_verifies_under_its_published_key():
    name, identifier, encoded = GO_KEY.split("+", 2)
    key = base64.b64decode(encoded)[1:]

    assert verify_note(GO_NOTE, {name: key}) == GO_TEXT
    assert verifier_key(name, key) == GO_KEY
    assert identifier == "c74f20a3"


@pytest.mark.parametrize(
    ("before", "after"), [("42", "43"), ("AAECAwQ", "AAECAwR"), ("/log\n", "/lag\n")]
)
def test_a_changed_checkpoint_is_refused(before, after):
    with pytest.raises(CheckpointError, match="changed after it was signed"):
        verify_checkpoint(NOTE.replace(before, after, 1), KEYS)


def test_signatures_of_strangers_are_passed_over():
    cosigned = NOTE + sign_note(TEXT, signer("witness"), name="witness.example").split("\n\n")[1]

    assert verify_checkpoint(cosigned, KEYS).tree_size == 42
    with pytest.raises(CheckpointError, match="not signed by a known key"):
        verify_checkpoint(cosigned, {"somebody.else": SIGNER.public_key()})
    with pytest.raises(CheckpointError, match="not signed by a known key"):
        verify_checkpoint(NOTE, {ORIGIN: signer("other").public_key()})


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        f"{TEXT}\n— {ORIGIN}\n",
        f"{TEXT}\n— {ORIGIN} !!!!\n",
        f"{TEXT}\n— {ORIGIN} AAAA\n",
        f"{TEXT}\n-- {ORIGIN} AAAAAAAAAA==\n",
        NOTE.replace("42", "42\t"),
        NOTE * 500,
    ],
)
def test_what_is_no_signed_note_is_refused(note):
    with pytest.raises(CheckpointError):
        verify_note(note, KEYS)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n042\n{TEXT.splitlines()[2]}\n",
        f"{ORIGIN}\n-1\n{TEXT.splitlines()[2]}\n",
        f"{ORIGIN}\n42\nAAAA\n",
        f"{ORIGIN}\n42\n{TEXT.splitlines()[2]}",
        f"{TEXT}extension\n",
        f"two words\n42\n{TEXT.splitlines()[2]}\n",
        TEXT.replace("Hh8=", "Hh9="),
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_no_note_is_signed_that_nobody_could_verify():
    with pytest.raises(CheckpointError):
        build_checkpoint("two words", 1, ROOT)
    with pytest.raises(CheckpointError):
        build_checkpoint(ORIGIN, 1, b"short")
    with pytest.raises(CheckpointError):
        sign_note("no line feed", SIGNER, name=ORIGIN)
