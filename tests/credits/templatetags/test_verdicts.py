"""A verdict in words: every check that the core knows has some, on pages and in a terminal."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from credits.core import records_beside, status_step, token_step, verify
from credits.core.verdict import Outcome, Step, StepState, Verdict
from credits.management.verdict_words import outcome_sentence, step_sentence
from credits.templatetags.verdicts import (
    checks,
    stamp,
    verdict_class,
    verdict_sentence,
    verdict_sign,
    verdict_title,
)

STEP = re.compile(r'\b_?(?:ok|failed|unknown)\(\s*"(\w+)", "(\w+)"')
MODULES = (verify, records_beside, status_step, token_step)
SOURCE = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in MODULES)
SAID_HERE = {("status", said) for said in ("revoked", "suspended", "superseded")}
CODES = sorted({*STEP.findall(SOURCE), *SAID_HERE})
STATUS_PROBLEM = re.compile(r'"(status_list_\w+|wrong_index|unknown_status_type)"')
STATUS_PROBLEMS = sorted(set(STATUS_PROBLEM.findall(SOURCE)))
PARAMETERS = {
    **dict.fromkeys(
        ("issuer", "suites", "suite", "method", "url", "detail", "resource", "successor"), "x"
    ),
    "since": "2026-11-20T08:00:00+00:00",
    "until": "2026-11-21T08:00:00+00:00",
}


def verdict(outcome=Outcome.VALID, name="proof", code="changed", state=StepState.FAILED):
    if outcome is Outcome.VALID:
        return Verdict((Step("parse", StepState.OK, "read"),))
    return Verdict((Step(name, state, code, PARAMETERS, outcome),))


def test_the_codes_of_the_core_were_found():
    assert ("proof", "proofs_hold") in CODES
    assert ("recompute", "points_differ") in CODES
    assert len(CODES) > 20
    assert "status_list_stale" in STATUS_PROBLEMS


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("name", "code"), [*CODES, *(("status", code) for code in STATUS_PROBLEMS)]
)
def test_every_check_has_words(name, code, language):
    step = Step(name, StepState.UNKNOWN, code, PARAMETERS)

    with override(language):
        (check,) = checks(Verdict((step,)))
        sentence = step_sentence(step)

    assert check.title not in {name, code}
    assert check.detail != code
    assert sentence != f"{name}: {code}"
    assert "%(" not in check.title + check.detail + sentence


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_words(outcome, language):
    with override(language):
        found = verdict(outcome)
        words = [
            verdict_title(found),
            verdict_sentence(found, "First University"),
            verdict_sentence(found, ""),
            stamp(found),
            outcome_sentence(outcome),
        ]

    assert all(words)
    assert not any("%(" in word for word in words)


def test_marks_say_the_same_as_the_words():
    marks = {outcome: verdict_sign(verdict(outcome)) for outcome in Outcome}

    assert {outcome for outcome, mark in marks.items() if mark == "tick"} == {Outcome.VALID}
    assert marks[Outcome.ISSUER_UNKNOWN] == marks[Outcome.STATUS_UNKNOWN] == "question"
    assert marks[Outcome.ALTERED] == marks[Outcome.REVOKED] == "cross"
    for outcome, mark in marks.items():
        css = {"tick": "", "cross": "bad", "question": "unsure"}[mark]
        assert verdict_class(verdict(outcome)) == css


def test_formal_checks_that_went_well_are_one_line():
    steps = [
        Step("parse", StepState.OK, "read"),
        Step("shape", StepState.OK, "credential"),
        Step("context", StepState.OK, "known"),
        Step("proof", StepState.OK, "proofs_hold"),
    ]

    assert [check.sign for check in checks(Verdict(tuple(steps)))] == ["tick", "tick"]


def test_what_a_stranger_wrote_is_text_and_no_placeholder():
    step = Step("proof", StepState.FAILED, "changed", {"suite": "%(issuer)s %s {0}"})

    (check,) = checks(Verdict((step,)))

    assert "%(issuer)s %s {0}" in check.detail
