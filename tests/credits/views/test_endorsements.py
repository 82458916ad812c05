"""The page on which a maintainer endorses a month's work."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.models import Ruling
from credits.services.claim_decisions import confirm_claim
from credits.services.endorsements import deny
from credits.services.scoring import score_project
from harvesters.models import Contribution
from tests.histories import change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, claimed, own, total
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, project, rules, sun):
    """Sun is signed in; three changes of October wait, one counts."""
    changes = [change(n, merged_by_author=True) for n in range(3)]
    harvest(project, *changes, change(9, "wu"), now=NOW)
    score_project(project, now=NOW)
    client.force_login(sun)
    return reverse("endorse", args=[project.slug]) + "?month=2026-10"


def found(number):
    return Contribution.objects.get(external_id=str(number))


def choices(*numbers, verdict="yes", **more):
    sent = {}
    for number in numbers:
        key = found(number).pk
        sent |= {f"verdict-{key}": verdict, f"seen-{key}": "0"}
    return sent | more


def hidden_in(answer):
    return dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    )


def test_others_do_not_find_the_page(client, page, student):
    client.force_login(student)

    assert client.get(page).status_code == 404
    assert client.post(page, choices(0, step="save")).status_code == 404
    assert client.post(page.replace("endorse", "endorse/undo")).status_code == 404
    client.logout()
    assert client.get(page).status_code == 302


def test_what_waits_comes_first(client, page):
    answer = client.get(page)

    titles = [row.subject["found"].title for row in answer.context["rows"]]
    assert titles == ["Change 2", "Change 1", "Change 0", "Change 9"]
    assert "Waiting: a maintainer looks at it" in words_of(answer)


def test_own_work_is_shown_and_cannot_be_decided_on(client, page, sun):
    own(sun, "li")

    answer = client.get(page)
    refused = client.post(page, choices(0, step="save"), follow=True)

    assert "Your own work: another maintainer decides on it." in words_of(answer)
    assert f"verdict-{found(0).pk}" not in answer.content.decode()
    assert refused.status_code == 200
    assert not Ruling.objects.exists()


def test_nothing_is_decided_before_the_preview_is_confirmed(client, page, project, sun):
    answer = client.post(page, choices(0, 1, step="look"))

    assert "0.0 now, 16.0 then: + 16.0" in words_of(answer)
    assert answer.context["difference"].gain == 16_000
    assert answer.context["counts"] == {"yes": 2, "no": 0, "leave": 0}
    assert not Ruling.objects.exists()
    done = client.post(page, hidden_in(answer) | {"step": "save"}, follow=True)
    assert "2 decisions are made." in words_of(done)
    score_project(project, now=timezone.now())
    assert total("li") == 16_000


def test_all_that_is_shown_is_endorsed_after_a_preview(client, page, sun, zhou):
    deny(found(1), reason="No", by=zhou, now=NOW)
    shown = client.get(page)
    sent = {
        name: value
        for row in shown.context["rows"]
        for name, value in (
            (f"verdict-{row.key}", row.choice),
            (f"reason-{row.key}", row.reason),
            (f"seen-{row.key}", row.seen),
        )
    }

    answer = client.post(page, sent | {"step": "all"})

    assert [row.subject["found"].title for row in answer.context["rows"]] == [
        *("Change 2", "Change 0", "Change 9")
    ]


def test_a_denial_without_a_reason_is_asked_for_it_and_loses_nothing(client, page):
    sent = choices(0, verdict="no") | choices(1, step="look")

    answer = client.post(page, sent)

    assert "Say why: whoever did the work reads it." in words_of(answer)
    rows = {row.key: row.choice for row in answer.context["rows"]}
    assert (rows[found(0).pk], rows[found(1).pk]) == ("no", "yes")
    assert not Ruling.objects.exists()


def test_decisions_are_undone_together(client, page, project):
    done = client.post(page, choices(0, 1, step="save"), follow=True)
    undo = {"moment": done.context["done"].isoformat(), "month": "2026-10"}

    answer = client.post(reverse("endorse-undo", args=[project.slug]), undo, follow=True)

    assert "2 decisions were undone." in words_of(answer)
    standing = Ruling.objects.standing().values_list("value", flat=True)
    assert list(standing) == [{"endorsed": None}] * 2


def test_what_another_one_decided_meanwhile_stays(client, page, zhou):
    deny(found(0), reason="Copied", by=zhou, now=timezone.now())

    answer = client.post(page, choices(0, 1, step="save"), follow=True)

    assert "Somebody else decided on 1 of them meanwhile; that stays." in words_of(answer)
    assert Ruling.objects.standing().get(contribution=found(0)).decided_by == zhou


def test_work_of_another_project_is_not_decided_on_here(client, page, project, rules):
    stranger = Contribution.objects.first()
    project.repositories.clear()

    client.post(page, {f"verdict-{stranger.pk}": "yes", "step": "save"})

    assert not Ruling.objects.exists()


@pytest.mark.parametrize("value", HOSTILE)
def test_no_parameter_breaks_the_page(client, page, project, value):
    sent = sendable(value)
    address = reverse("endorse", args=[project.slug])

    assert client.get(address, {"month": sent, "page": sent, "done": sent}).status_code == 200
    assert client.get(address, {"month": "0001-01"}).status_code == 200
    posted = {f"verdict-{sent[:50]}": "yes", f"verdict-{found(0).pk}": sent, "step": sent}
    assert client.post(page, posted).status_code == 200
    undo = reverse("endorse-undo", args=[project.slug])
    assert client.post(undo, {"moment": sent, "month": sent}).status_code == 302


def test_fifty_are_shown_at_once_in_a_fixed_number_of_queries(client, page, project):
    counts = []
    for size in (2, 60):
        more = [change(100 + size + n, "wu", merged_by_author=True) for n in range(size)]
        harvest(project, *more, now=NOW + timedelta(minutes=size))
        score_project(project, now=NOW + timedelta(minutes=size))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        counts.append(len(queries))

    assert len(answer.context["rows"]) == 50
    assert counts[0] == counts[1] <= 20


def test_who_is_staff_but_no_maintainer_does_not_endorse(client, page):
    client.force_login(User.objects.create_user("operator", is_staff=True))

    assert client.get(page).status_code == 404


def test_claims_are_decided_on_their_own_page_only(client, page, project, student, sun):
    claim = confirm_claim(claimed(project, student), by=sun, now=NOW)

    client.post(page, {f"verdict-{claim.contribution_id}": "leave", "step": "save"})

    assert Ruling.objects.standing().get(contribution=claim.contribution_id).decided_at == NOW
