"""Pages on which people claim work, and what becomes of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from credits.models import WorkClaim
from credits.services.claim_decisions import confirm_claim
from credits.services.claims import claim_work
from credits.services.scoring import score_project
from tests.histories import change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, claimed, own, talk
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db

SENT = {
    "project": "vision",
    "kind": "talk",
    "title": "Talk at a conference",
    "happened_on": "2026-10-12",
    "url": "https://talks.example/12",
    "amount": "200",
}


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def test_a_visitor_is_asked_to_sign_in(client, project):
    for page in ("claims", "claim-new"):
        assert client.get(reverse(page)).status_code == 302


def test_claiming_work_makes_a_claim_that_waits(li, project):
    answer = li.post(reverse("claim-new"), SENT, follow=True)

    words = words_of(answer)
    assert "Claimed. A maintainer of the project decides on it." in words
    assert "Waits for a maintainer" in words
    assert "200 hours" in words
    assert WorkClaim.objects.get().source == "form"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("happened_on", "2999-01-01", "has not come yet"),
        ("happened_on", "soon", "valid date"),
        ("url", "javascript:alert(1)", "valid URL"),
        ("url", "ftp://files.example/talk", "valid URL"),
        ("kind", "gossip", "valid choice"),
        ("amount", "-1", "greater than or equal to 0"),
        ("project", "another", "valid choice"),
    ],
)
def test_what_cannot_be_claimed_is_said_at_its_field(li, project, field, value, said):
    answer = li.post(reverse("claim-new"), SENT | {field: value})

    assert said in words_of(answer)
    assert not WorkClaim.objects.exists()


def test_a_mentee_is_named_by_login_and_must_have_taken_part(li, project, rules):
    harvest(project, change(1, "bo"), now=NOW)
    score_project(project, now=NOW)
    sent = SENT | {"kind": "mentoring"}

    refused = li.post(reverse("claim-new"), sent | {"mentee": "nobody"})
    li.post(reverse("claim-new"), sent | {"mentee": "BO"})

    assert "nobody has not taken part in this project" in words_of(refused)
    assert WorkClaim.objects.get().mentee.login == "bo"


def test_a_mentor_names_the_mentee_later(li, project, rules, student):
    harvest(project, change(1, "bo"), now=NOW)
    score_project(project, now=NOW)
    claim = claim_work(project, student, talk(kind="mentoring"), now=NOW)
    address = reverse("claim-mentee", args=[claim.pk])

    refused = li.post(address, {"mentee": "nobody"}, follow=True)
    done = li.post(address, {"mentee": "bo (forge.example)"}, follow=True)

    assert "has not taken part" in words_of(refused)
    assert "Named." in words_of(done)
    claim.refresh_from_db()
    assert claim.mentee.login == "bo"


def test_the_mentee_is_asked_and_confirms(client, project, student):
    bo = User.objects.create_user("bo")
    work = talk(kind="mentoring", mentee=own(bo, "bo"))
    claim = claim_work(project, student, work, now=NOW)
    client.force_login(bo)

    shown = client.get(reverse("claims"))
    client.post(reverse("claim-mentored", args=[claim.pk]))

    assert "Did they mentor you?" in words_of(shown)
    claim.refresh_from_db()
    assert claim.mentee_confirmed_at is not None
    assert "Did they mentor you?" not in words_of(client.get(reverse("claims")))


def test_a_claim_is_withdrawn(li, project, rules, sun, student):
    claim = confirm_claim(claimed(project, student), by=sun, now=NOW)

    answer = li.post(reverse("claim-withdraw", args=[claim.pk]), follow=True)

    assert "Withdrawn. It counts no more." in words_of(answer)


def test_claims_of_others_do_not_exist(li, project, sun):
    claim = claimed(project, sun)

    for name in ("claim-withdraw", "claim-mentored", "claim-mentee"):
        assert li.post(reverse(name, args=[claim.pk]), {"mentee": "li"}).status_code == 404


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_breaks_the_form(li, project, value):
    sent = sendable(value)

    for field in (*SENT, "mentee", "note"):
        answer = li.post(reverse("claim-new"), SENT | {"kind": "mentoring", field: sent})
        assert answer.status_code in {200, 302}
    assert li.get(reverse("claims"), {"before": sent}).status_code == 200


def test_the_list_takes_as_many_queries_however_long_it_is(li, project, student):
    counts = []
    for size in (2, 20):
        for number in range(size):
            claimed(project, student, title=f"{size}-{number}")
        with CaptureQueriesContext(connection) as queries:
            li.get(reverse("claims"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
