"""Maintainers decide on claims of work that no forge shows: confirm, or decline with a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Identity, User
from credits.core.inputs import Participant, Ruling, ScoredInput
from credits.core.scoring import score_contributions
from credits.models import Project, WorkClaim
from credits.services.claimed_work import record_of, store_claims
from credits.services.endorsements import (
    Acceptance,
    NoReasonError,
    NotTheirProjectError,
    OwnWorkError,
    record_acceptances,
)
from credits.services.errors import CreditsError
from credits.services.rules import rule_set_in_force
from harvesters.models import Contribution, Participation

State = WorkClaim.State
MERGED_WORK = (Contribution.Kind.COMMIT, Contribution.Kind.CHANGE)
AUTHORSHIP = (Participation.Role.AUTHOR, Participation.Role.CO_AUTHOR)


class ClaimDecidedError(CreditsError):
    """Somebody decided on this claim meanwhile, or the person withdrew it; look again."""


class NoMenteeError(CreditsError):
    """The claim does not say who was mentored; name the mentee first."""


class MenteeSilentError(CreditsError):
    """Mentoring counts when the mentee confirms it as well; ask the mentee to sign in here."""


class MenteeWithoutWorkError(CreditsError):
    """Mentoring counts when work of the mentee is merged into the project."""


@dataclass(frozen=True, slots=True)
class ClaimDecision:
    """What is decided on a claim; ``seen`` is the state that it had when somebody looked."""

    claim: int
    confirm: bool
    reason: str = ""
    seen: str = State.CLAIMED


@dataclass(frozen=True, slots=True)
class Refusal:
    """A claim on which nothing was decided, and why."""

    claim: WorkClaim
    error: CreditsError


@dataclass(frozen=True, slots=True)
class ClaimsDecided:
    """What was decided, and what was not."""

    done: Sequence[WorkClaim]
    refused: Sequence[Refusal]


def confirm_claim(claim: WorkClaim, *, by: User, now: datetime) -> WorkClaim:
    """Confirm one claim; raises what `decide_claims` would refuse it for."""
    return _only(claim, ClaimDecision(claim.pk, confirm=True), by, now)


def decline_claim(claim: WorkClaim, *, reason: str, by: User, now: datetime) -> WorkClaim:
    """Decline one claim, confirmed or not; raises what `decide_claims` would refuse it for."""
    asked = ClaimDecision(claim.pk, confirm=False, reason=reason, seen=claim.state)
    return _only(claim, asked, by, now)


def _only(claim: WorkClaim, asked: ClaimDecision, by: User, now: datetime) -> WorkClaim:
    decided = decide_claims(claim.project, [asked], by=by, now=now)
    for refusal in decided.refused:
        raise refusal.error
    return decided.done[0]


@transaction.atomic
def decide_claims(
    project: Project, asked: Sequence[ClaimDecision], *, by: User, now: datetime
) -> ClaimsDecided:
    """Decide on claims of ``project``, each by itself: one that is refused does not stop others.

    What is confirmed becomes a contribution that is endorsed. What is declined after that is
    worth nothing again.
    """
    wanted = {one.claim: one for one in asked}
    claims = _locked(project, wanted)
    obstacles = obstacles_to(project, claims, wanted, by=by)
    done = [claim for claim in claims if claim.pk not in obstacles]
    for claim in done:
        decision = wanted[claim.pk]
        claim.state = State.CONFIRMED if decision.confirm else State.DECLINED
        claim.decided_by, claim.decided_at = by, now
        claim.decision_reason = decision.reason.strip()[:1000]
    WorkClaim.objects.bulk_update(
        done, ["state", "decided_by", "decided_at", "decision_reason"], batch_size=500
    )
    confirmed = [claim for claim in done if claim.state == State.CONFIRMED]
    revoked = [claim for claim in done if claim.contribution_id and claim not in confirmed]
    store_claims(project, [*confirmed, *revoked], now=now)
    accepted = [
        Acceptance(claim.contribution_id, claim in confirmed, claim.decision_reason)
        for claim in (*confirmed, *revoked)
        if claim.contribution_id is not None
    ]
    record_acceptances(accepted, by=by, now=now)
    refused = [Refusal(claim, obstacles[claim.pk]) for claim in claims if claim.pk in obstacles]
    return ClaimsDecided(done, refused)


def _locked(project: Project, wanted: Collection[int]) -> list[WorkClaim]:
    """The claims in the order of keys, so that two who decide at once wait for one another."""
    found = WorkClaim.objects.filter(project=project, pk__in=wanted)
    locked = found.select_for_update(of=("self",)).order_by("pk")
    return list(locked.select_related("claimant", "nominee", "project"))


def obstacles_to(
    project: Project, claims: Sequence[WorkClaim], asked: dict[int, ClaimDecision], *, by: User
) -> dict[int, CreditsError]:
    """By claim, why ``by`` cannot decide on it as ``asked``; in a fixed number of queries."""
    parties = parties_to(claims)
    maintainers = set(project.maintainers.values_list("pk", flat=True))
    merged = _mentees_with_work(project, claims)
    found: dict[int, CreditsError] = {}
    for claim in claims:
        decision = asked[claim.pk]
        error = _may_not(claim, decision, by, parties[claim.pk], maintainers)
        if error is None and decision.confirm and claim.kind == WorkClaim.Kind.MENTORING:
            error = _is_unproved(claim, merged)
        if error is not None:
            found[claim.pk] = error
    return found


def _may_not(
    claim: WorkClaim, decision: ClaimDecision, by: User, parties: set[int], maintainers: set[int]
) -> CreditsError | None:
    if by.pk in parties:
        return OwnWorkError()
    # The staff of the site decide only where no maintainer may.
    if by.pk not in maintainers and not (by.is_staff and maintainers <= parties):
        return NotTheirProjectError()
    possible = (State.CLAIMED,) if decision.confirm else (State.CLAIMED, State.CONFIRMED)
    if claim.state != decision.seen or claim.state not in possible:
        return ClaimDecidedError()
    if not decision.confirm and not decision.reason.strip():
        return NoReasonError()
    return None


def _is_unproved(claim: WorkClaim, merged: set[int]) -> CreditsError | None:
    if claim.mentee_id is None:
        return NoMenteeError()
    if claim.mentee_confirmed_at is None:
        return MenteeSilentError()
    return None if claim.mentee_id in merged else MenteeWithoutWorkError()


def parties_to(claims: Sequence[WorkClaim]) -> dict[int, set[int]]:
    """By claim, the people whom it is about: they do not decide on it."""
    named = {claim.nominee_id for claim in claims} | {claim.mentee_id for claim in claims}
    owners = dict(
        Identity.objects.active()
        .filter(actor__in=[key for key in named if key])
        .values_list("actor", "user")
    )
    return {
        claim.pk: {
            person
            for person in (
                claim.claimant_id,
                owners.get(claim.nominee_id or 0),
                owners.get(claim.mentee_id or 0),
            )
            if person is not None
        }
        for claim in claims
    }


def _mentees_with_work(project: Project, claims: Sequence[WorkClaim]) -> set[int]:
    """The mentees of ``claims`` who have merged work in ``project``, by any account of theirs."""
    mentees = [claim.mentee_id for claim in claims if claim.mentee_id is not None]
    if not mentees:
        return set()
    linked = Identity.objects.active().filter(actor__in=mentees)
    owner = dict(linked.values_list("actor", "user"))
    theirs = Identity.objects.active().filter(user__in=owner.values())
    person = {mentee: {mentee} for mentee in mentees}
    for user, actor in theirs.values_list("user", "actor"):
        for mentee in mentees:
            if owner.get(mentee) == user:
                person[mentee].add(actor)
    worked = set(
        Participation.objects.filter(
            actor__in=set().union(*person.values()),
            placement__project=project,
            weight__gt=0,
            role__in=AUTHORSHIP,
            contribution__kind__in=MERGED_WORK,
            contribution__state="merged",
        ).values_list("actor", flat=True)
    )
    return {mentee for mentee, accounts in person.items() if accounts & worked}


def worth_of(project: Project, claims: Sequence[WorkClaim], *, now: datetime) -> int:
    """What ``claims`` would be worth in points (thousandths), limits of a month left aside.

    Raises:
        NoRuleSetError: nothing is in force at ``now``.
    """
    rules = rule_set_in_force(project, now=now).compiled
    items = [_as_input(claim) for claim in claims]
    # Each by itself: what limits leave of it depends on what else the person did that month.
    results = [score_contributions([item], rules, now=now) for item in items]
    return sum(one.points for found in results for one in found)


def _as_input(claim: WorkClaim) -> ScoredInput:
    before, claim.state = claim.state, State.CONFIRMED
    record = record_of(claim)
    claim.state = before
    return ScoredInput(
        contribution=claim.pk,
        kind=record.kind,
        state=record.state,
        title=record.title,
        occurred_at=record.occurred_at,
        facts=record.facts,
        repository_kind="code",
        participants=(Participant(claim.pk, "author", 1, is_bot=False),),
        ruling=Ruling(is_endorsed=True),
    )
