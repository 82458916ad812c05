"""How the harvest of a project's repositories stands."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.models import Identity, User
from credits.models import Project
from harvesters.models import HarvestCursor, HarvestGap


def sources_of(project: Project) -> QuerySet[HarvestCursor]:
    """The sources of ``project``, each with the number of its gaps as ``gaps_count``."""
    sources = HarvestCursor.objects.filter(repository__projects=project)
    return sources.select_related("repository").annotate(gaps_count=Count("gaps"))


def harvest_now(project: Project, *, now: datetime) -> int:
    """Make every source of ``project`` due at once; the next free worker reads them.

    A source that a worker holds already is left alone. Returns how many became due.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    sources = HarvestCursor.objects.filter(free, repository__projects=project)
    later = sources.filter(Q(next_at=None) | Q(next_at__gt=now))
    return HarvestCursor.objects.filter(pk__in=later.values("pk")).update(next_at=now)


def gaps_concerning(person: User) -> QuerySet[HarvestGap]:
    """What could not be read of the work of the accounts that are proved to be the person's."""
    linked = Identity.objects.active().filter(user=person).select_related("actor")
    found = HarvestGap.objects.concerning([identity.actor for identity in linked])
    return found.select_related("cursor__repository")


def newest_gaps(project: Project, *, limit: int) -> list[HarvestGap]:
    """What could not be read lately, newest first."""
    gaps = HarvestGap.objects.filter(cursor__repository__projects=project)
    return list(gaps.select_related("cursor").order_by("-found_at")[:limit])
