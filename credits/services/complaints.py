"""What a person complains of, and whether that can be disputed now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from credits.models import Dispute
from credits.services.errors import CreditsError
from credits.services.grounds import LARGEST_WEIGHT, Grounds, weights_now
from harvesters.models import Participation


class NotDisputableError(CreditsError):
    """It cannot be disputed here."""


class AlreadyDisputedError(CreditsError):
    """A dispute about this is open already, or was decided and nothing has changed since."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a person says is wrong, what would be right, and why; evidence is a link or words."""

    subject: Dispute.Subject
    wanted: Mapping[str, Any]
    reason: str
    evidence: str = ""


def require_sensible(participation: Participation, complaint: Complaint, grounds: Grounds) -> None:
    if complaint.subject not in grounds.subjects:
        is_state = complaint.subject == Dispute.Subject.STATE
        advice = grounds.advice if is_state else _("This cannot be disputed about this score.")
        raise NotDisputableError(str(advice))
    wanted = complaint.wanted
    if complaint.subject == Dispute.Subject.SHARE:
        _require_other_weights(participation, wanted.get("weights"), grounds)
        return
    allowed: dict[Dispute.Subject, list[dict[str, Any]]] = {
        Dispute.Subject.CATEGORY: [{"category": one} for one in grounds.categories],
        Dispute.Subject.STATE: [{"counts": True}],
        Dispute.Subject.BOT: [{"is_bot": False}],
    }
    if wanted not in allowed[complaint.subject]:
        raise NotDisputableError(_("Say what would be right: one of the choices of the form."))


def _require_other_weights(participation: Participation, weights: Any, grounds: Grounds) -> None:
    keys = [part.pk for part in grounds.sharers]
    if not isinstance(weights, Mapping) or set(weights) != set(map(str, keys)):
        raise NotDisputableError(_("Give a share for each person, and for nobody else."))
    told = [weights[str(key)] for key in keys]
    if not all(type(one) is int and 0 <= one <= LARGEST_WEIGHT for one in told) or not any(told):
        raise NotDisputableError(
            _("Shares are whole numbers from 0 to %(most)d, and not all are 0.")
            % {"most": LARGEST_WEIGHT}
        )
    present = weights_now(participation)
    whole = sum(present[key] for key in keys)
    pairs = zip((present[key] for key in keys), told, strict=True)
    if all(one * whole == before * sum(told) for before, one in pairs):
        raise NotDisputableError(_("These are the shares that hold already."))


def require_new(
    participation: Participation, complaint: Complaint, before: Mapping[str, Any]
) -> None:
    """The same question has one answer: a new one needs other facts or another wish."""
    earlier = Dispute.objects.filter(subject=complaint.subject)
    if complaint.subject == Dispute.Subject.BOT:
        earlier = earlier.filter(participation__actor=participation.actor_id)
    else:
        earlier = earlier.filter(participation=participation)
    if earlier.pending().exists():
        raise AlreadyDisputedError(_("A dispute about this is open; wait for its decision."))
    decided = earlier.filter(wanted=dict(complaint.wanted), decided_at__isnull=False)
    decided = decided.exclude(state=Dispute.State.ACCEPTED)
    if complaint.subject != Dispute.Subject.BOT:
        decided = decided.filter(before__reasons=before["reasons"])
    if decided.exists():
        raise AlreadyDisputedError(
            _("This was decided, and nothing has changed since. Appeal that decision instead.")
        )
