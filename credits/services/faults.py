"""What a check of the store tells: faults, and how much it could look at in which way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it must be."""

    check: str
    subject: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.found}"


@dataclass(slots=True)
class CheckedScores:
    """How many stored scores were looked at, by the best way that there was for each.

    ``computed`` were computed anew from the facts, ``certified`` follow from the record of a
    certificate, which holds the facts of its day. The facts of all others changed since their
    rule set stopped to count: only whether they are ``consistent`` in themselves was looked at.
    """

    computed: int = 0
    certified: int = 0
    consistent: int = 0
