"""Pages on which a person gets certificates and applies for credits with them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from credits.models import Application, Certificate
from credits.services.certificates import revoke_certificate
from credits.services.recognition import Decision, decide_application
from credits.services.rotation import rotate_issuer_key
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY
from tests.histories import *  # noqa: F403
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403
from tests.university import START

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PERIOD = {"start": "2026-10-01", "end": "2026-10-31"}
PAGES = ["certificates", "certificate-new", "applications", "application-new"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def chen(client, registrar):
    client.force_login(registrar)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, page):
    assert client.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_somebody_new_is_told_what_to_do_first(client, page):
    client.force_login(User.objects.create_user("new"))

    assert client.get(reverse(page)).status_code == 200


def test_the_form_shows_what_the_certificate_will_say(li, worked):
    answer = li.get(reverse("certificate-new"), PERIOD)

    assert answer.context["preview"].points == 28_000
    assert "28" in words_of(answer)
    assert not Certificate.objects.exists()


def test_a_certificate_is_issued_by_a_click_and_shown(li, student, worked):
    answer = li.post(reverse("certificate-new"), {**PERIOD, "name": "name"}, follow=True)

    issued = Certificate.objects.get()
    assert (issued.holder, issued.points) == (student, 28_000)
    assert answer.redirect_chain[-1][0] == issued.get_absolute_url()
    assert "Li Ming" in words_of(answer)


def test_the_holder_chooses_name_language_and_advice(li, student, worked, policy):
    student.native_name = "李明"
    student.save()
    chosen = {**PERIOD, "name": "both", "language": "zh", "advice": policy.pk}
    previewed = li.post(reverse("certificate-new"), chosen | {"preview": 1})
    assert "Li Ming · 李明" in words_of(previewed)

    li.post(reverse("certificate-new"), chosen)

    document = json.loads(Certificate.objects.get().credential)
    subject = document["credentialSubject"]
    names = [each["identityHash"] for each in subject["identifier"] if not each["hashed"]]
    assert names == ["Li Ming", "李明"]
    assert subject["role"] == "贡献者"
    advised = subject["achievement"]["resultDescription"][-1]["name"]
    assert policy.version in advised
    assert "学校决定" in advised
    assert subject["result"][-1]["value"] == "0"
    assert "creditsEarned" not in subject


def test_the_holder_may_have_it_in_the_name_of_the_university(li, worked, university, settings):
    page = reverse("certificate-new")
    assert "issuer" not in li.get(page).context["form"].fields
    rotate_issuer_key(now=NOW, use_from=NOW, institution=university)
    chosen = {**PERIOD, "name": "name", "issuer": university.slug}

    assert settings.ISSUER_NAME in words_of(li.get(page))
    previewed = words_of(li.post(page, chosen | {"preview": 1}))
    answer = li.post(page, chosen, follow=True)

    assert f"Issued by {university}" in previewed
    issued = Certificate.objects.get()
    assert issued.status_list.institution == university
    assert answer.redirect_chain[-1][0] == issued.get_absolute_url()
    assert str(university) in words_of(answer)


def test_an_institution_of_others_cannot_be_chosen(li, worked, make_institution):
    other = make_institution("second-university")
    rotate_issuer_key(now=NOW, use_from=NOW, institution=other)

    li.post(reverse("certificate-new"), {**PERIOD, "issuer": other.slug})

    assert not Certificate.objects.filter(status_list__institution=other).exists()


def test_who_studies_nowhere_is_asked_for_no_policy(client, registrar, policy):
    client.force_login(registrar)

    assert "advice" not in client.get(reverse("certificate-new")).context["form"].fields


def test_a_certificate_without_a_name_shows_none(li, worked):
    li.post(reverse("certificate-new"), PERIOD)

    assert "Li Ming" not in Certificate.objects.get().credential


def test_the_last_day_counts_whole(li, worked):
    answer = li.get(reverse("certificate-new"), {"start": "2026-10-01", "end": "2026-10-01"})

    assert answer.context["preview"].items_count == 4


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"start": "2026-10-31", "end": "2026-10-01"}, "The last day is before the first day."),
        ({"start": "soon", "end": "2026-10-01"}, "Enter a valid date."),
        ({"start": "2001-01-01", "end": "2001-02-01"}, "No counted contribution"),
        ({**PERIOD, "project": "unknown"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_certified_is_said_and_nothing_is_issued(li, worked, given, sentence):
    answer = li.post(reverse("certificate-new"), given)

    assert sentence in words_of(answer)
    assert not Certificate.objects.exists()


def test_the_list_shows_revoked_certificates_as_revoked(li, issued):
    revoke_certificate(issued, reason="by mistake", now=NOW)

    words = words_of(li.get(reverse("certificates")))

    assert issued.code in words
    assert "Revoked" in words


def test_another_persons_certificates_are_not_listed(chen, issued):
    assert issued.code not in words_of(chen.get(reverse("certificates")))


def test_the_form_shows_what_the_policy_would_give(li, issued, university, policy):
    asked = {"institution": university.slug, "certificates": [issued.code]}

    answer = li.get(reverse("application-new"), asked)

    assert answer.context["proposal"].credits == Decimal("1.0")
    assert not Application.objects.exists()


def test_an_application_is_sent_by_a_click(li, student, issued, university, policy):
    sent = {"institution": university.slug, "certificates": [issued.code], "note": "For my degree"}

    answer = li.post(reverse("application-new"), sent, follow=True)

    application = Application.objects.get()
    assert (application.applicant, application.note) == (student, "For my degree")
    assert "on its way to the registrar" in words_of(answer)


@pytest.mark.parametrize("change", [{"certificates": ["OC-1"]}, {"institution": "elsewhere"}])
def test_what_is_not_ones_own_cannot_be_applied_with(li, issued, university, policy, change):
    sent = {"institution": university.slug, "certificates": [issued.code], **change}

    answer = li.post(reverse("application-new"), sent)

    assert "Select a valid choice" in words_of(answer)
    assert not Application.objects.exists()


def test_a_certificate_that_was_applied_with_is_offered_no_more(li, waiting, issued):
    assert issued.code not in words_of(li.get(reverse("application-new")))


def test_an_application_shows_what_was_decided_and_why(li, waiting, registrar):
    decision = Decision(approve=True, credits=Decimal("0.5"), reason="Half of it was class")
    decide_application(waiting, decision, decided_by=registrar, now=NOW)

    words = words_of(li.get(reverse("application", args=[waiting.pk])))

    assert "0.5" in words
    assert "Half of it was class" in words


def test_an_application_is_taken_back_once(li, waiting):
    address = reverse("application-withdraw", args=[waiting.pk])

    first, second = (words_of(li.post(address, follow=True)) for _ in range(2))

    assert "The contributions are free again." in first
    assert "decided this application in the meantime" in second
    waiting.refresh_from_db()
    assert waiting.state == Application.State.WITHDRAWN


def test_an_application_is_not_taken_back_by_a_link(li, waiting):
    assert li.get(reverse("application-withdraw", args=[waiting.pk])).status_code == 405


def test_another_persons_application_does_not_exist(chen, waiting):
    page, withdraw = (
        reverse(name, args=[waiting.pk]) for name in ("application", "application-withdraw")
    )

    assert chen.get(page).status_code == 404
    assert chen.post(withdraw).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == Application.State.SUBMITTED


@pytest.mark.parametrize(
    ("page", "name"),
    [
        *(("certificate-new", name) for name in ("start", "end", "project")),
        *(("application-new", name) for name in ("institution", "certificates")),
        ("certificates", "before"),
    ],
)
def test_hostile_parameters_are_answered_in_words(li, issued, university, policy, page, name):
    good = {**PERIOD, "institution": university.slug}

    for value in map(sendable, HOSTILE):
        for send in (li.get, li.post):
            assert send(reverse(page), {**good, name: value}).status_code in {200, 302}, value


@pytest.mark.parametrize("number", ["0", "9" * 30, "-1", "one"])
def test_an_application_that_is_none_does_not_exist(li, number):
    assert li.get(f"/me/applications/{number}").status_code == 404


@pytest.mark.parametrize("page", ["certificates", "applications", "application-new"])
def test_lists_take_as_many_queries_however_long_they_are(
    li, page, make_certificate, make_application
):
    counts = []
    for size in (3, 30):
        for _ in range(size):
            make_application(make_certificate(1_000))
        with CaptureQueriesContext(connection) as queries:
            li.get(reverse(page))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


def closing(days):
    return {"stance": CLOSED, "now": START + days * DAY}


def test_work_in_a_closed_project_is_named_before_and_after_applying(
    li, say, issued, university, policy
):
    say(**closing(1.5))
    form = {"institution": university.slug, "certificates": [issued.code]}
    said = "1 contribution to Vision (5 points) earns no credits"

    preview = words_of(li.post(reverse("application-new"), {**form, "preview": "1"}))
    sent = words_of(li.post(reverse("application-new"), form, follow=True))

    assert said in preview
    assert said in sent
    assert "on its way to the registrar" in sent


def test_where_nothing_earns_credits_nothing_can_be_sent(li, say, issued, university, policy):
    say(**closing(0))
    form = {"institution": university.slug, "certificates": [issued.code]}

    words = words_of(li.post(reverse("application-new"), form))

    assert "Nothing in these certificates earns credits. 2 contributions to Vision" in words
    assert not Application.objects.exists()
