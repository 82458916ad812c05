"""The command that issues one certificate."""

import json

import pytest
from django.core.management import CommandError, call_command

from credits.models import Certificate
from tests.university import *  # noqa: F403

PERIOD = {"first_day": "2026-09-01", "last_day": "2026-10-30"}


def test_it_writes_the_certificate_and_what_verifies_it(issued, student, tmp_path, capsys):
    out = tmp_path / "li.json"

    call_command("issue", holder=student.email, out=str(out), **PERIOD)

    certificate = Certificate.objects.exclude(pk=issued.pk).get()
    assert out.read_text(encoding="utf-8") == certificate.credential
    assert {path.name for path in tmp_path.iterdir()} == {
        "li.json",
        "li.did.json",
        "li.status.json",
        "li.suspensions.json",
        "li.evidence.json",
        "li.tlog-proof",
        "li.rules.toml",
    }
    assert json.loads((tmp_path / "li.did.json").read_text())["id"] == "did:web:testserver"
    assert "65 points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"holder": "nobody@first.example"}, "Nobody signs in with"),
        ({"first_day": "yesterday"}, "is no day"),
        ({"project": "unknown"}, "There is no project unknown. Known: vision"),
        ({"out": "/nowhere/li.json"}, "There is no folder"),
        ({"first_day": "2001-01-01", "last_day": "2001-02-01"}, "."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_issued(issued, student, tmp_path, options, sentence):
    given = {"holder": student.email, "out": str(tmp_path / "li.json"), **PERIOD, **options}

    with pytest.raises(CommandError, match=sentence):
        call_command("issue", **given)

    assert list(Certificate.objects.all()) == [issued]
    assert not list(tmp_path.iterdir())
