"""A machine says what became of a recognition; it decides nothing."""

import pytest

PATH = "/api/v1/acknowledgements"


def test_exported_is_not_booked(machine, recognition):
    answer = machine.post(PATH, {"recognition": recognition.pk, "state": "exported"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["booked_at"]) == ("exported", None)


def test_a_booking_keeps_the_reference_and_who_said_it(machine, recognition):
    said = {"recognition": recognition.pk, "state": "booked", "reference": "JW-2026-77"}
    answer = machine.post(PATH, said)

    assert answer.json()["reference"] == "JW-2026-77"
    assert answer.json()["booked_at"].endswith("Z")
    assert answer.json()["history"][-1]["actor"] == "Student system"


def test_a_reversal_keeps_its_reason(machine, recognition):
    said = {"recognition": recognition.pk, "state": "reversed", "reason": "Wrong person"}
    answer = machine.post(PATH, said)

    assert answer.json()["state"] == "reversed"
    assert answer.json()["history"][-1]["reason"] == "Wrong person"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"state": "booked"}, "/reference"),
        ({"state": "reversed", "reason": "  "}, "/reason"),
        ({"state": "approved"}, "/state"),
        ({"state": "exported", "rejected": True}, "/rejected"),
    ],
)
def test_an_acknowledgement_that_cannot_be_used_is_refused(machine, recognition, said, pointer):
    answer = machine.post(PATH, {"recognition": recognition.pk, **said})

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_reversed_recognition_is_not_booked_again(machine, recognition):
    machine.post(PATH, {"recognition": recognition.pk, "state": "reversed", "reason": "Wrong"})

    said = {"recognition": recognition.pk, "state": "booked", "reference": "JW-1"}
    answer = machine.post(PATH, said)

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("#conflict")


@pytest.mark.parametrize("number", [0, -1, 10**30, "one"])
def test_a_recognition_that_is_none_is_refused(machine, number):
    answer = machine.post(PATH, {"recognition": number, "state": "exported"})

    assert answer.status_code in {400, 404}


def test_another_universitys_recognition_is_not_there(stranger, recognition):
    said = {"recognition": recognition.pk, "state": "booked", "reference": "JW-1"}

    assert stranger.post(PATH, said).status_code == 404
    assert stranger.get(f"/api/v1/recognitions/{recognition.pk}").status_code == 404
    recognition.refresh_from_db()
    assert recognition.state == "approved"


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', "null", '{"state": NaN}', "\xff"])
def test_a_body_that_is_no_json_object_is_a_problem_document(machine, body):
    answer = machine.http.post(
        PATH,
        body.encode("latin-1"),
        content_type="application/json",
        headers=machine.headers(),
    )

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_in_another_format_is_refused(machine):
    answer = machine.http.post(
        PATH, "a=1", content_type="application/x-www-form-urlencoded", headers=machine.headers()
    )

    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_not_even_read(machine):
    answer = machine.http.post(
        PATH, " " * 1_000_001, content_type="application/json", headers=machine.headers()
    )

    assert answer.status_code == 413
