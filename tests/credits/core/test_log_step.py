from credits.core.log_step import log_step
from credits.core.verdict import StepState
from tests.credentials import SIGNER, signer
from tests.log_mutants import LOGGED, Random, make_case, text_of

PROOF = text_of(make_case(Random(1)))
KEYS = [SIGNER.public_key()]


def test_a_proof_of_this_very_document_says_which_log_held_it():
    step = log_step(LOGGED, PROOF, KEYS)

    assert (step.state, step.code) == (StepState.OK, "logged")
    assert step.parameters["log"] == "credits.university.example/log"


def test_a_proof_of_something_else_says_nothing_about_the_certificate():
    for step in (
        log_step({"name": "another"}, PROOF, KEYS),
        log_step(LOGGED, "nonsense", KEYS),
        log_step(LOGGED, PROOF, [signer("other").public_key()]),
        log_step(LOGGED, PROOF, []),
    ):
        assert (step.state, step.code) == (StepState.UNKNOWN, "not_proved")
        assert step.parameters["detail"]
