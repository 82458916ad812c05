"""Write what people decided, so that the next scoring follows it. Earlier decisions stay."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from credits.models import BotVerdict, Ruling
from harvesters.models import Actor, Contribution, Participation
from harvesters.services.changes import mark_changed, mark_work_of


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides, and why."""

    decided_by: User
    reason: str


@transaction.atomic
def rule_on(
    contribution: Contribution,
    subject: Ruling.Subject,
    value: Mapping[str, Any],
    *,
    author: Author,
    now: datetime,
    participation: Participation | None = None,
) -> Ruling:
    """Decide ``subject`` of ``contribution``; replaces the decision that stood."""
    # Of two who decide at once, the second waits and replaces the first.
    Contribution.objects.select_for_update(no_key=True).get(pk=contribution.pk)
    standing = Ruling.objects.standing().filter(contribution=contribution, subject=subject)
    standing.filter(participation=participation).update(replaced_at=now)
    ruling = Ruling.objects.create(
        contribution=contribution,
        participation=participation,
        subject=subject,
        value=dict(value),
        reason=author.reason,
        decided_by=author.decided_by,
        decided_at=now,
    )
    mark_changed([contribution.pk])
    return ruling


@transaction.atomic
def judge_account(actor: Actor, *, is_bot: bool, author: Author, now: datetime) -> BotVerdict:
    """Decide whether ``actor`` is a bot; all that it ever took part in is scored anew."""
    Actor.objects.select_for_update(no_key=True).get(pk=actor.pk)
    BotVerdict.objects.standing().filter(actor=actor).update(replaced_at=now)
    verdict = BotVerdict.objects.create(
        actor=actor,
        is_bot=is_bot,
        reason=author.reason,
        decided_by=author.decided_by,
        decided_at=now,
    )
    mark_work_of([actor.pk])
    return verdict


def bots_among(actors: Collection[Actor]) -> frozenset[int]:
    """Keys of ``actors`` taken for bots: what people decided, else what the forge told of them."""
    found = BotVerdict.objects.standing().filter(actor__in=actors)
    decided = dict(found.values_list("actor", "is_bot"))
    return frozenset(actor.pk for actor in actors if decided.get(actor.pk, actor.is_bot))
