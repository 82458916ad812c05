"""After the decision: sent, booked, reversed. Only the university says booked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Institution, User
from credits.core.canonical import canonical_json
from credits.models import (
    Application,
    Certificate,
    LogEntry,
    Recognition,
    RecognitionEvent,
)
from credits.services.claimed import release_claims
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.services.recognition import Decision, decide_application, submit_application


class WrongStateError(CreditsError):
    """The recognition cannot go there from where it is."""


class MixedHoldersError(CreditsError):
    """The certificates of one recognition belong to one person."""


STEPS: dict[str, frozenset[str]] = {
    Recognition.State.EXPORTED: frozenset({Recognition.State.APPROVED}),
    Recognition.State.BOOKED: frozenset({Recognition.State.APPROVED, Recognition.State.EXPORTED}),
    Recognition.State.REVERSED: frozenset(
        {Recognition.State.APPROVED, Recognition.State.EXPORTED, Recognition.State.BOOKED}
    ),
}
"""From which states a recognition may come to a state."""


def mark_exported(recognition: Recognition, *, actor: str, now: datetime) -> Recognition:
    """The recognition went out to the student system, which has not answered yet."""
    return _step(recognition, Recognition.State.EXPORTED, actor=actor, reason="", now=now)


@transaction.atomic
def book_recognition(
    recognition: Recognition, *, actor: str, reference: str, now: datetime
) -> Recognition:
    """The university says that the credits stand in its books, under ``reference``.

    Saying it again changes nothing.

    Raises:
        WrongStateError: it was taken back, or is booked under another reference.
    """
    booked = _step(recognition, Recognition.State.BOOKED, actor=actor, reason="", now=now)
    if booked.booked_at is None:
        booked.booked_at, booked.external_reference = now, reference
        booked.save(update_fields=["booked_at", "external_reference"])
        append_entry(LogEntry.Kind.RECOGNITION, _statement(booked), now=now)
    elif booked.external_reference != reference:
        raise WrongStateError(
            _("It is booked already, under %(reference)s.")
            % {"reference": booked.external_reference}
        )
    return booked


@transaction.atomic
def reverse_recognition(
    recognition: Recognition, *, actor: str, reason: str, now: datetime
) -> Recognition:
    """Take credits back; the contributions may be claimed again."""
    state = Recognition.State.REVERSED
    reversed_one = _step(recognition, state, actor=actor, reason=reason, now=now)
    reversed_one.needs_review_since = None
    reversed_one.save(update_fields=["needs_review_since"])
    release_claims(reversed_one.application, now=now)
    return reversed_one


@transaction.atomic
def keep_recognition(
    recognition: Recognition, *, actor: str, reason: str, now: datetime
) -> Recognition:
    """Let credits stand although a certificate behind them lost its force; a person decides that.

    Raises:
        WrongStateError: it waits for no review, or not any more.
    """
    locked = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if locked.needs_review_since is None:
        raise WrongStateError(_("It waits for no review any more; reload the page."))
    locked.needs_review_since, locked.updated_at = None, now
    locked.save(update_fields=["needs_review_since", "updated_at"])
    RecognitionEvent.objects.create(
        recognition=locked, state=locked.state, actor=actor, reason=reason, happened_at=now
    )
    return locked


@transaction.atomic
def record_recognition(
    institution: Institution,
    decision: Decision,
    *,
    certificates: Sequence[Certificate],
    decided_by: User,
    reference: str,
    now: datetime,
) -> Recognition:
    """Keep a decision that a registrar took in the university's own system, and book it.

    Raises:
        MixedHoldersError, and what applying, deciding and booking raise.
    """
    holders = {certificate.holder for certificate in certificates}
    if len(holders) != 1:
        raise MixedHoldersError
    application = submit_application(
        holders.pop(), institution=institution, certificates=certificates, now=now
    )
    decided = decide_application(application, decision, decided_by=decided_by, now=now)
    return book_recognition(
        decided.recognition, actor=str(decided_by), reference=reference, now=now
    )


@transaction.atomic
def _step(
    recognition: Recognition, state: Recognition.State, *, actor: str, reason: str, now: datetime
) -> Recognition:
    locked = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if locked.state == state:
        return locked
    if locked.state not in STEPS[state]:
        raise WrongStateError
    locked.state, locked.updated_at = state, now
    locked.save(update_fields=["state", "updated_at"])
    RecognitionEvent.objects.create(
        recognition=locked, state=state, actor=actor, reason=reason, happened_at=now
    )
    return locked


def _statement(recognition: Recognition) -> bytes:
    """What the log commits to; it names no person."""
    application: Application = recognition.application
    return canonical_json(
        {
            "recognition": recognition.pk,
            "institution": recognition.institution.slug,
            "credits": str(recognition.credits),
            "term": recognition.term,
            "policy": recognition.policy.digest,
            "certificates": sorted(application.certificates.values_list("digest", flat=True)),
        }
    )
