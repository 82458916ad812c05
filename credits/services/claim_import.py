"""Import `.all-contributorsrc`: what no forge shows becomes claims, which maintainers confirm."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import User
from credits.core.all_contributors import AS_CLAIM, Fate, Thanks
from credits.models import Project, WorkClaim
from harvesters.models import Actor

GITHUB = "github.com"
SOURCE = WorkClaim.Source.ALL_CONTRIBUTORS


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of the file: whose work it is, if we know the account, and what becomes of it."""

    thanks: Thanks
    actor: Actor | None
    is_claimed: bool

    @property
    def kind(self) -> str:
        return AS_CLAIM.get(self.thanks.type, "")

    @property
    def can_be_claimed(self) -> bool:
        return self.thanks.fate == Fate.CLAIM and self.actor is not None and not self.is_claimed

    @property
    def kind_name(self) -> str:
        return str(WorkClaim.Kind(self.kind).label) if self.kind else ""


def plan_import(project: Project, thanks: Sequence[Thanks]) -> list[ImportRow]:
    """What would become of each of ``thanks``; nothing is written."""
    actors = _actors(project, thanks)
    claimed = set(
        WorkClaim.objects.filter(project=project, source=SOURCE).values_list(
            "nominee", "kind", "title"
        )
    )
    rows = []
    for one in thanks:
        actor = actors.get(one)
        key = (actor.pk if actor else None, AS_CLAIM.get(one.type, ""), one.type)
        rows.append(ImportRow(one, actor, key in claimed))
    return rows


@transaction.atomic
def import_claims(
    project: Project,
    thanks: Sequence[Thanks],
    chosen: Collection[str],
    *,
    happened_on: date,
    by: User,
    now: datetime,
) -> int:
    """Claim those of ``thanks`` whose keys are ``chosen``; returns how many are new.

    What was imported before is not imported again, whatever was decided on it since.
    """
    rows = [row for row in plan_import(project, thanks) if row.can_be_claimed]
    before = WorkClaim.objects.filter(project=project, source=SOURCE)
    count = before.count()
    WorkClaim.objects.bulk_create(
        (
            WorkClaim(
                project=project,
                nominee=row.actor,
                nominated_by=by,
                kind=row.kind,
                title=row.thanks.type,
                amount=1 if row.kind == WorkClaim.Kind.MENTORING else 0,
                happened_on=happened_on,
                source=SOURCE,
                claimed_at=now,
            )
            for row in rows
            if row.thanks.key in chosen
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
    return before.count() - count


def _actors(project: Project, thanks: Sequence[Thanks]) -> dict[Thanks, Actor]:
    """Who is meant: by the account's number where the file tells it, else by its login.

    A login may have passed on to somebody else, a number never does.
    """
    hosts = _hosts(project)
    numbers = {one.number for one in thanks if one.number} if GITHUB in hosts else set()
    numbered = Actor.objects.filter(host=GITHUB, external_id__in=numbers, is_bot=False)
    by_number = {actor.external_id: actor for actor in numbered}
    logins = {one.login.lower() for one in thanks}
    named = Actor.objects.annotate(lower=Lower("login")).filter(
        lower__in=logins, host__in=hosts, is_bot=False
    )
    by_login: dict[str, list[Actor]] = {}
    for actor in named:
        by_login.setdefault(actor.login.lower(), []).append(actor)
    found: dict[Thanks, Actor] = {}
    for one in thanks:
        known = by_login.get(one.login.lower(), [])
        if one.number and GITHUB in hosts:
            known = [by_number[one.number]] if one.number in by_number else []
        if len(known) == 1:
            found[one] = known[0]
    return found


def _hosts(project: Project) -> set[str]:
    """The forges on which the project is."""
    hosts = project.repositories.exclude(host__in=["claims", "git"])
    return set(hosts.order_by().values_list("host", flat=True))
