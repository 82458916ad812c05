"""What the holder chooses for a certificate: which name, which language, whose advice."""

import json
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Institution, User
from credits.models import Certificate, CreditPolicy


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

    Only if ``proves_email`` is the address on it, as a salted hash: who knows it can compare.
    With a ``policy`` the certificate says what that would give for it: advice, not a decision.
    It is issued in the name of ``issuer``, where the holder learns or teaches, or of the site.
    """

    names: NameForm = NameForm.NAME
    language: str = "en"
    policy: CreditPolicy | None = None
    proves_email: bool = False
    issuer: Institution | None = None


def wishes_of(certificate: Certificate) -> Wishes:
    """What the holder chose for ``certificate``: names, language, issuer. Advice is left out."""
    subject = json.loads(certificate.credential)["credentialSubject"]
    identities = subject.get("identifier", [])
    names = tuple(each["identityHash"] for each in identities if each.get("identityType") == "name")
    forms = (form for form in NameForm if form.of(certificate.holder) == names)
    # Who has changed the name since had one of it, at least.
    form = next(forms, NameForm.NAME)
    return Wishes(
        names=form,
        language=subject["achievement"].get("inLanguage", "en"),
        proves_email=any(each.get("identityType") == "emailAddress" for each in identities),
        issuer=certificate.status_list.institution,
    )
