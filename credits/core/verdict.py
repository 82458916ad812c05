"""What a verification found: every step by name, and one outcome that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What the certificate is worth at the moment of asking."""

    VALID = "valid"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    ALTERED = "altered"
    KEY_REVOKED = "key_revoked"
    ISSUER_UNKNOWN = "issuer_unknown"
    STATUS_UNKNOWN = "status_unknown"
    MALFORMED = "malformed"


class StepState(StrEnum):
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


CANNOT_TELL = frozenset({Outcome.ISSUER_UNKNOWN, Outcome.STATUS_UNKNOWN})
EXIT_VALID, EXIT_NOT_VALID, EXIT_CANNOT_TELL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its name, how it went, and a code that an outer layer puts into words.

    ``outcome`` is what the certificate is worth if this step did not go well.
    """

    name: str
    state: StepState
    code: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.VALID

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": self.state.value,
            "code": self.code,
            "parameters": dict(self.parameters),
        }


def ok(name: str, code: str, **parameters: str) -> Step:
    """A step that went well."""
    return Step(name, StepState.OK, code, parameters)


def failed(
    name: str, code: str, outcome: Outcome, error: Exception | None = None, **parameters: str
) -> Step:
    """A step that went wrong, and what the certificate is worth for it."""
    detail = {"detail": str(error)} if error else {}
    return Step(name, StepState.FAILED, code, detail | parameters, outcome)


def unknown(name: str, code: str, outcome: Outcome, **parameters: str) -> Step:
    """A step that could not be taken, and what the certificate is worth for it."""
    return Step(name, StepState.UNKNOWN, code, parameters, outcome)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The steps in the order in which they were taken; ``credential`` if it could be read."""

    steps: tuple[Step, ...]
    credential: Mapping[str, Any] | None = None

    @property
    def outcome(self) -> Outcome:
        """The gravest finding: a forged certificate is not called expired."""
        found = {step.outcome for step in self.steps if step.state is not StepState.OK}
        return next((outcome for outcome in GRAVITY if outcome in found), Outcome.VALID)

    @property
    def is_valid(self) -> bool:
        return self.outcome is Outcome.VALID

    @property
    def exit_code(self) -> int:
        """0 valid, 1 not valid, 2 cannot tell."""
        if self.is_valid:
            return EXIT_VALID
        return EXIT_CANNOT_TELL if self.outcome in CANNOT_TELL else EXIT_NOT_VALID

    def step(self, name: str) -> Step | None:
        """The step of that name, if it was taken."""
        return next((step for step in self.steps if step.name == name), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "valid": self.is_valid,
            "steps": [step.as_json() for step in self.steps],
        }


GRAVITY = (
    Outcome.MALFORMED,
    Outcome.ISSUER_UNKNOWN,
    Outcome.ALTERED,
    Outcome.KEY_REVOKED,
    Outcome.REVOKED,
    Outcome.SUPERSEDED,
    Outcome.SUSPENDED,
    Outcome.EXPIRED,
    Outcome.NOT_YET_VALID,
    Outcome.STATUS_UNKNOWN,
)
