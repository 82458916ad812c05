"""Pages on which a holder shows a part of a certificate, and on which others see it."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credits.core.disclosure import LeafKind
from credits.models import Share
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.services.scoring import score_project
from credits.services.sharing import share_part, what_can_be_shown
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED, change, harvest
from tests.pages import words_of
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(student, worked):
    return issue_certificate(student, start=BEGUN, end=SCORED, now=NOW)


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def place(certificate, kind, number=0):
    leaves = what_can_be_shown(certificate)
    return [place for place, leaf in enumerate(leaves) if leaf.kind is kind][number]


def page(certificate):
    return reverse("certificate-share", args=[certificate.code])


def test_only_the_holder_chooses(client, registrar, certificate):
    assert client.get(page(certificate)).status_code == 302
    client.force_login(registrar)
    assert client.get(page(certificate)).status_code == 404
    assert "Show a part" not in words_of(client.get(certificate.get_absolute_url()))


def test_nothing_is_ticked_before_the_holder_does(li, certificate):
    answer = li.get(page(certificate))

    assert "checked" not in answer.content.decode()
    assert "Your name: Li Ming" in words_of(answer)
    assert "No link yet" in words_of(answer)
    assert "Show a part" in words_of(li.get(certificate.get_absolute_url()))


def test_the_link_shows_what_was_ticked_and_no_more(li, client, certificate):
    answer = li.post(
        page(certificate),
        {
            "shown": [
                place(certificate, LeafKind.PROJECT),
                place(certificate, LeafKind.CONTRIBUTION),
            ]
        },
        follow=True,
    )
    share = Share.objects.get()
    assert share.token in answer.content.decode()
    li.logout()

    shown = words_of(client.get(share.get_absolute_url()))

    assert "Change 0" in shown
    assert "3 contributions are hidden by the holder" in shown
    assert "the total is hidden by the holder" in shown
    for hidden in ("Change 1", "Li Ming", "28", certificate.code):
        assert hidden not in shown


def test_a_project_is_shown_as_a_whole_by_one_tick(li, certificate):
    li.post(page(certificate), {"whole": place(certificate, LeafKind.PROJECT)})

    shown = words_of(li.get(Share.objects.get().get_absolute_url()))

    assert all(f"Change {number}" in shown for number in range(4))
    assert "contributions are hidden" not in shown


@pytest.mark.parametrize("data", [{}, {"shown": ["x", "-1", "9" * 400, "٣", "\0"]}])
def test_nothing_ticked_makes_no_link_and_says_what_to_do(li, certificate, data):
    answer = li.post(page(certificate), data, follow=True)

    assert "Nothing was chosen to be shown" in words_of(answer)
    assert not Share.objects.exists()


@pytest.fixture
def share(certificate):
    return share_part(certificate, {place(certificate, LeafKind.TOTAL)}, now=NOW)


def test_a_withdrawn_link_shows_nothing(li, client, certificate, share):
    li.post(reverse("share-withdraw", args=[share.pk]))

    for name in ("shared", "shared-json"):
        answer = client.get(reverse(name, args=[share.token]))
        assert answer.status_code == 410
        assert "28" not in words_of(answer)
    assert share.token not in li.get(page(certificate)).content.decode()


def test_nobody_else_withdraws_a_link(client, registrar, share):
    client.force_login(registrar)

    assert client.post(reverse("share-withdraw", args=[share.pk])).status_code == 404
    assert Share.objects.open().exists()


@pytest.mark.parametrize("token", ["x", "é", "a%00b", "x" * 500])
def test_no_link_is_found_by_guessing(client, token):
    assert client.get(f"/s/{token}").status_code == 404


def test_the_file_verifies_offline_and_says_what_is_hidden(
    client, certificate, share, tmp_path, capsys
):
    part = part_beside(client, certificate, share, tmp_path)

    call_command("verify", part, "--offline")

    answer = capsys.readouterr().out
    assert "li.json: valid" in answer
    assert "4 contributions are hidden by the holder; 1 project is hidden" in answer


def test_nobody_computes_the_points_of_a_part_again(client, certificate, share, tmp_path, capsys):
    part = part_beside(client, certificate, share, tmp_path)

    with pytest.raises(SystemExit) as left:
        call_command("verify", part, "--offline", "--recompute")

    assert left.value.code == 2
    assert "the points cannot be computed again" in capsys.readouterr().out


def part_beside(client, certificate, share, tmp_path):
    """A part in a file, and beside it what verifies it."""
    files = {
        "li.json": client.get(reverse("shared-json", args=[share.token])).content,
        "li.did.json": client.get("/.well-known/did.json").content,
        "li.status.json": client.get(f"/status/{certificate.status_list_id}").content,
        "li.suspensions.json": client.get(
            f"/status/{certificate.status_list_id}/suspension"
        ).content,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return str(tmp_path / "li.json")


def test_a_file_that_was_changed_is_not_repeated(client, share):
    document = json.loads(client.get(reverse("shared-json", args=[share.token])).content)
    document["shown"][0]["value"]["points"] = "98"

    answer = client.post(reverse("verify"), {"text": json.dumps(document)})

    assert "98" not in words_of(answer)
    assert "not what was sealed" in words_of(answer)


def test_a_file_is_verified_by_who_drops_it(client, share):
    text = client.get(reverse("shared-json", args=[share.token])).content.decode()

    answer = client.post(reverse("verify"), {"text": text})

    assert "Total points" in words_of(answer)
    assert "4 contributions are hidden by the holder" in words_of(answer)


def test_a_revoked_certificate_takes_its_parts_along(client, certificate, share):
    revoke_certificate(certificate, reason="plagiarism", now=NOW)

    assert "revoked" in words_of(client.get(share.get_absolute_url())).lower()


def test_the_number_of_queries_does_not_grow(li, student, worked):
    counts = []
    for size in (3, 20):
        harvest(worked, *(change(size * 10 + number) for number in range(size)), now=SCORED)
        score_project(worked, now=SCORED)
        certificate = issue_certificate(student, start=BEGUN, end=SCORED, now=NOW)
        for _ in range(size):
            share_part(certificate, {place(certificate, LeafKind.TOTAL)}, now=NOW)
        made = share_part(certificate, set(range(1_000)), now=NOW)
        li.get(made.get_absolute_url())  # It may sign the status list of the day.
        for url in (page(certificate), made.get_absolute_url()):
            with CaptureQueriesContext(connection) as queries:
                li.get(url)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]
    assert max(counts) <= 11
