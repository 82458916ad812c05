"""What a certificate is worth, in words: a title, a sentence, and what is stamped across it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from credits.core.verdict import CANNOT_TELL, Outcome

CROSSES = frozenset(Outcome) - CANNOT_TELL - {Outcome.EXPIRED, Outcome.NOT_YET_VALID}

TITLES: Mapping[Outcome, Any] = {
    Outcome.VALID: gettext_lazy("This certificate is valid"),
    Outcome.REVOKED: gettext_lazy("This certificate was revoked"),
    Outcome.SUPERSEDED: gettext_lazy("This certificate was superseded"),
    Outcome.SUSPENDED: gettext_lazy("This certificate is suspended"),
    Outcome.EXPIRED: gettext_lazy("This certificate has expired"),
    Outcome.NOT_YET_VALID: gettext_lazy("This certificate is not valid yet"),
    Outcome.ALTERED: gettext_lazy("This certificate was altered"),
    Outcome.KEY_REVOKED: gettext_lazy("This was signed with a stolen key"),
    Outcome.ISSUER_UNKNOWN: gettext_lazy("We do not know who issued this"),
    Outcome.STATUS_UNKNOWN: gettext_lazy("Cannot tell: it may have been revoked"),
    Outcome.MALFORMED: gettext_lazy("This is not a proper certificate"),
}
SENTENCES: Mapping[Outcome, Any] = {
    Outcome.VALID: gettext_lazy("It was issued by %(issuer)s and has not been changed since."),
    Outcome.REVOKED: gettext_lazy("%(issuer)s withdrew it. Do not rely on it."),
    Outcome.SUPERSEDED: gettext_lazy(
        "%(issuer)s put another certificate in its place. Do not rely on this one."
    ),
    Outcome.SUSPENDED: gettext_lazy(
        "%(issuer)s has suspended it for a time. Do not rely on it before that has ended."
    ),
    Outcome.EXPIRED: gettext_lazy("It is genuine, but its time is over. Ask for a new one."),
    Outcome.NOT_YET_VALID: gettext_lazy("It is genuine, but it holds only from a later day on."),
    Outcome.ALTERED: gettext_lazy(
        "It is not what was signed. Do not rely on it; ask its holder for the original."
    ),
    Outcome.KEY_REVOKED: gettext_lazy(
        "It may be forged. If it is yours, download it again: it was signed with a new key."
    ),
    Outcome.ISSUER_UNKNOWN: gettext_lazy(
        "It was not issued here, so we cannot vouch for it. Verify it at the issuer's own site."
    ),
    Outcome.STATUS_UNKNOWN: gettext_lazy(
        "It is genuine, but whether it was revoked or suspended could not be looked up. Do not"
        " take it for valid; try again later."
    ),
    Outcome.MALFORMED: gettext_lazy(
        "A part of it is missing or misplaced. Download it again and do not edit it."
    ),
}
STAMPS: Mapping[Outcome, Any] = {
    Outcome.REVOKED: pgettext_lazy("stamp", "REVOKED"),
    Outcome.SUPERSEDED: pgettext_lazy("stamp", "SUPERSEDED"),
    Outcome.SUSPENDED: pgettext_lazy("stamp", "SUSPENDED"),
    Outcome.EXPIRED: pgettext_lazy("stamp", "EXPIRED"),
    Outcome.NOT_YET_VALID: pgettext_lazy("stamp", "NOT YET VALID"),
    Outcome.ALTERED: pgettext_lazy("stamp", "ALTERED"),
}
NOT_VERIFIED = pgettext_lazy("stamp", "NOT VERIFIED")
