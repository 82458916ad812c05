"""Dispute a score, decide on it, appeal: with reasons, by a day, and never by the person.

An accepted dispute becomes a decision of `credits.services.rulings`, and what it touches is
scored at once. Deciding must not be called in a transaction of the caller's: see
`score_after_decision`.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Identity, User
from credits.core.working_days import due_at
from credits.models import Dispute, Ruling
from credits.models.disputes import ANSWER_WITHIN
from credits.services.complaints import (
    Complaint,
    NotDisputableError,
    require_new,
    require_sensible,
)
from credits.services.errors import CreditsError
from credits.services.grounds import BEYOND_RULES, DENIED, decisive_rule, grounds_of
from credits.services.outcomes import log_decision, score_after_decision, snapshot
from credits.services.rulings import Author, judge_account, rule_on
from harvesters.models import Actor, Participation


class NotYoursError(CreditsError):
    """Only who proved to own the account disputes its work; link the account first."""


class DisputeClosedError(CreditsError):
    """The dispute was decided or withdrawn meanwhile; reload the page."""


class MayNotDecideError(CreditsError):
    """Another maintainer or the staff decides: not the person, nor who shares or judged it."""


class NoAppealError(CreditsError):
    """A rejected dispute can be appealed once, within ten working days after the decision."""


class ReasonNeededError(CreditsError):
    """Give a reason: the other side reads it, and it stays in the record."""


@transaction.atomic
def open_dispute(
    participation: Participation, complaint: Complaint, *, opened_by: User, now: datetime
) -> Dispute:
    """Dispute the score of ``participation``; it stands until somebody decided.

    Raises:
        NotYoursError, NotDisputableError, AlreadyDisputedError, ReasonNeededError
    """
    _require_own(participation, opened_by)
    _require_reason(complaint.reason)
    # One at a time for one account, as a verdict on a bot concerns all of its work.
    Actor.objects.select_for_update(no_key=True).get(pk=participation.actor_id)
    grounds = grounds_of(participation)
    if grounds.score is None:
        raise NotDisputableError(str(grounds.advice))
    require_sensible(participation, complaint, grounds)
    before = snapshot(grounds.score)
    require_new(participation, complaint, before)
    return Dispute.objects.create(
        participation=participation,
        project=grounds.score.project,
        opened_by=opened_by,
        subject=complaint.subject,
        wanted=dict(complaint.wanted),
        reason=complaint.reason.strip(),
        evidence=complaint.evidence.strip(),
        opened_at=now,
        due_at=due_at(now, ANSWER_WITHIN),
        before=before,
    )


@transaction.atomic
def withdraw_dispute(dispute: Dispute, *, by: User) -> Dispute:
    """Take a dispute or an appeal back before it is decided.

    Raises:
        NotYoursError, DisputeClosedError
    """
    locked = _lock_pending(dispute, *Dispute.PENDING)
    if locked.opened_by_id != by.pk:
        raise NotYoursError
    locked.state = Dispute.State.WITHDRAWN
    locked.save(update_fields=["state"])
    return locked


def decide_dispute(
    dispute: Dispute, *, accept: bool, reason: str, decided_by: User, now: datetime
) -> Dispute:
    """Decide for the first time; an accepted dispute is scored at once.

    Raises:
        DisputeClosedError, MayNotDecideError, ReasonNeededError
        NotDisputableError: the facts have changed since, and no decision would help now.
    """
    author = Author(decided_by, reason.strip())
    with transaction.atomic():
        locked = _lock_for(dispute, Dispute.State.OPEN, author, now)
        locked.decided_by, locked.decided_at = decided_by, now
        locked.decision_reason = author.reason
        _close(locked, accept=accept, author=author, now=now)
    return _with_outcome(locked, now)


@transaction.atomic
def appeal_dispute(dispute: Dispute, *, by: User, reason: str, now: datetime) -> Dispute:
    """Ask for a decision by somebody else.

    Raises:
        NotYoursError, NoAppealError, ReasonNeededError
    """
    locked = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if locked.opened_by_id != by.pk:
        raise NotYoursError
    _require_reason(reason)
    if not locked.can_be_appealed_at(now):
        raise NoAppealError(
            _(
                "A rejected dispute can be appealed once, within ten working days after the"
                " decision."
            )
        )
    locked.state, locked.appealed_at = Dispute.State.APPEALED, now
    locked.appeal_reason, locked.appeal_due_at = reason.strip(), due_at(now, ANSWER_WITHIN)
    locked.save()
    return locked


def decide_appeal(
    dispute: Dispute, *, accept: bool, reason: str, decided_by: User, now: datetime
) -> Dispute:
    """Decide for the second and last time; somebody else than the first time does.

    Raises:
        DisputeClosedError, MayNotDecideError, ReasonNeededError, NotDisputableError
    """
    author = Author(decided_by, reason.strip())
    with transaction.atomic():
        locked = _lock_for(dispute, Dispute.State.APPEALED, author, now)
        locked.appeal_decided_by, locked.appeal_decided_at = decided_by, now
        locked.appeal_decision_reason = author.reason
        _close(locked, accept=accept, author=author, now=now)
    return _with_outcome(locked, now)


def may_decide(dispute: Dispute, user: User, *, now: datetime) -> bool:
    """Whether ``user`` may decide ``dispute`` as it stands at ``now``."""
    return Dispute.objects.to_decide_by(user, now).filter(pk=dispute.pk).exists()


def _require_own(participation: Participation, user: User) -> None:
    own = Identity.objects.active().filter(user=user, actor=participation.actor_id)
    if not own.exists():
        raise NotYoursError


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeededError(_("Give a reason: the other side reads it, and it stays."))


def _lock_pending(dispute: Dispute, *states: str) -> Dispute:
    related = Dispute.objects.select_related("project", "participation__contribution")
    locked = related.select_for_update(of=("self",)).get(pk=dispute.pk)
    if locked.state not in states:
        raise DisputeClosedError(
            _("The dispute was decided or withdrawn meanwhile; reload the page.")
        )
    return locked


def _lock_for(dispute: Dispute, state: Dispute.State, author: Author, now: datetime) -> Dispute:
    locked = _lock_pending(dispute, state)
    if not may_decide(locked, author.decided_by, now=now):
        raise MayNotDecideError(
            _(
                "Another maintainer or the staff decides: not the person, nor who shares the work"
                " or decided before."
            )
        )
    _require_reason(author.reason)
    return locked


def _close(dispute: Dispute, *, accept: bool, author: Author, now: datetime) -> None:
    if accept:
        _grant(dispute, author, now)
    dispute.state = Dispute.State.ACCEPTED if accept else Dispute.State.REJECTED
    dispute.save()
    log_decision(dispute, now=now)


def _with_outcome(dispute: Dispute, now: datetime) -> Dispute:
    if dispute.state == Dispute.State.ACCEPTED:
        score_after_decision(dispute.project, now=now)
        dispute.refresh_from_db(fields=["after"])
    return dispute


def _grant(dispute: Dispute, author: Author, now: datetime) -> None:
    """Write what was wanted as a decision that scoring follows."""
    contribution = dispute.participation.contribution
    match dispute.subject:
        case Dispute.Subject.BOT:
            actor = dispute.participation.actor
            judge_account(actor, is_bot=False, author=author, now=now)
        case Dispute.Subject.STATE:
            _let_count(dispute.participation, author, now)
        case Dispute.Subject.CATEGORY:
            subject = Ruling.Subject.CATEGORY
            rule_on(contribution, subject, dispute.wanted, author=author, now=now)
        case Dispute.Subject.SHARE:
            subject = Ruling.Subject.SHARES
            rule_on(contribution, subject, dispute.wanted, author=author, now=now)


def _let_count(participation: Participation, author: Author, now: datetime) -> None:
    """Lift what keeps the contribution from counting now; perhaps nothing does any more."""
    grounds = grounds_of(participation)
    if grounds.score is None or grounds.score.state == "counted":
        return
    if not grounds.can_count:
        raise NotDisputableError(str(grounds.advice or BEYOND_RULES))
    contribution, stopped_by = participation.contribution, decisive_rule(grounds.score)
    if stopped_by == DENIED:
        subject, value = Ruling.Subject.ACCEPTANCE, {"endorsed": True}
        rule_on(contribution, subject, value, author=author, now=now)
        return
    subject = Ruling.Subject.GUARDS
    standing = Ruling.objects.standing().filter(contribution=contribution, subject=subject)
    pardoned = {stopped_by}.union(*(one.value["pardoned"] for one in standing))
    rule_on(contribution, subject, {"pardoned": sorted(pardoned)}, author=author, now=now)
