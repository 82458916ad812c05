"""Claim work that no forge shows, for oneself or for others; take it back; confirm as a mentee."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Identity, User
from credits.models import Project, Ruling, WorkClaim
from credits.services.claimed_work import store_claims
from credits.services.errors import CreditsError
from harvesters.models import Actor, Participation
from harvesters.services.changes import mark_changed
from harvesters.services.told import TOLD_HOST

LATEST_ZONE = timedelta(hours=14)
"""So far is the calendar ahead of UTC where the day begins first."""

_OPEN = (WorkClaim.State.CLAIMED, WorkClaim.State.CONFIRMED)


class FutureWorkError(CreditsError):
    """Work that has not been done yet cannot be claimed; come back when it is done."""


class OwnMenteeError(CreditsError):
    """Nobody mentors himself: name the person who was mentored."""


class NotTheirClaimError(CreditsError):
    """Only the person whose work it is may do that."""


class ClaimedTwiceError(CreditsError):
    """The very same work is claimed already; withdraw one of the two."""


class ClaimClosedError(CreditsError):
    """The claim was declined or withdrawn; make a new one."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is claimed: the ``amount`` is in the unit of its kind, and a mentor has a mentee."""

    kind: str
    title: str
    happened_on: date
    url: str = ""
    amount: int = 0
    ai_assisted: bool = False
    note: str = ""
    mentee: Actor | None = None


def claim_work(project: Project, claimant: User, work: Work, *, now: datetime) -> WorkClaim:
    """Claim ``work`` of one's own; claiming it again changes nothing.

    Raises:
        FutureWorkError: it has not happened yet.
        OwnMenteeError: the mentee is the mentor.
    """
    _check(work, now)
    if work.mentee is not None and work.mentee.pk in actors_of(claimant):
        raise OwnMenteeError
    return _keep(project, work, now, claimant=claimant)


@transaction.atomic
def nominate(
    project: Project, nominees: Iterable[Actor], work: Work, *, by: User, now: datetime
) -> list[WorkClaim]:
    """Claim ``work`` for each of ``nominees``; what was claimed before is returned as it is.

    Raises:
        FutureWorkError: it has not happened yet.
        OwnMenteeError: the mentee is one of the mentors.
    """
    _check(work, now)
    people = list({nominee.pk: nominee for nominee in nominees}.values())
    if work.mentee in people:
        raise OwnMenteeError
    source = WorkClaim.Source.NOMINATION
    return [
        _keep(project, work, now, nominee=one, nominated_by=by, source=source) for one in people
    ]


@transaction.atomic
def withdraw_claim(claim: WorkClaim, *, by: User, now: datetime) -> WorkClaim:
    """Take one's own claim back; what it had earned is worth nothing from now on.

    Raises:
        NotTheirClaimError: it is about somebody else.
        ClaimClosedError: it was declined before.
    """
    locked = WorkClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if not WorkClaim.objects.about(by).filter(pk=claim.pk).exists():
        raise NotTheirClaimError
    if locked.state == WorkClaim.State.WITHDRAWN:
        return locked
    if locked.state not in _OPEN:
        raise ClaimClosedError
    locked.state = WorkClaim.State.WITHDRAWN
    locked.save(update_fields=["state"])
    if locked.contribution_id is not None:
        store_claims(locked.project, [locked], now=now)
        _withdraw_participations(locked.contribution_id, by, now)
    return locked


def _withdraw_participations(contribution: int, by: User, now: datetime) -> None:
    subject = Ruling.Subject.WITHDRAWAL
    former = Ruling.objects.standing().filter(contribution=contribution, subject=subject)
    former.update(replaced_at=now)
    parts = WorkClaim.objects.filter(contribution=contribution).values_list(
        "contribution__participations", flat=True
    )
    Ruling.objects.bulk_create(
        Ruling(
            contribution_id=contribution,
            participation_id=part,
            subject=subject,
            value={"withdrawn": True},
            reason="",
            decided_by=by,
            decided_at=now,
        )
        for part in parts
    )
    mark_changed([contribution])


@transaction.atomic
def name_mentee(claim: WorkClaim, mentee: Actor, *, by: User) -> WorkClaim:
    """Say who was mentored, where the claim does not say so yet.

    Raises:
        NotTheirClaimError: ``by`` is neither the mentor nor a maintainer.
        ClaimClosedError: it is decided, or the mentee has spoken.
        OwnMenteeError: the mentee is the mentor.
        ClaimedTwiceError: the same is claimed with this mentee already.
    """
    locked = WorkClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    is_theirs = WorkClaim.objects.about(by).filter(pk=claim.pk).exists()
    if not is_theirs and not locked.project.maintainers.contains(by):
        raise NotTheirClaimError
    if locked.state != WorkClaim.State.CLAIMED or locked.mentee_confirmed_at is not None:
        raise ClaimClosedError
    mentor = [locked.nominee_id, *(actors_of(locked.claimant) if locked.claimant else [])]
    if mentee.pk in mentor or locked.kind != WorkClaim.Kind.MENTORING:
        raise OwnMenteeError
    locked.mentee = mentee
    try:
        with transaction.atomic():
            locked.save(update_fields=["mentee"])
    except IntegrityError as error:
        raise ClaimedTwiceError from error
    return locked


@transaction.atomic
def confirm_as_mentee(claim: WorkClaim, *, by: User, now: datetime) -> WorkClaim:
    """Say, as the mentee, that one was mentored; saying it again changes nothing.

    Raises:
        NotTheirClaimError: ``by`` is not the mentee.
        ClaimClosedError: it was declined or withdrawn.
    """
    locked = WorkClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if locked.mentee_id is None or locked.mentee_id not in actors_of(by):
        raise NotTheirClaimError
    if locked.state not in _OPEN:
        raise ClaimClosedError
    if locked.mentee_confirmed_at is None:
        locked.mentee_confirmed_at = now
        locked.save(update_fields=["mentee_confirmed_at"])
    return locked


def actors_of(user: User) -> Sequence[int]:
    """The accounts that ``user`` proved to own."""
    return list(Identity.objects.active().filter(user=user).values_list("actor", flat=True))


def known_contributors(project: Project) -> QuerySet[Actor]:
    """The accounts, bots aside, that took part in what counts in ``project``."""
    took_part = Participation.objects.filter(actor=OuterRef("pk"), placement__project=project)
    found = Actor.objects.filter(Exists(took_part), is_bot=False).exclude(host=TOLD_HOST)
    return found.order_by("login", "host")


def _check(work: Work, now: datetime) -> None:
    if work.happened_on > (now + LATEST_ZONE).date():
        raise FutureWorkError


def _keep(project: Project, work: Work, now: datetime, **who: Any) -> WorkClaim:
    """The claim of ``work``, made once: two that claim it at the same moment make one."""
    is_mentoring = work.kind == WorkClaim.Kind.MENTORING
    nominated: dict[str, Any] = {
        name: who.pop(name) for name in ("nominated_by", "source") if name in who
    }
    kept, _ = WorkClaim.objects.get_or_create(
        **{"claimant": None, "nominee": None, **who},
        project=project,
        kind=work.kind,
        title=work.title,
        happened_on=work.happened_on,
        mentee=work.mentee if is_mentoring else None,
        state__in=_OPEN,
        defaults={
            "url": work.url,
            "amount": 1 if is_mentoring else work.amount,
            "ai_assisted": work.ai_assisted,
            "note": work.note,
            "claimed_at": now,
            **nominated,
        },
    )
    return kept
