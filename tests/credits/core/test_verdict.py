"""One outcome follows from all steps: the gravest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.verdict import (
    CANNOT_TELL,
    EXIT_CANNOT_TELL,
    EXIT_NOT_VALID,
    EXIT_VALID,
    GRAVITY,
    Outcome,
    Step,
    StepState,
    Verdict,
)


def failed(outcome: Outcome, state: StepState = StepState.FAILED) -> Step:
    return Step(outcome.value, state, "code", {}, outcome)


OK = Step("shape", StepState.OK, "shape-ok")
STEPS = st.lists(
    st.builds(failed, st.sampled_from(GRAVITY), st.sampled_from(StepState)), max_size=8
)


def test_a_certificate_without_a_failing_step_is_valid():
    verdict = Verdict((OK, failed(Outcome.REVOKED, StepState.OK)))

    assert (verdict.outcome, verdict.is_valid, verdict.exit_code) == (
        Outcome.VALID,
        True,
        EXIT_VALID,
    )


def test_a_forged_certificate_is_not_called_expired():
    verdict = Verdict((failed(Outcome.EXPIRED), failed(Outcome.ALTERED)))

    assert verdict.outcome is Outcome.ALTERED


@pytest.mark.parametrize("outcome", GRAVITY)
def test_the_exit_code_tells_not_valid_from_cannot_tell(outcome):
    expected = EXIT_CANNOT_TELL if outcome in CANNOT_TELL else EXIT_NOT_VALID

    assert Verdict((failed(outcome),)).exit_code == expected


def test_every_outcome_but_valid_has_its_gravity():
    assert set(GRAVITY) == set(Outcome) - {Outcome.VALID}
    assert len(GRAVITY) == len(set(GRAVITY))


def test_a_step_is_found_by_its_name():
    verdict = Verdict((OK,))

    assert verdict.step("shape") is OK
    assert verdict.step("proof") is None


def test_a_verdict_is_told_as_json_step_by_step():
    step = Step("dates", StepState.FAILED, "expired", {"at": "2026-01-01"}, Outcome.EXPIRED)

    assert Verdict((OK, step), {"id": "x"}).as_json() == {
        "outcome": "expired",
        "valid": False,
        "steps": [
            {"name": "shape", "state": "ok", "code": "shape-ok", "parameters": {}},
            {
                "name": "dates",
                "state": "failed",
                "code": "expired",
                "parameters": {"at": "2026-01-01"},
            },
        ],
    }


@given(STEPS)
def test_valid_means_that_no_step_failed_or_stayed_open(steps):
    verdict = Verdict(tuple(steps))

    assert verdict.is_valid == all(step.state is StepState.OK for step in steps)


@given(STEPS, st.randoms(use_true_random=False))
def test_the_order_of_steps_does_not_change_the_outcome(steps, chance):
    mixed = Verdict(tuple(chance.sample(steps, len(steps))))

    assert mixed.outcome is Verdict(tuple(steps)).outcome


@given(STEPS, st.sampled_from(GRAVITY))
def test_one_more_failing_step_never_makes_it_better(steps, outcome):
    def gravity(verdict: Verdict) -> int:
        return [*GRAVITY, Outcome.VALID].index(verdict.outcome)

    assert gravity(Verdict((*steps, failed(outcome)))) <= gravity(Verdict(tuple(steps)))
