"""docs/certificates.md is true: a stranger who follows it verifies, and finds every change."""

import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from django.utils import timezone

from credits.models import StatusList
from credits.services.certificate_life import suspend_certificate
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.issuer import issuer_signer
from credits.services.log import append_entry, publish_checkpoint
from credits.services.stating import VALID_FOR
from credits.services.status import RENEW_AFTER
from credits.services.status import VALID_FOR as LIST_VALID_FOR
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403

TEXT = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text("utf-8")
(SCRIPT,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
(FILES,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetched(client, student, worked, tmp_path, monkeypatch):
    """The files of a certificate as a stranger fetches them, in the present folder."""
    now = timezone.now()
    for number in range(5):
        append_entry("issue", b"%d" % number, now=now)
    certificate = issue_certificate(student, start=BEGUN, end=SCORED, now=now)
    append_entry("issue", b"later", now=now)
    publish_checkpoint(issuer_signer(now=now), now=now)
    monkeypatch.chdir(tmp_path)
    fetch(client, certificate)
    return certificate


def fetch(client, certificate):
    addresses = dict(line.split(maxsplit=1) for line in FILES.strip().split("\n"))
    addresses["status.json"] = f"https://ISSUER/status/{certificate.status_list_id}"
    addresses["suspensions.json"] = f"{addresses['status.json']}/suspension"
    for name, address in addresses.items():
        path = address.removeprefix("https://ISSUER").replace("CODE", certificate.code)
        Path(name).write_bytes(client.get(path).content)


def follow(capsys):
    """Follow the page: what its last line prints."""
    exec(compile(SCRIPT, "docs/certificates.md", "exec"), {})
    return capsys.readouterr().out


def change(name, before, after):
    text = Path(name).read_text(encoding="utf-8")
    assert before in text
    Path(name).write_text(text.replace(before, after), encoding="utf-8")


def test_a_stranger_who_follows_the_page_finds_it_valid(fetched, capsys):
    assert follow(capsys).startswith("valid: ")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("certificate.json", "Li Ming", "Wu Lan"),
        ("certificate.json", '"28"', '"98"'),
        ("status.json", '"encodedList": "u', '"encodedList": "uA'),
        ("suspensions.json", '"encodedList": "u', '"encodedList": "uA'),
        ("evidence.json", "Change 1", "Change 7"),
        ("did.json", "did:web:testserver", "did:web:elsewhere"),
        ("log.json", '"index": 6', '"index": 5'),
        ("log.json", "testserver/log", "elsewhere/log"),
        ("log.json", '"salt": "', '"salt": "00'),
    ],
)
def test_a_stranger_who_follows_the_page_finds_a_change(fetched, capsys, name, before, after):
    change(name, before, after)

    with pytest.raises((AssertionError, InvalidSignature, KeyError, ValueError)):
        follow(capsys)


def test_a_stranger_who_follows_the_page_finds_a_revocation(client, fetched, capsys):
    revoke_certificate(fetched, reason="by mistake", now=timezone.now())
    fetch(client, fetched)

    with pytest.raises(AssertionError, match="revocation"):
        follow(capsys)


def test_a_stranger_who_follows_the_page_finds_a_suspension(client, fetched, capsys):
    suspend_certificate(fetched, reason="looked into", now=timezone.now())
    fetch(client, fetched)

    with pytest.raises(AssertionError, match="suspension"):
        follow(capsys)


def test_before_the_next_checkpoint_there_is_no_path_yet(client, issued):
    answer = client.get(f"/c/{issued.code}/log.json").json()

    assert (answer["path"], answer["checkpoint"]) == (None, None)
    assert answer["index"] == issued.log_entry_id


def test_what_the_table_lists_is_in_the_document(issued):
    document = json.loads(issued.credential)
    table = TEXT[TEXT.index("| it holds |") : TEXT.index("It holds no student number")]
    subject = document["credentialSubject"]

    for name in re.findall(r"`credentialSubject\.(\w+)`|`(activityEndDate)`", table):
        assert (name[0] or name[1]) in subject
    for name in ("issuer", "validFrom", "validUntil", "evidence", "credentialStatus"):
        assert f"`{name}`" in table
        assert name in document


def test_it_does_not_hold_what_the_page_says_it_does_not(issued, student):
    whole = issued.credential + issued.evidence

    for private in ("0023110412", student.email, "creditsEarned"):
        assert private not in whole


def test_the_numbers_on_the_page_are_those_of_the_code():
    assert VALID_FOR.days == 5 * 365
    assert f"{StatusList.SIZE:,} places" in TEXT
    assert (RENEW_AFTER.days, LIST_VALID_FOR.days) == (1, 7)
