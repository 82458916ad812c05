"""The command with which a stranger checks a file."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from credits.management.companions import Companion, companion_path
from credits.services.carrying import certificate_jwt, certificate_png, certificate_svg
from credits.services.certificates import revoke_certificate
from credits.services.issuer import did_document
from credits.services.status import status_list_document, suspension_list_document
from tests.credentials import as_bytes
from tests.credentials import certificate as foreign_certificate
from tests.histories import *  # noqa: F403
from tests.university import *  # noqa: F403


@pytest.fixture
def files(issued, student, tmp_path):
    """A certificate that the command wrote, with what lies beside it."""
    out = tmp_path / "li.json"
    call_command(
        "issue", holder=student.email, first_day="2026-09-01", last_day="2026-10-30", out=str(out)
    )
    return out


def verify(*arguments):
    """The exit code of ``opencredits verify``."""
    try:
        call_command("verify", *map(str, arguments))
    except SystemExit as left:
        return left.code
    return 0


def test_a_certificate_verifies_offline_from_what_lies_beside_it(files, capsys):
    assert verify(files, "--offline") == 0
    assert "li.json: valid" in capsys.readouterr().out


def test_the_proof_beside_it_shows_that_it_was_logged(files, capsys):
    proof = files.with_name("li.tlog-proof")

    assert verify(files, "--offline") == 0
    assert "the public log testserver/log held it" in capsys.readouterr().out

    proof.write_text(proof.read_text().replace("index ", "index 1"))
    assert verify(files, "--offline") == 0
    assert "does not show that it was logged" in capsys.readouterr().out
    proof.unlink()
    assert verify(files, "--offline") == 0


def test_verifying_needs_no_database(files, django_assert_num_queries):
    with django_assert_num_queries(0):
        verify(files, "--offline")


def test_the_answer_in_json_names_every_step(files, capsys):
    verify(files, "--offline", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is True
    assert {"issuer", "proof", "dates", "status"} <= {step["name"] for step in answer["steps"]}


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_a_changed_byte_is_never_valid(files, mask, capsys):
    whole = files.read_bytes()

    for place in range(mask, len(whole), len(whole) // 40):
        changed = bytearray(whole)
        changed[place] ^= mask
        # Between the signed values white space is free, for any reader of JSON.
        if _says_the_same(changed, whole):
            continue
        files.write_bytes(changed)
        assert verify(files, "--offline") in {1, 2}, place


def _says_the_same(changed, whole):
    try:
        return json.loads(changed) == json.loads(whole)
    except ValueError:
        return False


@pytest.mark.parametrize("companion", [Companion.STATUS_LIST, Companion.EVIDENCE])
def test_a_changed_byte_in_what_lies_beside_it_is_not_believed(files, companion, capsys):
    beside = companion_path(files, companion)
    whole = beside.read_bytes()

    for place in range(0, len(whole), len(whole) // 30):
        changed = bytearray(whole)
        changed[place] ^= 0x02
        beside.write_bytes(changed)
        try:
            code = verify(files, "--offline")
        except CommandError as refused:
            code = refused.returncode
        # With another id it is a record of something else, which says nothing about this one.
        is_of_another = "? a record beside it is not one that it pins" in capsys.readouterr().out
        assert code in {1, 2} or is_of_another, place


def test_another_issuers_certificate_is_not_vouched_for_by_our_keys(files, capsys):
    files.write_bytes(as_bytes(foreign_certificate()))

    assert verify(files, "--offline") == 2
    answer = capsys.readouterr().out
    assert "cannot tell" in answer
    assert "did:web:credits.university.example" in answer


def test_a_certificate_signed_by_another_in_our_name_is_not_valid(files, capsys):
    ours = json.loads(files.read_text(encoding="utf-8"))
    files.write_bytes(as_bytes(foreign_certificate() | {"issuer": ours["issuer"]}))

    assert verify(files, "--offline") == 1
    assert "altered, or its issuer never signed it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"%PDF-1.7\n%\xe2\xe3",
        b"\x1f\x8b\x08\0",
        b"\0" * 5_000,
        bytes(range(256)),
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"[" * 4_000_000,
        b"9" * 4_000_000,
        b'{"a": 1, "a": 2}',
        b'"\\ud800"',
        b"null",
        b"<html>",
    ],
)
def test_rubbish_is_no_certificate(tmp_path, rubbish, capsys):
    path = tmp_path / "li.json"
    path.write_bytes(rubbish)

    assert verify(path, "--offline") == 1
    assert "not a certificate; download the file again" in capsys.readouterr().out


@pytest.mark.parametrize("companion", [one for one in Companion if one is not Companion.RULES])
@pytest.mark.parametrize("damage", ["huge", "cut", "rubbish", "folder"])
def test_what_lies_beside_it_and_cannot_be_read_is_named(files, companion, damage):
    beside = companion_path(files, companion)
    data = beside.read_bytes()
    beside.unlink()
    if damage == "folder":
        beside.mkdir()
    else:
        beside.write_bytes({"huge": data + b" " * 6_000_000, "cut": data[:-9]}.get(damage, b"\xff"))

    with pytest.raises(CommandError, match=re.escape(str(beside))) as refused:
        verify(files, "--offline")

    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("make", "code", "sentence"),
    [
        (lambda path: path.mkdir(), 2, "Is a directory"),
        (lambda path: None, 2, "No such file or directory"),
        (lambda path: path.write_bytes(b"\xff" * 99), 1, "not a certificate"),
        (lambda path: truncate(path, 100_000_000), 1, "are more than the 5000000"),
        (lambda path: path.symlink_to("/dev/zero"), 1, "are more than the 5000000"),
    ],
    ids=["folder", "missing", "rubbish", "huge", "endless"],
)
def test_a_strangers_shell_gets_a_sentence_and_an_exit_code(tmp_path, make, code, sentence):
    path = tmp_path / "li.json"
    make(path)

    done = subprocess.run(
        [sys.executable, "manage.py", "verify", str(path), "--offline"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=30,
        preexec_fn=little_memory,
        env={**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"},
        check=False,
    )

    assert (done.returncode, done.stdout.count("Traceback"), done.stderr.count("Traceback")) == (
        code,
        0,
        0,
    )
    assert sentence in done.stdout + done.stderr


def truncate(path, size):
    with path.open("wb") as file:
        file.truncate(size)


def little_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (300_000_000, 300_000_000))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_file_is_no_certificate(files, share, capsys):
    data = files.read_bytes()
    files.write_bytes(data[: int(len(data) * share)])

    assert verify(files, "--offline") == 1
    assert "not a certificate" in capsys.readouterr().out


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, capsys):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(100_000_000)

    assert verify(huge, "--offline") == 1
    assert "more than" in capsys.readouterr().out


def test_without_the_issuers_keys_nobody_can_tell(files, capsys):
    companion_path(files, Companion.DID_DOCUMENT).unlink()

    assert verify(files, "--offline") == 2
    assert "cannot tell" in capsys.readouterr().out


def test_keys_of_another_issuer_do_not_help(files, capsys):
    beside = companion_path(files, Companion.DID_DOCUMENT)
    document = json.loads(beside.read_text())
    beside.write_text(json.dumps(document | {"id": "did:web:other.example"}))

    assert verify(files, "--offline") == 2


def test_without_a_status_list_nobody_can_tell(files):
    companion_path(files, Companion.STATUS_LIST).unlink()

    assert verify(files, "--offline") == 2


def test_files_with_other_names_are_handed_in(files, tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    shutil.copy(files, elsewhere)

    options = ["--did-document", companion_path(files, Companion.DID_DOCUMENT)]
    options += ["--status-list", companion_path(files, Companion.STATUS_LIST)]

    assert verify(elsewhere, "--offline") == 2
    assert verify(elsewhere, "--offline", *options) == 2

    options += ["--suspensions", companion_path(files, Companion.SUSPENSIONS)]

    assert verify(elsewhere, "--offline", *options) == 0


def test_an_evidence_record_cannot_smuggle_in_keys(files):
    keys = companion_path(files, Companion.DID_DOCUMENT)
    shutil.move(keys, companion_path(files, Companion.EVIDENCE))

    with pytest.raises(CommandError, match="not an evidence record") as refused:
        verify(files, "--offline")

    assert refused.value.returncode == 2


def test_other_evidence_than_the_certificate_pins_is_noticed(files, capsys):
    beside = companion_path(files, Companion.EVIDENCE)
    beside.write_text(beside.read_text().replace("Change 1", "Change 7"))

    assert verify(files, "--offline") == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("/nowhere/li.json", "No such file"),
        ("https://credits.example/c/OC-1", "cannot be read offline"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(name, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        verify(name, "--offline")

    assert refused.value.returncode == 2


def test_an_unencrypted_address_is_not_believed():
    with pytest.raises(CommandError, match="https"):
        verify("http://credits.example/c/OC-1")


def test_a_revoked_certificate_is_not_valid(files, student, capsys):
    certificate = student.certificates.order_by("-issued_at").first()
    now = timezone.now()
    revoke_certificate(certificate, reason="by mistake", now=now)
    beside = companion_path(files, Companion.STATUS_LIST)
    beside.write_text(
        status_list_document(certificate.status_list_id, now=now + timedelta(seconds=1))
    )

    assert verify(files, "--offline") == 1
    assert "withdrew" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["png", "svg", "jwt"])
def test_a_badge_or_a_jwt_verifies_offline_whatever_it_is_called(issued, tmp_path, form, capsys):
    makers = {"png": certificate_png, "svg": certificate_svg}
    made = makers[form](issued) if form in makers else certificate_jwt(issued, now=timezone.now())
    file = tmp_path / "li.txt"
    file.write_bytes(made if isinstance(made, bytes) else made.encode())
    status_list = status_list_document(issued.status_list_id, now=timezone.now())
    companion_path(file, Companion.DID_DOCUMENT).write_text(json.dumps(did_document()))
    companion_path(file, Companion.STATUS_LIST).write_text(status_list)
    suspensions = suspension_list_document(issued.status_list_id, now=timezone.now())
    companion_path(file, Companion.SUSPENSIONS).write_text(suspensions)

    assert verify(file, "--offline") == 0
    assert "li.txt: valid" in capsys.readouterr().out

    revoke_certificate(issued, reason="by mistake", now=timezone.now())
    status_list = status_list_document(issued.status_list_id, now=timezone.now())
    companion_path(file, Companion.STATUS_LIST).write_text(status_list)
    assert verify(file, "--offline") == 1


@pytest.fixture
def scored_files(worked, student, tmp_path):
    """As `files`, of work that was scored from facts."""
    out = tmp_path / "wu.json"
    call_command(
        "issue", holder=student.email, first_day="2026-09-01", last_day="2026-10-30", out=str(out)
    )
    return out


def test_every_point_is_computed_again_from_what_lies_beside_it(scored_files, capsys):
    assert verify(scored_files, "--offline", "--recompute") == 0
    assert "✓ every point follows from the facts and the rules" in capsys.readouterr().out


def test_a_changed_fact_is_named(scored_files, capsys):
    beside = companion_path(scored_files, Companion.EVIDENCE)
    record = json.loads(beside.read_text())
    record["scoring"][0]["inputs"][2]["facts"]["sizes"]["code"][0] = 9
    beside.write_text(json.dumps(record))

    assert verify(scored_files, "--offline", "--recompute") == 1
    answer = capsys.readouterr().out
    assert "https://forge.example/lab/vision/pull/2: facts.sizes was changed" in answer
    assert "https://forge.example/lab/vision/pull/2: 8 points in the record, 4 by the" in answer


def test_a_changed_rule_set_is_noticed(scored_files, capsys):
    beside = companion_path(scored_files, Companion.RULES)
    beside.write_text(beside.read_text() + "\n")

    assert verify(scored_files, "--offline") == 1
    assert "a record beside it is not the one that it pins" in capsys.readouterr().out


@pytest.mark.parametrize("companion", [Companion.EVIDENCE, Companion.RULES])
def test_without_the_records_nobody_can_compute_it_again(scored_files, companion, capsys):
    companion_path(scored_files, companion).unlink()

    assert verify(scored_files, "--offline") == 0
    assert verify(scored_files, "--offline", "--recompute") == 2
    assert "? the points cannot be computed again: " in capsys.readouterr().out


def test_a_rule_set_that_is_too_large_is_named(scored_files):
    beside = companion_path(scored_files, Companion.RULES)
    with beside.open("r+b") as file:
        file.truncate(100_000_000)

    with pytest.raises(CommandError, match=re.escape(str(beside))) as refused:
        verify(scored_files, "--offline")

    assert refused.value.returncode == 2
