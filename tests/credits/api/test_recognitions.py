"""A university posts the decision that a registrar took in its own system."""

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.models import Application, Claim, Recognition
from credits.services.recognition import submit_application

PATH = "/api/v1/recognitions"


@pytest.fixture
def certificate(make_certificate, policy):
    """Of 60 points: the policy proposes one credit."""
    return make_certificate(points=60_000)


@pytest.fixture
def decision(certificate, registrar):
    return {
        "certificates": [certificate.code],
        "decided_by": registrar.email,
        "credits": "1.0",
        "term": "2026-2027-1",
        "course_code": "CX101",
        "reference": "JW-2026-77",
    }


def problem_of(answer):
    return answer.status_code, answer.json()["type"].partition("#")[2]


def test_a_posted_decision_is_booked_for_the_person_who_took_it(machine, decision, registrar):
    answer = machine.post(PATH, decision)

    assert answer.status_code == 201
    recognition = Recognition.objects.get()
    assert answer.json() == machine.get(f"{PATH}/{recognition.pk}").json()
    assert answer.json()["credits"] == "1.00"
    assert answer.json()["state"] == "booked"
    assert answer.json()["decided_by"] == registrar.email
    assert [event["state"] for event in answer.json()["history"]] == ["approved", "booked"]


def test_the_waiting_application_is_the_one_decided(
    machine, decision, certificate, student, university
):
    waiting = submit_application(
        student, institution=university, certificates=[certificate], now=timezone.now()
    )

    answer = machine.post(PATH, decision)

    assert answer.json()["application"] == waiting.pk
    assert Application.objects.get().state == Application.State.APPROVED


def test_posting_twice_claims_once(machine, decision):
    machine.post(PATH, decision)

    assert problem_of(machine.post(PATH, decision)) == (409, "already-claimed")
    assert Recognition.objects.count() == 1
    assert Claim.objects.count() == 1


def test_posting_twice_with_one_key_gets_one_answer(machine, decision):
    first = machine.post(PATH, decision, **{"Idempotency-Key": "k"})
    second = machine.post(PATH, decision, **{"Idempotency-Key": "k"})

    assert (second.status_code, second.content) == (201, first.content)
    assert Recognition.objects.count() == 1


def test_more_than_the_policy_allows_is_refused_with_the_cap(machine, decision):
    answer = machine.post(PATH, {**decision, "credits": "2.5", "reason": "Outstanding"})

    assert problem_of(answer) == (422, "credits-above-cap")
    assert "2" in answer.json()["detail"]
    assert not Application.objects.exists()


def test_other_credits_than_proposed_need_a_reason(machine, decision):
    assert problem_of(machine.post(PATH, {**decision, "credits": "0.5"})) == (
        422,
        "reason-missing",
    )
    answer = machine.post(PATH, {**decision, "credits": "0.5", "reason": "Half of it was class"})
    assert answer.status_code == 201


def test_only_a_registrar_of_the_institution_can_have_decided(machine, decision, student):
    stranger = User.objects.create_user("zhao", email="zhao@second.example")

    for person in (student, stranger):
        answer = machine.post(PATH, {**decision, "decided_by": person.email})
        assert problem_of(answer) == (422, "not-a-registrar")


def test_nobody_decides_on_an_application_of_their_own(machine, decision, student, university):
    join_institution(
        student, university, role=Membership.Role.REGISTRAR, now=timezone.now(), person_code=""
    )

    answer = machine.post(PATH, {**decision, "decided_by": student.email})

    assert problem_of(answer) == (422, "not-a-registrar")


def test_a_revoked_certificate_earns_nothing(machine, decision, certificate):
    certificate.revoked_at = timezone.now()
    certificate.save()

    assert problem_of(machine.post(PATH, decision)) == (422, "certificate-not-valid")


def test_a_certificate_of_a_stranger_cannot_be_claimed(machine, decision, make_certificate):
    stranger = User.objects.create_user("zhao", email="zhao@second.example")
    foreign = make_certificate(holder=stranger)

    answer = machine.post(PATH, {**decision, "certificates": [foreign.code]})

    assert problem_of(answer) == (422, "unknown-certificate")
    assert foreign.code in answer.json()["detail"]


def test_another_university_cannot_claim_the_certificate(stranger, decision):
    assert problem_of(stranger.post(PATH, decision)) == (422, "unknown-certificate")
    assert not Claim.objects.exists()


def test_certificates_of_several_people_are_not_mixed(
    machine, decision, make_certificate, university
):
    other = User.objects.create_user("zhao", email="zhao@first.example")
    join_institution(
        other, university, role=Membership.Role.STUDENT, now=timezone.now(), person_code="2"
    )
    codes = [*decision["certificates"], make_certificate(holder=other).code]

    answer = machine.post(PATH, {**decision, "certificates": codes})

    assert problem_of(answer) == (422, "mixed-holders")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"credits": "-1"}, "/credits"),
        ({"credits": "NaN"}, "/credits"),
        ({"credits": "1.005"}, "/credits"),
        ({"certificates": []}, "/certificates"),
        ({"certificates": [7, {}]}, "/certificates/1"),
        ({"decided_by": "somebody"}, "/decided_by"),
        ({"reference": ""}, "/reference"),
        ({"term": "2026\x00"}, "/term"),
        ({"points": "12"}, "/points"),
    ],
)
def test_a_value_that_cannot_be_used_is_pointed_at(machine, decision, change, pointer):
    answer = machine.post(PATH, {**decision, **change})

    assert problem_of(answer) == (400, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Application.objects.exists()


def test_an_institution_without_a_policy_books_nothing(machine, decision, policy):
    policy.retired_at = timezone.now()
    policy.save()

    assert problem_of(machine.post(PATH, decision)) == (422, "no-policy")


def test_recognitions_are_filtered_by_state_and_term(machine, decision):
    machine.post(PATH, decision)

    def found(query):
        return len(machine.get(f"{PATH}?{query}").json()["results"])

    assert (found("state=booked"), found("state=approved")) == (1, 0)
    assert (found("term=2026-2027-1"), found("term=2025-2026-1")) == (1, 0)
