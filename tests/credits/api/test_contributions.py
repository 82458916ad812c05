"""Contributions by the API: who sees which, and the same explanation as page and command."""

import json
from decimal import Decimal

import jsonschema
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits.api.contribution_lists import MAINTAINED, OWN, SENT
from credits.api.contribution_shapes import ContributionSerializer, ExplanationSerializer
from credits.api.sql_lists import Asked, now_parameters, read_page
from credits.models import CertificateItem, Score
from harvesters.models import Contribution
from tests.histories import *  # noqa: F403
from tests.pages import words_of
from tests.university import *  # noqa: F403

CONTRIBUTIONS = "/api/v1/contributions"
BASE = "https://credits.example"

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def chen(worked):
    person = User.objects.create_user("chen.m")
    worked.maintainers.add(person)
    return person


@pytest.fixture
def sent(worked, make_certificate, make_application):
    """A certificate of Change 0, sent to the university."""
    certificate = make_certificate()
    make_application(certificate)
    participation = Score.objects.get(participation__contribution__external_id="0").participation
    CertificateItem.objects.create(
        certificate=certificate, participation=participation, points=8000, category="code"
    )
    return participation


def address_of(number, **lookups):
    found = Contribution.objects.get(external_id=number, repository__path="lab/vision", **lookups)
    return f"{CONTRIBUTIONS}/{found.pk}/explanation"


def rows(answer):
    return [(row["title"], row["account"]["login"]) for row in answer.json()["results"]]


def test_a_person_lists_own_work_oldest_first(li, worked):
    answer = li.get(CONTRIBUTIONS)

    assert rows(answer) == [(f"Change {number}", "li") for number in range(4)]
    assert answer.json()["results"][3]["points"] == "4"
    assert answer["ETag"]


def test_a_maintainer_lists_the_whole_project_where_it_is_named(client, worked, chen):
    client.force_login(chen)

    assert rows(client.get(CONTRIBUTIONS)) == []
    assert len(rows(client.get(CONTRIBUTIONS, {"project": "vision"}))) == 5


def test_a_person_sees_only_own_work_in_a_project_of_others(li, worked):
    assert len(rows(li.get(CONTRIBUTIONS, {"project": "vision", "state": "counted"}))) == 4
    assert rows(li.get(CONTRIBUTIONS, {"project": "vision", "state": "waiting"})) == []
    assert rows(li.get(CONTRIBUTIONS, {"project": "other"})) == []
    assert rows(li.get(CONTRIBUTIONS, {"since": timezone.now().isoformat()})) == []


def test_pages_of_the_list_follow_each_other(li, worked):
    first = li.get(CONTRIBUTIONS, {"limit": 3}).json()

    second = li.get(first["next"].partition("8000")[2] or first["next"])

    assert rows(second) == [("Change 3", "li")]


def test_a_machine_sees_what_certificates_hold(machine, stranger, sent):
    assert [title for title, _ in rows(machine.get(CONTRIBUTIONS))] == ["Change 0"]
    assert rows(stranger.get(CONTRIBUTIONS)) == []
    assert machine.get(address_of("0")).json()["parts"][0]["points"] == "8"
    assert machine.get(address_of("1")).status_code == 404
    assert stranger.get(address_of("0")).status_code == 404


def test_a_machine_needs_the_scope(make_machine, university, sent):
    weak = make_machine(university, ("recognitions:read",))

    assert weak.get(CONTRIBUTIONS).status_code == 403
    assert weak.get(address_of("0")).status_code == 403


def test_nobody_else_sees_anything(client, registrar, worked):
    assert client.get(CONTRIBUTIONS).status_code == 401
    assert client.get(address_of("0")).status_code == 401
    client.force_login(registrar)

    assert rows(client.get(CONTRIBUTIONS)) == []
    answer = client.get(address_of("0"))
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", [OWN, MAINTAINED, SENT])
def test_the_lists_say_what_the_serializer_says(worked, sent, student, university, kind):
    worked.maintainers.add(student)
    known = now_parameters(institution=university.pk, base_url=BASE, now=timezone.now())
    parameters = {**known, "person": student.pk, "project": None}

    page = read_page(kind, Asked(parameters, 10))

    found = json.loads(page.rows)
    assert found
    for row in found:
        score = Score.objects.in_force().get(participation=row["participation"])
        assert ContributionSerializer(score, context={"base_url": BASE}).data == row


def test_an_explanation_is_what_the_schema_says(li, worked):
    schema = li.get("/api/v1/openapi.json").json()
    shape = {"$ref": "#/components/schemas/Explanation", "components": schema["components"]}

    document = li.get(address_of("3")).json()

    jsonschema.validate(document, shape)
    assert document.keys() == ExplanationSerializer().fields.keys()
    (part,) = document["parts"]
    assert part.keys() == ExplanationSerializer().fields["parts"].child.fields.keys()


@pytest.mark.parametrize(("language", "own"), [("en", "en"), ("zh-hans", "zh")])
@pytest.mark.parametrize("number", ["0", "3"])
def test_page_command_and_api_say_the_same(li, worked, capsys, language, own, number):
    """And the lines sum to the total, to the last thousandth."""
    worked.maintainers.add(User.objects.get(username="li"))
    contribution = Contribution.objects.get(external_id=number)
    page = li.get(
        reverse("contribution", args=[contribution.pk]), headers={"accept-language": language}
    )
    call_command("score", explain=contribution.url, language=language)
    words, printed = words_of(page), capsys.readouterr().out

    document = li.get(address_of(number)).json()

    assert document["parts"]
    for part in document["parts"]:
        assert sum(Decimal(line["points"]) for line in part["lines"]) == Decimal(part["points"])
        said = [*part["lines"], *part["changes"], *part["depends_on"]]
        assert len(said) > 3
        for sentence in said:
            assert sentence[own] in words
            assert sentence[own] in printed
        assert f"{Decimal(part['points']):.3f}" in printed
        assert part["rule_set"]["version"] in words
        assert part["rule_set"]["digest"] in words
    assert document["inputs"]["lines_code"] == 100
    assert "lines_code 100" in words
    assert "lines_code: 100" in printed
    assert document["evidence"]["digest"] in words
    assert document["evidence"]["digest"][:16] in printed


def test_the_list_takes_a_fixed_number_of_queries(li, worked, django_assert_num_queries):
    # The session, the person, the page.
    with django_assert_num_queries(3):
        assert len(rows(li.get(CONTRIBUTIONS))) == 4
