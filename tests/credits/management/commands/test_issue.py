"""The command that issues one certificate."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
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


def listed(folder):
    with (folder / "issued.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def term(student, tmp_path):
    """A list of those who are to have one: Li, and somebody without any work."""
    User.objects.create_user("new", "New@Stu.example")
    path = tmp_path / "term.txt"
    path.write_text(f"# of this term\n{student.email.upper()}\n\nnew@stu.example\n")
    return path


def issue_many(term, out):
    call_command(
        "issue", holders=str(term), out=str(out), jobs=1, **{**PERIOD, "first_day": "2026-08-01"}
    )


def test_many_at_once_get_a_file_each_and_a_table(issued, student, term, tmp_path, capsys):
    issue_many(term, tmp_path / "out")

    certificate = Certificate.objects.exclude(pk=issued.pk).get()
    file = tmp_path / "out" / f"{certificate.code}.json"
    assert file.read_text(encoding="utf-8") == certificate.credential
    assert str(student) not in certificate.credential
    mine, other = sorted(listed(tmp_path / "out"), key=lambda row: row["code"], reverse=True)
    assert (mine["email"], mine["code"], mine["points"]) == (student.email, certificate.code, "65")
    assert (other["email"], other["code"]) == ("New@stu.example", "")
    assert "No counted contribution" in other["note"]
    assert "1 certificates issued, 0 had before, 1 refused" in capsys.readouterr().out


def test_who_has_it_already_gets_the_same_file_again(issued, term, tmp_path, capsys):
    issue_many(term, tmp_path / "out")
    before = set(Certificate.objects.values_list("pk", flat=True))

    issue_many(term, tmp_path / "again")

    assert set(Certificate.objects.values_list("pk", flat=True)) == before
    assert "0 certificates issued, 1 had before" in capsys.readouterr().out
    names = [{path.name for path in (tmp_path / name).iterdir()} for name in ("out", "again")]
    assert names[0] == names[1]


def test_a_list_with_a_stranger_in_it_issues_nothing(issued, term, tmp_path):
    term.write_text(term.read_text() + "stranger@example.org\n")

    with pytest.raises(CommandError, match="1 of these do not sign in here: stranger@"):
        issue_many(term, tmp_path / "out")

    assert list(Certificate.objects.all()) == [issued]


def test_a_list_of_nobody_says_so(issued, term, tmp_path):
    term.write_text("# nobody yet\n")

    with pytest.raises(CommandError, match="names nobody"):
        issue_many(term, tmp_path / "out")


@pytest.fixture
def issuing(university, settings, tmp_path_factory):
    """The university has a key."""
    settings.ISSUER_KEY_FILE = tmp_path_factory.mktemp("keys") / "issuer.pem"
    call_command("rotate", "institution-key", institution=university.slug)
    return university


def test_in_the_name_of_an_institution_and_verified_offline(
    issued, student, issuing, tmp_path, capsys
):
    out = tmp_path / "li.json"

    call_command("issue", holder=student.email, issuer=issuing.slug, out=str(out), **PERIOD)
    call_command("verify", str(out), offline=True)

    did = json.loads((tmp_path / "li.did.json").read_text())["id"]
    assert did == "did:web:testserver:i:first-university"
    assert json.loads(out.read_text("utf-8"))["issuer"]["id"] == did
    assert json.loads((tmp_path / "li.did.2.json").read_text())["id"] == "did:web:testserver"
    said = capsys.readouterr().out
    assert "valid" in said
    assert "?" not in said


def test_an_unknown_institution_is_named(issued, student, university, tmp_path):
    out = str(tmp_path / "li.json")

    with pytest.raises(CommandError, match="no institution x"):
        call_command("issue", holder=student.email, issuer="x", out=out, **PERIOD)
    with pytest.raises(CommandError, match="has no key"):
        call_command("issue", holder=student.email, issuer="first-university", out=out, **PERIOD)


def test_many_in_the_name_of_an_institution(issued, student, issuing, term, tmp_path):
    out = tmp_path / "out"

    call_command(
        "issue", holders=str(term), out=str(out), jobs=1, issuer=issuing.slug,
        **{**PERIOD, "first_day": "2026-08-01"},
    )  # fmt: skip

    first, second = listed(out)
    assert first["code"]
    assert "neither student nor teacher" in second["note"]
