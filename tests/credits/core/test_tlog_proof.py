import pytest

from credits.core.canonical import DocumentError
from credits.core.checkpoint import CheckpointError, build_checkpoint, sign_note
from credits.core.log import body_digest, leaf_bytes
from credits.core.merkle import inclusion_proof, leaf_hash, root_hash
from credits.core.tlog_proof import (
    TlogProof,
    TlogProofError,
    build_tlog_proof,
    parse_tlog_proof,
    verify_tlog_proof,
)
from tests.credentials import SIGNER, signer

ORIGIN = "credits.university.example/log"
DOCUMENT = b"a certificate"
SALT = bytes(range(32))
LEAVES = [leaf_hash(b"%d" % number) for number in range(6)]
LEAVES[4] = leaf_hash(leaf_bytes("issue", body_digest(DOCUMENT), SALT))
NOTE = sign_note(build_checkpoint(ORIGIN, 6, root_hash(LEAVES)), SIGNER, name=ORIGIN)
PATH = inclusion_proof(LEAVES, 4)
PROOF = build_tlog_proof(4, PATH, NOTE, kind="issue", salt=SALT.hex())
KEYS = [signer("older").public_key(), SIGNER.public_key()]


def test_a_proof_shows_that_the_document_was_logged():
    assert verify_tlog_proof(PROOF, DOCUMENT, KEYS, kind="issue").tree_size == 6


def test_a_proof_is_spelled_as_the_specification_spells_it():
    lines = PROOF.splitlines()

    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 4"
    assert [len(line) for line in lines[3:5]] == [44, 44]
    assert lines[5] == ""
    assert PROOF.endswith(f"\n\n{NOTE}")


def test_the_example_of_the_specification_has_the_form_that_is_read():
    text = TlogProof(73_894, PATH, NOTE).text

    assert "extra" not in text
    assert parse_tlog_proof(text) == TlogProof(73_894, PATH, NOTE)
    assert parse_tlog_proof(TlogProof(0, [], NOTE).text).path == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@v1", "@v2"),
        ("index 4", "index 5"),
        ("index 4", "index 04"),
        ("index 4", "index -4"),
        ("\n6\n", "\n7\n"),
        ("extra ", "extra e30"),
        ("index 4\n", "index 4\nAAAA\n"),
        ("index 4\n", "index 4\n\n"),
        ("\n", "\r\n"),
    ],
)
def test_a_changed_proof_is_refused(before, after):
    changed = PROOF.replace(before, after, 1)

    assert changed != PROOF
    with pytest.raises(DocumentError):
        verify_tlog_proof(changed, DOCUMENT, KEYS, kind="issue")


def test_the_proof_of_another_document_kind_or_log_is_refused():
    with pytest.raises(TlogProofError, match="does not contain this document"):
        verify_tlog_proof(PROOF, b"another", KEYS, kind="issue")
    with pytest.raises(TlogProofError, match="of the kind revoke"):
        verify_tlog_proof(PROOF, DOCUMENT, KEYS, kind="revoke")
    with pytest.raises(CheckpointError, match="not signed by a key of its log"):
        verify_tlog_proof(PROOF, DOCUMENT, KEYS[:1], kind="issue")


@pytest.mark.parametrize("extra", [b"", b"{}", b"[]", b'{"kind":"issue","salt":"0G"}', b"\xff"])
def test_a_proof_without_its_salt_is_refused(extra):
    text = TlogProof(4, PATH, NOTE, extra).text

    with pytest.raises(DocumentError):
        verify_tlog_proof(text, DOCUMENT, KEYS, kind="issue")


def test_what_is_too_long_is_not_read():
    with pytest.raises(TlogProofError):
        parse_tlog_proof(PROOF + "x" * 64_000)
    with pytest.raises(TlogProofError, match="hashes"):
        parse_tlog_proof(TlogProof(4, PATH * 40, NOTE).text)
