"""What a dispute would bring if it were accepted: computed, and nothing written."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from credits.core.inputs import Participant, Ruling, ScoredInput
from credits.core.scoring import ScoreResult, score_contributions
from credits.models import Dispute, Placement, Score
from credits.services.cells import Cell, members_of, sized
from credits.services.grounds import DENIED, decisive_rule, score_in_force
from credits.services.loading import load_inputs
from harvesters.models import Participation


def score_if_accepted(dispute: Dispute, *, now: datetime) -> dict[str, Any] | None:
    """The score as `snapshot` gives it; None where nothing scores the contribution now.

    What else is scored with it, the person's month and its work items, is looked at too. A
    verdict on a bot may also bring its changes together into other work items; that is not
    foreseen.
    """
    score = score_in_force(dispute.participation)
    place = Placement.objects.filter(participation=dispute.participation).first()
    if score is None or place is None:
        return None
    cells = sized(score.project, {Cell(place.month, place.person)})
    members = members_of(score.project, cells)
    items = load_inputs(score.project, members.contributions).items
    supposed = _people_supposed(dispute, items) if dispute.subject == Dispute.Subject.BOT else items
    changed = [_supposed(item, dispute, score) for item in supposed]
    results = score_contributions(changed, score.rule_set.compiled, now=now)
    found = (one for one in results if one.participation == dispute.participation_id)
    return next((_snapshot(one, score) for one in found), None)


def _supposed(item: ScoredInput, dispute: Dispute, score: Score) -> ScoredInput:
    if item.contribution != dispute.participation.contribution_id:
        return item
    return replace(item, ruling=_ruling_supposed(item.ruling, dispute, score))


def _ruling_supposed(ruling: Ruling, dispute: Dispute, score: Score) -> Ruling:
    match dispute.subject:
        case Dispute.Subject.CATEGORY:
            return replace(ruling, category=dispute.wanted["category"])
        case Dispute.Subject.SHARE:
            weights = {int(key): part for key, part in dispute.wanted["weights"].items()}
            return replace(ruling, weights=weights)
        case Dispute.Subject.STATE if score.state != Score.State.COUNTED:
            rule = decisive_rule(score)
            if rule == DENIED:
                return replace(ruling, denied="", is_endorsed=True)
            return replace(ruling, pardoned=ruling.pardoned | {rule})
        case _other:
            return ruling


def _people_supposed(dispute: Dispute, items: Iterable[ScoredInput]) -> list[ScoredInput]:
    """``items`` as they would be if the account were a person's."""
    actor = dispute.participation.actor_id
    keys = [part.key for item in items for part in item.participants]
    own = set(Participation.objects.filter(pk__in=keys, actor=actor).values_list("pk", flat=True))

    def person(part: Participant) -> Participant:
        return replace(part, is_bot=False) if part.key in own else part

    return [replace(item, participants=tuple(map(person, item.participants))) for item in items]


def _snapshot(result: ScoreResult, score: Score) -> dict[str, Any]:
    return {
        "points": result.points,
        "category": result.category,
        "state": result.state,
        "reasons": [reason.as_json() for reason in result.reasons],
        "rule_set": score.rule_set_id,
    }
