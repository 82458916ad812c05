"""The command with which a stranger checks a file."""

import json
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credits.management.companions import Companion, companion_path
from credits.services.certificates import revoke_certificate
from credits.services.status import status_list_document
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


def test_verifying_needs_no_database(files, django_assert_num_queries):
    with django_assert_num_queries(0):
        verify(files, "--offline")


def test_the_answer_in_json_names_every_step(files, capsys):
    verify(files, "--offline", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is True
    assert {"issuer", "proof", "dates", "status"} <= {step["name"] for step in answer["steps"]}


@pytest.mark.parametrize("place", range(0, 100, 4))
def test_a_changed_byte_is_never_valid(files, place, capsys):
    data = bytearray(files.read_bytes())
    data[len(data) * place // 100] ^= 1
    files.write_bytes(data)

    assert verify(files, "--offline") in {1, 2}


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
