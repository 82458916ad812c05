"""A verdict in words, for a terminal: with the details that a page leaves out."""

from collections import defaultdict

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credits.core.verdict import Outcome, Step
from credits.templatetags.disclosures import hidden_words

OUTCOMES: dict[Outcome, Promise] = {
    Outcome.VALID: _("valid"),
    Outcome.REVOKED: _("not valid: its issuer withdrew it"),
    Outcome.SUPERSEDED: _("not valid: another certificate took its place"),
    Outcome.SUSPENDED: _("not valid: its issuer suspended it"),
    Outcome.EXPIRED: _("not valid any more: it has expired"),
    Outcome.NOT_YET_VALID: _("not valid yet: its time has not come; is your clock right?"),
    Outcome.ALTERED: _("not valid: it was altered, or its issuer never signed it"),
    Outcome.KEY_REVOKED: _(
        "not valid: it is signed with a stolen key; its issuer has it signed with a new one"
    ),
    Outcome.ISSUER_UNKNOWN: _(
        "cannot tell: the issuer's DID document is missing; without --offline it is fetched"
    ),
    Outcome.STATUS_UNKNOWN: _(
        "cannot tell whether it was withdrawn: a fresh status list is missing;"
        " without --offline it is fetched"
    ),
    Outcome.MALFORMED: _("not a certificate; download the file again"),
}

CODES: dict[str, Promise] = {
    "read": _("it can be read in one way only"),
    "unreadable": _("it cannot be read: %(detail)s"),
    "credential": _("it has the shape of an Open Badges 3.0 credential"),
    "wrong_shape": _("it has not the shape of an Open Badges 3.0 credential: %(detail)s"),
    "unknown_context": _("its @context is not the one we sign: %(found)s"),
    "unknown_issuer": _("no DID document was handed in for %(issuer)s"),
    "not_checked": _("the proofs could not be checked without the issuer's keys"),
    "proofs_hold": _("both proofs hold (%(suites)s): no byte of its meaning was changed"),
    "missing_proof": _("a proof is missing: %(suites)s"),
    "unexpected_proof": _("there are proofs that do not belong there: %(suites)s"),
    "key_not_listed": _("it is signed with a key that is not the issuer's: %(method)s"),
    "key_revoked": _(
        "it is signed with the key %(method)s, stolen on %(since)s, and no proof of the log"
        " (beside it, as .tlog-proof) shows that it was there before"
    ),
    "token_holds": _("its signature holds (%(suite)s): no byte of its meaning was changed"),
    "malformed_token": _("its signature cannot be trusted: %(detail)s"),
    "malformed_proof": _("a proof is not written as it should be: %(detail)s"),
    "cannot_be_signed": _("it holds what no issuer can have signed: %(detail)s"),
    "in_force": _("it is in force"),
    "not_yet_valid": _("it is valid from %(since)s on"),
    "expired": _("it expired at %(until)s"),
    "cannot_be_revoked": _("its issuer cannot withdraw it"),
    "not_revoked": _("its issuer has neither withdrawn nor suspended it (%(url)s)"),
    "revoked": _("its issuer withdrew it (%(url)s)"),
    "superseded": _("certificate %(successor)s took its place (%(url)s)"),
    "suspended": _("its issuer suspended it (%(url)s)"),
    "unknown_status_type": _("its kind of status is not known here (%(url)s)"),
    "wrong_index": _("its place in the status list (%(url)s) is no number"),
    "status_list_missing": _("the status list is missing: %(url)s"),
    "status_list_wrong": _("the status list cannot be believed: %(detail)s"),
    "status_list_stale": _("the status list is too old; fetch it anew: %(url)s"),
    "all_valid": _("every certificate in it is valid by itself (%(count)s)"),
    "not_all_valid": _("a certificate in it is not valid (%(outcome)s): %(certificate)s"),
    "match": _("the records beside it are those that it pins: %(resources)s"),
    "none_pinned": _("no record beside it is one that it pins; do not rely on them"),
    "not_pinned": _("a record beside it is not one that it pins: %(resources)s"),
    "not_sealed": _("what it shows is not what its issuer sealed: %(detail)s"),
    "points_differ": _("the points do not follow from the facts and rules: %(differences)s"),
    "points_match": _("every point follows from the facts and the rules that it pins"),
    "cannot_recompute": _("the points cannot be computed again: %(detail)s"),
    "logged": _("the public log %(log)s held it when it had %(size)s entries"),
    "not_proved": _("the proof beside it does not show that it was logged: %(detail)s"),
}

# These two codes mean another thing in another step.
STEPS: dict[tuple[str, str], Promise] = {
    ("context", "known"): _("its words have their published meaning"),
    ("issuer", "known"): _("it was issued by %(issuer)s"),
    ("proof", "changed"): _("its content was changed after it was signed (%(suite)s)"),
    ("resources", "changed"): _("a record beside it is not the one that it pins: %(resource)s"),
}


def outcome_sentence(outcome: Outcome) -> str:
    """What a certificate is worth, and what to do if nobody can tell."""
    return str(OUTCOMES[outcome])


def step_sentence(step: Step) -> str:
    """One step in words; a step without words of its own shows its code."""
    if (step.name, step.code) == ("disclosure", "opened"):
        return "; ".join(hidden_words(step.parameters)) or gettext(
            "nothing is hidden by the holder"
        )
    words = STEPS.get((step.name, step.code)) or CODES.get(step.code)
    return str(words) % defaultdict(str, step.parameters) if words else f"{step.name}: {step.code}"
