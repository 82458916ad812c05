"""Claims as contributions: what a project confirmed is a fact like any other, and scored so."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import Project, WorkClaim
from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.models import Actor, Contribution
from harvesters.services.told import TOLD_HOST, keep_actor, store_told

STATES = {
    WorkClaim.State.CONFIRMED: "confirmed",
    WorkClaim.State.DECLINED: "denied",
    WorkClaim.State.WITHDRAWN: "withdrawn",
}
"""The state of the contribution by that of the claim."""
NOT_CONFIRMED = (WorkClaim.State.CLAIMED, WorkClaim.State.DECLINED)


def store_claims(project: Project, claims: Sequence[WorkClaim], *, now: datetime) -> None:
    """Write what ``claims`` of ``project`` are now; to be called in the transaction that decided.

    The first of them adds a repository to the project, which is then scored as a whole.
    """
    if not claims:
        return
    repository = store_told(project.slug, [record_of(claim) for claim in claims], now=now)
    project.repositories.add(repository)
    _link(claims, now)
    stored = Contribution.objects.filter(
        repository=repository,
        kind=Contribution.Kind.CLAIM,
        external_id__in=[str(claim.pk) for claim in claims],
    )
    keys = dict(stored.values_list("external_id", "pk"))
    for claim in claims:
        claim.contribution_id = keys[str(claim.pk)]
    WorkClaim.objects.bulk_update(claims, ["contribution"])


def record_of(claim: WorkClaim) -> ContributionRecord:
    """The contribution that ``claim`` is, once somebody decided on it."""
    return ContributionRecord(
        external_id=str(claim.pk),
        kind=Kind.CLAIM,
        occurred_at=datetime.combine(claim.happened_on, time(), UTC),
        state=STATES[WorkClaim.State(claim.state)],
        title=claim.title,
        url=claim.url,
        participants=[Participant(_worker(claim), Role.AUTHOR)],
        facts={
            "claim": str(claim.kind),
            "amount": claim.amount,
            "confirmed_by": None if claim.state in NOT_CONFIRMED else claim.decided_by_id,
            "evidence": claim.url,
            "ai_assistance": ["declared"] if claim.ai_assisted else [],
        },
    )


def _worker(claim: WorkClaim) -> ActorRecord:
    """Whose work it is: the account that was named, or the person as an account of this site.

    Its label names nobody: a person may be erased, and facts stay.
    """
    if claim.nominee is not None:
        actor = claim.nominee
        return ActorRecord(actor.host, actor.external_id, actor.login, is_bot=actor.is_bot)
    return _person(claim.claimant_id)


def _person(user: int | None) -> ActorRecord:
    return ActorRecord(TOLD_HOST, str(user), f"person-{user}")


def _link(claims: Iterable[WorkClaim], now: datetime) -> None:
    """Whoever signed in here and claimed is who owns that account of this site."""
    for person in {claim.claimant for claim in claims if claim.claimant is not None}:
        link_person(person, now=now)


def link_person(person: User, *, now: datetime) -> Actor:
    """The account of this site that stands for ``person``, linked."""
    actor = keep_actor(_person(person.pk))
    prove_identity(person, actor, method=Identity.Method.HERE, now=now)
    return actor
