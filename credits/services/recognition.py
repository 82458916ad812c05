"""From a certificate to credits: propose, apply, decide. Only people decide.

What happens to a recognition after the decision is in `credits/services/booking.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Institution, Membership, User
from credits.core.policy_reader import parse_policy
from credits.models import (
    Application,
    Certificate,
    Claim,
    CreditPolicy,
    Recognition,
    RecognitionEvent,
    Score,
)
from credits.services.claimed import log_claims, release_claims
from credits.services.creditable import Creditable, creditable
from credits.services.errors import CreditsError
from credits.services.policies import policy_in_force, prior_credits, propose, term_at


class NoPolicyError(CreditsError):
    """The institution has published no credit policy for this; ask its registrar."""


class CertificateNotValidError(CreditsError):
    """A certificate was revoked, is suspended, has expired, or is somebody else's."""


class AlreadyClaimedError(CreditsError):
    """Some of these contributions have earned credit already; each earns once."""


class NothingEarnsCreditsError(CreditsError):
    """No project of these certificates took the work as coursework; choose another certificate."""


class AlreadyDecidedError(CreditsError):
    """Somebody decided this application in the meantime; reload the page."""


class NotRegistrarError(CreditsError):
    """Only a registrar of the institution decides, and never on an application of their own."""


class ReasonMissingError(CreditsError):
    """A decision that differs from what the policy proposes needs a reason."""


class TooManyCreditsError(CreditsError):
    """The policy does not allow that many credits."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a registrar decides; without ``credits``, what the policy proposed."""

    approve: bool
    credits: Decimal | None = None
    term: str = ""
    course_code: str = ""
    reason: str = ""


@transaction.atomic
def submit_application(
    applicant: User,
    *,
    institution: Institution,
    certificates: Sequence[Certificate],
    now: datetime,
    note: str = "",
) -> Application:
    """Ask ``institution`` for credits; the contributions are claimed until it decides.

    What a project did not take as coursework earns nothing and is not claimed.

    Raises:
        NoPolicyError, CertificateNotValidError, NothingEarnsCreditsError, AlreadyClaimedError
    """
    policy = policy_in_force(institution, CreditPolicy.Audience.STUDENT, now=now)
    if policy is None:
        raise NoPolicyError
    _require_valid(applicant, certificates, now)
    earning = creditable(certificates)
    _require_something(earning)
    proposal = propose(applicant, certificates, policy, now=now)
    application = Application.objects.create(
        applicant=applicant,
        institution=institution,
        policy=policy,
        proposal=proposal.as_json(),
        proposed_credits=proposal.credits,
        note=note,
        submitted_at=now,
    )
    application.certificates.set(certificates)
    claimed = sorted(item.participation for item in earning.items)
    _claim(application, claimed)
    log_claims(application, claimed, now=now)
    return application


def _require_valid(applicant: User, certificates: Sequence[Certificate], now: datetime) -> None:
    chosen = [certificate.pk for certificate in certificates]
    valid = Certificate.objects.held_by(applicant).valid(now).filter(pk__in=chosen)
    if not chosen or valid.count() != len(set(chosen)):
        raise CertificateNotValidError


def _require_something(earning: Creditable) -> None:
    if earning.reasons and not earning.items:
        reasons = "; ".join(
            reason.in_language(get_language() or "en") for reason in earning.reasons
        )
        raise NothingEarnsCreditsError(
            _("Nothing in these certificates earns credits. %(reasons)s.") % {"reasons": reasons}
        )


def _claim(application: Application, participations: Sequence[int]) -> None:
    """Reserve each participation once; the database has the last word."""
    if again := _worked_once(application.applicant, participations):
        raise AlreadyClaimedError(
            _(
                "%(count)d of these contributions hold the same work as another one, of this"
                " application or of an earlier one. Leave out the older certificate."
            )
            % {"count": again}
        )
    claims = [
        Claim(participation_id=key, purpose=Claim.Purpose.CREDIT, application=application)
        for key in participations
    ]
    try:
        with transaction.atomic():
            Claim.objects.bulk_create(claims, batch_size=1000)
    except IntegrityError as error:
        raise AlreadyClaimedError(_already_claimed(participations)) from error


def _worked_once(applicant: User, participations: Sequence[int]) -> int:
    """How many of ``participations`` hold work that counts twice with the applicant's others.

    A certificate may have certified a commit before the change was harvested with which the
    commit counts now, and a later one that change.
    """
    claims = Claim.objects.filter(
        application__applicant=applicant, purpose=Claim.Purpose.CREDIT, released_at=None
    )
    chosen = set(participations)
    mine = chosen.union(claims.values_list("participation", flat=True))
    pairs = Score.objects.in_force().filter(
        participation__in=mine, counts_with__participations__in=mine
    )
    found = pairs.values_list("participation", "counts_with__participations")
    return len({one for one, other in found if one in chosen or other in chosen})


def _already_claimed(participations: Sequence[int]) -> str:
    taken = Claim.objects.filter(
        participation__in=participations, purpose=Claim.Purpose.CREDIT, released_at=None
    )
    return _(
        "%(count)d of these contributions have been claimed by an earlier application. "
        "Choose a certificate for another period, or withdraw that application."
    ) % {"count": taken.count()}


@transaction.atomic
def withdraw_application(application: Application, *, now: datetime) -> Application:
    """Take an undecided application back; its contributions are free again.

    Raises:
        AlreadyDecidedError
    """
    locked = _lock_open(application)
    release_claims(locked, now=now)
    return _close(locked, Application.State.WITHDRAWN, now)


@transaction.atomic
def decide_application(
    application: Application, decision: Decision, *, decided_by: User, now: datetime
) -> Application:
    """Approve or turn down; a registrar does, never on an application of their own.

    Decisions about one person come one after the other, so that caps hold for them together.

    Raises:
        AlreadyDecidedError, NotRegistrarError, ReasonMissingError, TooManyCreditsError,
        CertificateNotValidError: a certificate was revoked or suspended meanwhile; it can be
            turned down.
    """
    locked = _lock_open(application)
    _require_registrar(locked, decided_by)
    locked.decided_by, locked.decision_reason = decided_by, decision.reason
    if not decision.approve:
        _require_reason(decision)
        release_claims(locked, now=now)
        return _close(locked, Application.State.REJECTED, now)
    _approve(locked, decision, decided_by, now)
    return _close(locked, Application.State.APPROVED, now)


def _approve(application: Application, decision: Decision, decided_by: User, now: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=application.applicant_id)
    _require_not_revoked(application)
    proposed = application.proposed_credits
    granted = proposed if decision.credits is None else decision.credits
    term = decision.term or term_at(application.institution, now)
    if granted != proposed:
        _require_reason(decision)
    _require_allowed(application, granted, term)
    recognition = Recognition.objects.create(
        application=application,
        institution=application.institution,
        learner=application.applicant,
        policy=application.policy,
        credits=granted,
        term=term,
        course_code=decision.course_code,
        decided_by=decided_by,
        decided_at=now,
        updated_at=now,
    )
    RecognitionEvent.objects.create(
        recognition=recognition,
        state=Recognition.State.APPROVED,
        actor=str(decided_by),
        reason=decision.reason,
        happened_at=now,
    )


def _require_reason(decision: Decision) -> None:
    if not decision.reason.strip():
        raise ReasonMissingError


def _lock_open(application: Application) -> Application:
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.state != Application.State.SUBMITTED:
        raise AlreadyDecidedError
    return locked


def _require_registrar(application: Application, decided_by: User) -> None:
    held = Membership.objects.of(decided_by, Membership.Role.REGISTRAR)
    is_registrar = held.filter(institution=application.institution_id).exists()
    if not is_registrar or decided_by.pk == application.applicant_id:
        raise NotRegistrarError


def _require_not_revoked(application: Application) -> None:
    """Nobody revokes or suspends them either until this decision stands."""
    certificates = application.certificates.select_for_update(of=("self",))
    if any(certificate.revoked_at or certificate.suspended_at for certificate in certificates):
        raise CertificateNotValidError


def _require_allowed(application: Application, granted: Decimal, term: str) -> None:
    policy = parse_policy(application.policy.source)
    prior = prior_credits(application.applicant, application.policy, term)
    most = policy.most_allowed(prior)
    if not 0 <= granted <= most:
        raise TooManyCreditsError(
            _("The policy allows from 0 to %(most)s credits here.") % {"most": most}
        )


def _close(application: Application, state: Application.State, now: datetime) -> Application:
    application.state, application.decided_at = state, now
    application.save(update_fields=["state", "decided_at", "decided_by", "decision_reason"])
    return application
