"""Maintainers endorse or deny contributions; both can be undone, and everything stays on record.

Decisions of one call share the moment at which they were made, so that a whole call can be undone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from accounts.models import User
from credits.models import Project, Ruling
from credits.services.duplicates import OWNER
from credits.services.errors import CreditsError
from credits.services.placing import earning_pairs
from harvesters.models import Contribution
from harvesters.services.changes import mark_changed

SUBJECT = Ruling.Subject.ACCEPTANCE


class NotTheirProjectError(CreditsError):
    """Only maintainers of the project that a contribution counts in decide on it."""


class OwnWorkError(CreditsError):
    """Nobody decides on work of their own: ask another maintainer."""


class NoReasonError(CreditsError):
    """Say why: whoever did the work reads it."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A decision on one contribution: endorsed, denied with a reason, or (None) left as it was.

    ``seen`` is the key of the decision that stood when somebody looked, 0 if there was none: what
    another one decided since is not overwritten. Without it, the last one wins.
    """

    contribution: int
    endorsed: bool | None
    reason: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was written, and the contributions on which somebody else decided meanwhile."""

    rulings: Sequence[Ruling]
    overtaken: Sequence[int]


def endorse(contributions: Iterable[int], *, by: User, now: datetime) -> list[Ruling]:
    """Endorse ``contributions``; `decide_acceptance` says what it raises."""
    asked = [Acceptance(key, endorsed=True) for key in contributions]
    return list(decide_acceptance(asked, by=by, now=now).rulings)


def deny(contribution: Contribution, *, reason: str, by: User, now: datetime) -> Ruling:
    """Deny ``contribution``: it scores nothing, and says why; `decide_acceptance` says more."""
    asked = Acceptance(contribution.pk, endorsed=False, reason=reason)
    decide_acceptance([asked], by=by, now=now)
    return Ruling.objects.standing().get(contribution=contribution, subject=SUBJECT)


@transaction.atomic
def decide_acceptance(asked: Sequence[Acceptance], *, by: User, now: datetime) -> Decided:
    """Write what ``asked`` changes, and have it scored again.

    Raises:
        NotTheirProjectError: ``by`` does not maintain the project of one of them.
        OwnWorkError: one of them is the work of ``by``.
        NoReasonError: one is denied and does not say why.
    """
    wanted = {one.contribution: one for one in asked}
    if any(one.endorsed is False and not one.reason.strip() for one in wanted.values()):
        raise NoReasonError
    # In the order of keys, so that two who decide at once wait instead of deadlocking.
    locked = Contribution.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    keys = [found.pk for found in locked]
    if set(keys) != set(wanted) or set(keys) - maintained_among(keys, by):
        raise NotTheirProjectError
    if own_among(keys, by):
        raise OwnWorkError
    standing = standing_on(keys)
    overtaken = [key for key in keys if _is_overtaken(wanted[key], standing.get(key))]
    changes = [wanted[key] for key in keys if key not in overtaken]
    changes = [one for one in changes if _changes(one, standing.get(one.contribution))]
    return Decided(record_acceptances(changes, by=by, now=now), overtaken)


@transaction.atomic
def undo(project: Project, *, decided_at: datetime, by: User, now: datetime) -> int:
    """Take back what ``by`` decided in ``project`` at ``decided_at``, back to what stood before.

    What was decided anew since then stays. Returns how many decisions were taken back.
    """
    mine = Ruling.objects.standing().filter(
        subject=SUBJECT, decided_by=by, decided_at=decided_at, participation=None
    )
    keys = list(mine.values_list("contribution", flat=True))
    list(Contribution.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    here = owned_among(keys, project)
    taken = list(mine.filter(contribution__in=here).values_list("contribution", flat=True))
    former = Ruling.objects.filter(
        subject=SUBJECT, contribution__in=taken, replaced_at=decided_at
    ).order_by("decided_at", "pk")
    before = {one.contribution_id: one for one in former}
    back = [
        Acceptance(key, before[key].value["endorsed"], before[key].reason)
        if key in before
        else Acceptance(key, None)
        for key in taken
    ]
    record_acceptances(back, by=by, now=now)
    return len(back)


def record_acceptances(
    changes: Sequence[Acceptance], *, by: User | None, now: datetime
) -> list[Ruling]:
    """Replace what stood by ``changes``; to be called in a transaction that has decided them."""
    keys = [one.contribution for one in changes]
    standing = Ruling.objects.standing().filter(subject=SUBJECT, contribution__in=keys)
    standing.update(replaced_at=now)
    mark_changed(keys)
    return Ruling.objects.bulk_create(
        Ruling(
            contribution_id=one.contribution,
            subject=SUBJECT,
            value={"endorsed": one.endorsed},
            reason=one.reason.strip()[:1000],
            decided_by=by,
            decided_at=now,
        )
        for one in changes
    )


def standing_on(contributions: Iterable[int]) -> dict[int, Ruling]:
    """The decisions on acceptance that stand, by contribution."""
    found = Ruling.objects.standing().filter(subject=SUBJECT, contribution__in=list(contributions))
    return {ruling.contribution_id: ruling for ruling in found}


def own_among(contributions: Sequence[int], user: User) -> set[int]:
    """Those of ``contributions`` by which ``user`` earns."""
    with connection.cursor() as sql:
        sql.execute(
            _OWN, {"keys": list(contributions), "user": user.pk, "earning": earning_pairs()}
        )
        return {key for (key,) in sql.fetchall()}


def owned_among(contributions: Sequence[int], project: Project) -> set[int]:
    """Those of ``contributions`` that count in ``project``."""
    with connection.cursor() as sql:
        sql.execute(_OWNED, {"keys": list(contributions), "project": project.pk})
        return {key for (key,) in sql.fetchall()}


def maintained_among(contributions: Sequence[int], user: User) -> set[int]:
    """Those of ``contributions`` that count in a project which ``user`` maintains."""
    with connection.cursor() as sql:
        sql.execute(_MAINTAINED, {"keys": list(contributions), "user": user.pk})
        return {key for (key,) in sql.fetchall()}


def _is_overtaken(asked: Acceptance, standing: Ruling | None) -> bool:
    return asked.seen is not None and asked.seen != (standing.pk if standing else 0)


def _changes(asked: Acceptance, standing: Ruling | None) -> bool:
    said = (standing.value["endorsed"], standing.reason) if standing else (None, "")
    return said != (asked.endorsed, asked.reason.strip()[:1000])


_OWN = """
SELECT DISTINCT contribution.id FROM harvesters_contribution contribution
JOIN harvesters_participation part ON part.contribution_id = contribution.id AND part.weight > 0
    AND contribution.kind || ':' || part.role = ANY(%(earning)s)
JOIN accounts_identity mine ON mine.actor_id = part.actor_id AND mine.withdrawn_at IS NULL
WHERE contribution.id = ANY(%(keys)s) AND mine.user_id = %(user)s
"""

_OWNED = f"""
SELECT contribution.id FROM harvesters_contribution contribution
JOIN ({OWNER}) owner USING (repository_id)
WHERE contribution.id = ANY(%(keys)s) AND owner.project_id = %(project)s
"""  # noqa: S608 - all of it is our own text

_MAINTAINED = f"""
SELECT contribution.id FROM harvesters_contribution contribution
JOIN ({OWNER}) owner USING (repository_id)
JOIN credits_project_maintainers maintainer ON maintainer.project_id = owner.project_id
WHERE contribution.id = ANY(%(keys)s) AND maintainer.user_id = %(user)s
"""  # noqa: S608 - all of it is our own text
