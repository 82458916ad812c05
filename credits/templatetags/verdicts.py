"""A verdict of the core in words: one sentence for the whole, one line for each check."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credits.core.verify import Step, StepState, Verdict
from credits.templatetags.outcome_words import (
    CROSSES,
    NOT_VERIFIED,
    SENTENCES,
    STAMPS,
    TITLES,
)
from credits.templatetags.pages import day_in_words

register = template.Library()

CHECKS: Mapping[tuple[str, str], tuple[Any, Any]] = {
    ("parse", "read"): (gettext_lazy("It can be read"), ""),
    ("parse", "unreadable"): (
        gettext_lazy("It cannot be read"),
        gettext_lazy("It breaks off, is damaged, or carries no credential."),
    ),
    ("shape", "credential"): (
        gettext_lazy("It is an Open Badges 3.0 credential"),
        gettext_lazy("Every part stands where the standard wants it."),
    ),
    ("shape", "wrong_shape"): (
        gettext_lazy("It is no Open Badges 3.0 credential"),
        gettext_lazy("A part is missing or misplaced."),
    ),
    ("context", "known"): (
        gettext_lazy("Its words mean what the standard says"),
        gettext_lazy("It uses the standard's own vocabulary and no other."),
    ),
    ("context", "unknown_context"): (
        gettext_lazy("Its words may mean something else"),
        gettext_lazy("It names a vocabulary that is not the standard's."),
    ),
    ("issuer", "known"): (
        gettext_lazy("The issuer is who it says"),
        gettext_lazy("Its key is published by %(issuer)s."),
    ),
    ("issuer", "unknown_issuer"): (
        gettext_lazy("The issuer is not known here"),
        gettext_lazy("%(issuer)s is not this site."),
    ),
    ("proof", "proofs_hold"): (
        gettext_lazy("The signatures are intact"),
        gettext_lazy("Nothing was changed since it was signed (%(suites)s)."),
    ),
    ("proof", "token_holds"): (
        gettext_lazy("The signature is intact"),
        gettext_lazy("Nothing was changed since it was signed (%(suite)s)."),
    ),
    ("proof", "malformed_token"): (
        gettext_lazy("The signature cannot be trusted"),
        gettext_lazy("It is not formed as an issuer forms it (%(reason)s)."),
    ),
    ("proof", "not_checked"): (
        gettext_lazy("The signatures were not checked"),
        gettext_lazy("That takes the key of an issuer we know."),
    ),
    ("proof", "missing_proof"): (
        gettext_lazy("A signature is missing"),
        gettext_lazy("There is none by %(suites)s."),
    ),
    ("proof", "unexpected_proof"): (
        gettext_lazy("There are more signatures than there should be"),
        gettext_lazy("Found: %(suites)s."),
    ),
    ("proof", "key_not_listed"): (
        gettext_lazy("It was signed with another key"),
        gettext_lazy("The issuer does not list the key %(method)s."),
    ),
    ("proof", "key_revoked"): (
        gettext_lazy("It was signed with a stolen key"),
        gettext_lazy("Stolen on %(since)s; no proof of the log shows that it is older."),
    ),
    ("proof", "changed"): (
        gettext_lazy("The signature does not fit"),
        gettext_lazy("Something was changed after it was signed (%(suite)s)."),
    ),
    ("proof", "malformed_proof"): (
        gettext_lazy("A signature is malformed"),
        gettext_lazy("It was cut or edited (%(suite)s)."),
    ),
    ("proof", "cannot_be_signed"): (
        gettext_lazy("The signature does not fit"),
        gettext_lazy("The document holds something that cannot have been signed (%(suite)s)."),
    ),
    ("dates", "in_force"): (
        gettext_lazy("It has not expired"),
        gettext_lazy("Its dates cover this moment."),
    ),
    ("dates", "expired"): (
        gettext_lazy("It has expired"),
        gettext_lazy("It was valid until %(until)s."),
    ),
    ("dates", "not_yet_valid"): (
        gettext_lazy("It is not valid yet"),
        gettext_lazy("It is valid from %(since)s on."),
    ),
    ("status", "not_revoked"): (
        gettext_lazy("It is neither revoked nor suspended"),
        gettext_lazy("The issuer's status list says so: %(url)s"),
    ),
    ("status", "cannot_be_revoked"): (
        gettext_lazy("It names no status list"),
        gettext_lazy("Such a credential cannot be revoked."),
    ),
    ("status", "revoked"): (
        gettext_lazy("It was revoked"),
        gettext_lazy("The issuer's status list says so: %(url)s"),
    ),
    ("status", "superseded"): (
        gettext_lazy("It was superseded"),
        gettext_lazy("Certificate %(successor)s took its place."),
    ),
    ("status", "suspended"): (
        gettext_lazy("It is suspended"),
        gettext_lazy("The issuer's status list says so: %(url)s"),
    ),
    ("resources", "match"): (
        gettext_lazy("Evidence and rules are those that were signed"),
        gettext_lazy("Their digests match."),
    ),
    ("resources", "none_pinned"): (gettext_lazy("It pins no evidence"), ""),
    ("resources", "changed"): (
        gettext_lazy("Evidence or rules were changed"),
        gettext_lazy("The digest of %(resource)s does not match."),
    ),
    ("certificates", "all_valid"): (
        gettext_lazy("The certificates in it are valid"),
        gettext_lazy("Each by its own signatures and status: %(count)s."),
    ),
    ("certificates", "not_all_valid"): (
        gettext_lazy("A certificate in it is not valid"),
        gettext_lazy("It is %(certificate)s."),
    ),
    ("certificates", "wrong_shape"): (
        gettext_lazy("A certificate in it is not valid"),
        gettext_lazy("A part is missing or misplaced."),
    ),
    ("resources", "not_pinned"): (
        gettext_lazy("A record beside it is not one that it pins"),
        gettext_lazy("Do not rely on %(resources)s."),
    ),
    ("disclosure", "opened"): (
        gettext_lazy("What is shown is what was sealed"),
        gettext_lazy("Each part fits a digest that was signed."),
    ),
    ("disclosure", "not_sealed"): (
        gettext_lazy("What is shown is not what was sealed"),
        gettext_lazy("It was changed after it was shared."),
    ),
    ("recompute", "points_match"): (
        gettext_lazy("The points come out the same"),
        gettext_lazy("They were computed again by the rules."),
    ),
    ("recompute", "points_differ"): (
        gettext_lazy("The points do not come out the same"),
        gettext_lazy("Different: %(differences)s"),
    ),
    ("recompute", "cannot_recompute"): (
        gettext_lazy("The points could not be computed again"),
        gettext_lazy("What it takes is missing."),
    ),
}
STATUS_UNUSABLE = (
    gettext_lazy("Whether it was revoked is not known"),
    gettext_lazy("The status list %(url)s could not be used."),
)
FORMAL_STEPS = ("parse", "shape", "context")
"""Said in one line when they went well."""

MOMENTS = ("since", "until")
SIGNS = {StepState.OK: "tick", StepState.FAILED: "cross", StepState.UNKNOWN: "question"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was checked, how it went, and how we know."""

    state: str
    sign: str
    title: str
    detail: str


@register.filter
def verdict_title(verdict: Verdict) -> str:
    """The verdict in a few words."""
    return str(TITLES[verdict.outcome])


@register.simple_tag
def verdict_sentence(verdict: Verdict, issuer: str) -> str:
    """What follows from the verdict."""
    return str(SENTENCES[verdict.outcome]) % {"issuer": issuer or _("Its issuer")}


@register.filter
def verdict_class(verdict: Verdict) -> str:
    """The CSS class of the verdict's box."""
    if verdict.is_valid:
        return ""
    return "bad" if verdict.outcome in CROSSES else "unsure"


@register.filter
def verdict_sign(verdict: Verdict) -> str:
    """The mark beside the verdict."""
    if verdict.is_valid:
        return "tick"
    return "cross" if verdict.outcome in CROSSES else "question"


@register.filter
def stamp(verdict: Verdict) -> str:
    """What is stamped across the sheet of a certificate that is not valid."""
    return str(STAMPS.get(verdict.outcome, NOT_VERIFIED))


@register.filter
def checks(verdict: Verdict) -> list[Check]:
    """Every check in words, the formal ones in one line if all of them went well."""
    formal = [step for step in verdict.steps if step.name in FORMAL_STEPS]
    others = [step for step in verdict.steps if step.name not in FORMAL_STEPS]
    if formal and all(step.state is StepState.OK for step in formal):
        formal = [step for step in formal if step.name == "shape"]
    return [_check(step) for step in (*others, *formal)]


def _check(step: Step) -> Check:
    title, detail = _words(step)
    parameters = {name: _readable(name, value) for name, value in step.parameters.items()}
    return Check(
        state=step.state.value,
        sign=SIGNS[step.state],
        title=str(title),
        detail=str(detail) % defaultdict(str, parameters),
    )


def _words(step: Step) -> tuple[Any, Any]:
    known = CHECKS.get((step.name, step.code))
    if known is not None:
        return known
    return STATUS_UNUSABLE if step.name == "status" else (step.name, step.code)


def _readable(name: str, value: str) -> str:
    if name not in MOMENTS or not value:
        return value
    return day_in_words(datetime.fromisoformat(value))
