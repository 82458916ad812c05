"""What the holder chooses for a certificate: which name, which language, whose advice."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from credits.models import CreditPolicy


class NameForm(StrEnum):
    """Which of a person's names stand on a certificate."""

    NONE = "none"
    NAME = "name"
    NATIVE = "native"
    BOTH = "both"

    def of(self, person: User) -> tuple[str, ...]:
        """The names of ``person`` in this form; who has no other than the one has that."""
        name, native = str(person), person.native_name or str(person)
        forms = {"none": (), "name": (name,), "native": (native,), "both": (name, native)}
        return tuple(dict.fromkeys(forms[self]))


@dataclass(frozen=True, slots=True)
class Wishes:
    """``language`` is one of `certificate_words.WORDS`.

    With a ``policy`` the certificate says what that would give for it: advice, not a decision.
    """

    names: NameForm = NameForm.NAME
    language: str = "en"
    policy: CreditPolicy | None = None
