"""The inbox of claims: decided many at once, with a preview; people named; a file imported."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from credits.models import WorkClaim
from credits.services.claim_decisions import confirm_claim
from credits.services.scoring import score_project
from harvesters.models import Actor, Repository
from tests.histories import actor, change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, claimed
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

SAMPLE = Path(__file__).parents[2] / "data" / "all-contributorsrc.json"
PAGES = ("project-claims", "claim-nominate", "claim-import")
WORK = {"kind": "design", "title": "The new logo", "happened_on": "2026-10-12", "amount": "12"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(client, project, rules, sun):
    client.force_login(sun)
    return reverse("project-claims", args=[project.slug])


def verdict(claim, choice, reason=""):
    return {
        f"verdict-{claim.pk}": choice,
        f"reason-{claim.pk}": reason,
        f"seen-{claim.pk}": claim.state,
    }


def hidden_in(answer):
    return dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    )


def test_others_do_not_find_the_pages(client, project, student):
    client.force_login(student)

    for page in PAGES:
        assert client.get(reverse(page, args=[project.slug])).status_code == 404
        assert client.post(reverse(page, args=[project.slug])).status_code == 404


def test_the_page_of_the_project_says_how_many_wait(client, inbox, project, student):
    claimed(project, student)

    answer = client.get(reverse("maintained-project", args=[project.slug]))

    assert "Claims 1" in words_of(answer)


def test_several_are_confirmed_after_a_preview(client, inbox, project, student):
    claims = [claimed(project, student, title=f"Talk {n}") for n in range(3)]
    sent = verdict(claims[0], "yes") | verdict(claims[1], "yes")
    sent |= verdict(claims[2], "no", "No evidence")

    answer = client.post(inbox, sent | {"step": "look"})

    assert "12.0, before the limits of a month" in words_of(answer)
    assert WorkClaim.objects.waiting().count() == 3
    done = client.post(inbox, hidden_in(answer) | {"step": "save"}, follow=True)
    assert "3 decisions are made." in words_of(done)
    assert sorted(WorkClaim.objects.values_list("state", flat=True)) == [
        *("confirmed", "confirmed", "declined")
    ]


def test_declining_asks_for_a_reason(client, inbox, project, student):
    claim = claimed(project, student)

    answer = client.post(inbox, verdict(claim, "no") | {"step": "look"})

    assert "Say why: whoever did the work reads it." in words_of(answer)


def test_own_claims_are_shown_and_not_decided_on(client, inbox, project, sun):
    claim = claimed(project, sun)

    answer = client.get(inbox)
    client.post(inbox, verdict(claim, "yes") | {"step": "save"})

    assert "Your own work: another maintainer decides on it." in words_of(answer)
    assert WorkClaim.objects.waiting().exists()


def test_a_single_maintainers_claim_is_decided_by_the_staff(client, inbox, project, sun):
    claim = claimed(project, sun)
    client.force_login(User.objects.create_user("operator", is_staff=True))

    client.post(inbox, verdict(claim, "yes") | {"step": "save"})

    claim.refresh_from_db()
    assert claim.state == "confirmed"


def test_what_was_decided_meanwhile_is_said(client, inbox, project, student, zhou):
    claim = claimed(project, student)
    sent = verdict(claim, "no", "No evidence") | {"step": "save"}
    confirm_claim(claim, by=zhou, now=NOW)

    answer = client.post(inbox, sent, follow=True)

    assert "Somebody decided on it meanwhile" in words_of(answer)
    claim.refresh_from_db()
    assert claim.state == "confirmed"


def test_what_is_confirmed_can_be_declined_from_its_list(client, inbox, project, student, sun):
    claim = confirm_claim(claimed(project, student), by=sun, now=NOW)

    shown = client.get(inbox, {"state": "confirmed"})
    sent = verdict(claim, "no", "It was never given") | {"step": "save"}
    client.post(f"{inbox}?state=confirmed", sent)

    assert 'value="yes"' not in shown.content.decode()
    claim.refresh_from_db()
    assert (claim.state, claim.decision_reason) == ("declined", "It was never given")


@pytest.mark.parametrize("value", HOSTILE)
def test_no_parameter_breaks_the_pages(client, inbox, project, student, value):
    claim, sent = claimed(project, student), sendable(value)

    assert client.get(inbox, {"state": sent, "page": sent}).status_code == 200
    posted = verdict(claim, sent) | {f"verdict-{sent[:50]}": "yes", "step": "look"}
    assert client.post(inbox, posted).status_code == 200
    nominate = reverse("claim-nominate", args=[project.slug])
    for field in ("people", "others", *WORK):
        assert client.post(nominate, WORK | {field: sent, "step": sent}).status_code == 200
    import_page = reverse("claim-import", args=[project.slug])
    for field in ("text", "happened_on", "row", "step"):
        form = {"text": "{}", "happened_on": "2026-10-12", field: sent}
        assert client.post(import_page, form).status_code == 200


def test_the_inbox_takes_as_many_queries_however_full_it_is(client, inbox, project, student):
    counts = []
    for size in (2, 60):
        for number in range(size):
            claimed(project, student, title=f"{size}-{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(inbox)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20


@pytest.fixture
def people(project, inbox):
    """Li and Wu took part."""
    harvest(project, change(1, "li", "wu"), now=NOW)
    score_project(project, now=NOW)


def test_people_are_named_from_a_list_after_a_preview(client, project, people):
    address = reverse("claim-nominate", args=[project.slug])
    sent = WORK | {"people": [actor("li").pk], "others": "wu, li"}

    answer = client.post(address, sent | {"step": "look"})

    assert [one.login for one in answer.context["nominees"]] == ["li", "wu"]
    assert not WorkClaim.objects.exists()
    done = client.post(address, sent | {"step": "save"}, follow=True)
    assert "2 claims wait for your decision." in words_of(done)
    assert WorkClaim.objects.filter(source="nomination", kind="design", amount=12).count() == 2


def test_who_is_not_known_is_named_in_the_error(client, project, people):
    address = reverse("claim-nominate", args=[project.slug])

    unknown = client.post(address, WORK | {"others": "nobody", "step": "look"})
    none = client.post(address, WORK | {"step": "look"})

    assert "nobody has not taken part in this project" in words_of(unknown)
    assert "Choose somebody, or write a login." in words_of(none)


@pytest.fixture
def import_page(project, inbox):
    home = Repository.objects.create(host="github.com", external_id="5", path="lab/vision")
    project.repositories.add(home)
    for number, login in (("1001", "li-ming"), ("1002", "wu-tong")):
        Actor.objects.create(host="github.com", external_id=number, login=login)
    return reverse("claim-import", args=[project.slug])


def test_a_file_is_shown_line_by_line_and_imported(client, import_page):
    upload = SimpleUploadedFile(".all-contributorsrc", SAMPLE.read_bytes())
    form = {"happened_on": "2026-10-12"}

    answer = client.post(import_page, form | {"file": upload, "step": "look"})

    words = words_of(answer)
    assert "Already counted by the harvest" in words
    assert "He-Fan: podcast" in words
    assert answer.context["can_be_claimed"] == 4
    assert not WorkClaim.objects.exists()
    sent = form | {"text": answer.context["text"], "row": ["talk:li-ming", "code:li-ming"]}
    for said in ("1 new claim waits", "0 new claims wait"):
        done = client.post(import_page, sent | {"step": "save"}, follow=True)
        assert said in words_of(done)
    assert WorkClaim.objects.get().nominee.login == "li-ming"


def test_bad_json_says_where_and_loses_nothing(client, import_page):
    text = '{\n  "contributors": [\n    {"login" "li"}\n  ]\n}'

    answer = client.post(import_page, {"text": text, "happened_on": "2026-10-12", "step": "look"})

    assert "Line 3, column 14" in words_of(answer)
    assert "login&quot; &quot;li" in answer.content.decode()


@pytest.mark.parametrize("size", [1_000_001, 4_000_001])
def test_a_file_that_is_too_large_is_refused(client, import_page, size):
    upload = SimpleUploadedFile(".all-contributorsrc", b" " * size + b"{}")

    answer = client.post(import_page, {"happened_on": "2026-10-12", "file": upload})

    assert answer.status_code == 200
    assert "more than 1,000,000" in words_of(answer) or "at most" in words_of(answer)
