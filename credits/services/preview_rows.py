"""The history that a preview looks at: read once, for as many rule sets as are compared.

It is read by cells, one person's month each, because work items and limits need the whole of
those. What a project harvested before it was first scored has no place yet and is not seen.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from credits.core.inputs import ScoredInput
from credits.core.periods import MONTHS_A_YEAR
from credits.models import Placement, Project
from credits.services.cells import Cell, SizedCell, all_cells, in_chunks, members_of, sized
from credits.services.loading import load_inputs
from harvesters.models import Participation


@dataclass(frozen=True, slots=True)
class HistoryChunk:
    """Contributions to score together, and whose the participations in these cells are.

    ``items`` hold the whole of each work item; participations that are not in ``actors`` belong
    to another chunk.
    """

    items: list[ScoredInput]
    actors: Mapping[int, int]

    @property
    def counted(self) -> set[int]:
        """The contributions that count here, and not with another one elsewhere."""
        return {item.contribution for item in self.items if item.counts_with is None}


def read_history(project: Project, *, start: datetime) -> Iterator[HistoryChunk]:
    """What happened in ``project`` from the month of ``start`` on, a chunk at a time."""
    first = start.year * MONTHS_A_YEAR + start.month - 1
    return read_cells(project, [cell for cell in all_cells(project) if cell.month >= first])


def first_month_that_fits(project: Project, start: datetime, most: int) -> datetime:
    """``start``, or the first later month from which on there are at most ``most`` participations.

    The newest month is always looked at.
    """
    sizes: Counter[int] = Counter()
    for cell in all_cells(project):
        sizes[cell.month] += cell.size
    first = start.year * MONTHS_A_YEAR + start.month - 1
    newest, total = max(sizes, default=first), 0
    for month in range(newest, first - 1, -1):
        total += sizes[month]
        if total > most and month < newest:
            year, number = divmod(month + 1, MONTHS_A_YEAR)
            return start.replace(year=year, month=number + 1)
    return start


def read_work(project: Project, contributions: Collection[int]) -> Iterator[HistoryChunk]:
    """``contributions``, with all that it takes to score them."""
    placed = Placement.objects.filter(
        project=project, participation__contribution__in=contributions
    )
    cells = {Cell(*row) for row in placed.values_list("month", "person")}
    return read_cells(project, sized(project, cells))


def read_cells(project: Project, cells: Iterable[SizedCell]) -> Iterator[HistoryChunk]:
    """What is in ``cells``."""
    for chunk in in_chunks(cells):
        members = members_of(project, chunk)
        known = Participation.objects.filter(pk__in=members.participations)
        actors = dict(known.values_list("pk", "actor"))
        yield HistoryChunk(load_inputs(project, members.contributions).items, actors)


def newcomers_among(project: Project, actors: list[int], start: datetime) -> frozenset[int]:
    """Which of ``actors`` did nothing in ``project`` before ``start``."""
    with connection.cursor() as sql:
        sql.execute(_KNOWN_BEFORE, {"project": project.pk, "actors": actors, "start": start})
        known = {actor for (actor,) in sql.fetchall()}
    return frozenset(actors) - known


_KNOWN_BEFORE = """
SELECT asked.id FROM unnest(%(actors)s::bigint[]) asked (id)
WHERE EXISTS (
    SELECT FROM harvesters_participation part
    JOIN harvesters_contribution contribution ON contribution.id = part.contribution_id
    JOIN credits_project_repositories place
        ON place.repository_id = contribution.repository_id AND place.project_id = %(project)s
    WHERE part.actor_id = asked.id AND contribution.occurred_at < %(start)s)
"""
