"""The command that writes a person's whole record."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from credits.services.certificates import revoke_certificate
from tests.pages import words_of
from tests.university import *  # noqa: F403


def record(student, out):
    call_command("record", holder=student.email, out=str(out))
    return out


def test_it_writes_all_valid_certificates_and_what_verifies_them(issued, student, tmp_path, capsys):
    out = record(student, tmp_path / "li.json")

    held = json.loads(out.read_text())["credentialSubject"]["verifiableCredential"]
    assert held == [json.loads(issued.credential)]
    assert {path.name for path in tmp_path.iterdir()} == {
        "li.json",
        "li.did.json",
        "li.status.json",
        "li.suspensions.json",
    }
    call_command("verify", str(out), offline=True)
    assert "every certificate in it is valid by itself (1)" in capsys.readouterr().out


def test_a_record_in_which_one_was_revoked_is_not_valid(issued, student, tmp_path, client):
    out = record(student, tmp_path / "li.json")
    revoke_certificate(issued, reason="by mistake", now=timezone.now())

    answer = client.post("/api/v1/verify", out.read_bytes(), content_type="application/vc")

    assert answer.json()["outcome"] == "revoked"


def test_the_page_says_how_a_record_is_checked(issued, student, tmp_path, client):
    out = record(student, tmp_path / "li.json")

    answer = client.post("/verify", {"file": SimpleUploadedFile("li", out.read_bytes())})

    assert "This is a whole record (CLR)" in words_of(answer)


def test_without_a_valid_certificate_nothing_is_written(issued, student, tmp_path):
    revoke_certificate(issued, reason="by mistake", now=timezone.now())

    with pytest.raises(CommandError, match="no valid certificate"):
        record(student, tmp_path / "li.json")

    assert not list(tmp_path.iterdir())
