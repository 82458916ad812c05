"""Cells: one person's month in a project. No score in one depends on the limits of another."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from credits.models import Project
from credits.services.arrays import as_array

CHUNK = 2_000
"""Participations scored at once: bounds the memory of any project, however large."""

SPAN = 50_000
"""Participations whose cells are kept in mind at once."""


class Cell(NamedTuple):
    """Whose month it is; ``month`` is of `credits.core.periods`."""

    month: int
    person: int


class SizedCell(NamedTuple):
    """A cell, and how many participations are in it."""

    month: int
    person: int
    size: int


@dataclass(frozen=True, slots=True)
class Members:
    """Who stands in some cells, and all contributions that it takes to score them.

    ``cell_of`` are the participations, ``needs`` the contributions of each cell. These are more
    where work items are shared: then the whole of each item is needed.
    """

    cell_of: Mapping[int, Cell]
    needs: Mapping[Cell, AbstractSet[int]]

    @property
    def participations(self) -> frozenset[int]:
        return frozenset(self.cell_of)

    @property
    def contributions(self) -> list[int]:
        return sorted(frozenset[int]().union(*self.needs.values()))


def members_of(project: Project, cells: Iterable[SizedCell]) -> Members:
    """Who stands in ``cells``, which are not none."""
    return members_of_each(project, {0: [Cell(cell.month, cell.person) for cell in cells]})[0]


def members_of_each(project: Project, cells: Mapping[int, Collection[Cell]]) -> dict[int, Members]:
    """For each key of ``cells``, who stands in its cells; in one query."""
    owned = [(owner, *cell) for owner, mine in cells.items() for cell in mine]
    owners, months, persons = zip(*owned, strict=True)
    cell_of: dict[int, dict[int, Cell]] = {owner: {} for owner in cells}
    needs: dict[int, dict[Cell, set[int]]] = {owner: {} for owner in cells}
    with connection.cursor() as sql:
        arrays = {"owners": owners, "months": months, "persons": persons}
        scope = {name: as_array(values) for name, values in arrays.items()}
        sql.execute(_MEMBERS, {"project": project.pk, **scope})
        for owner, month, person, contribution, participation in sql.fetchall():
            cell = Cell(month, person)
            needs[owner].setdefault(cell, set()).add(contribution)
            if participation is not None:
                cell_of[owner][participation] = cell
    return {owner: Members(cell_of[owner], needs[owner]) for owner in cells}


def sized(project: Project, cells: Collection[Cell]) -> list[SizedCell]:
    """``cells`` with their sizes, those that are empty now left out."""
    if not cells:
        return []
    months, persons = zip(*cells, strict=True)
    with connection.cursor() as sql:
        sql.execute(
            _SIZED,
            {"project": project.pk, "months": as_array(months), "persons": as_array(persons)},
        )
        return [SizedCell(*row) for row in sql.fetchall()]


class Span(NamedTuple):
    """Some months on end, and how many participations are in them."""

    first: int
    last: int
    size: int


def spans(project: Project) -> list[Span]:
    """All months of ``project``, as many together as memory holds well."""
    with connection.cursor() as sql:
        sql.execute(_MONTHS, [project.pk])
        months = [Span(month, month, size) for month, size in sql.fetchall()]
    found: list[Span] = []
    for month in months:
        if found and found[-1].size + month.size <= SPAN:
            found[-1] = Span(found[-1].first, month.last, found[-1].size + month.size)
        else:
            found.append(month)
    return found


def cells_in(project: Project, span: Span) -> list[SizedCell]:
    """Every cell of ``project`` in the months of ``span``."""
    with connection.cursor() as sql:
        sql.execute(_CELLS_IN, [project.pk, span.first, span.last])
        return [SizedCell(*row) for row in sql.fetchall()]


def all_cells(project: Project) -> Iterator[SizedCell]:
    """Every cell of ``project``, in the order of months."""
    for span in spans(project):
        yield from cells_in(project, span)


def in_chunks(cells: Iterable[SizedCell]) -> Iterator[list[SizedCell]]:
    """``cells`` a chunk at a time; one large cell is a chunk of its own."""
    chunk: list[SizedCell] = []
    count = 0
    for cell in cells:
        if chunk and count + cell.size > CHUNK:
            yield chunk
            chunk, count = [], 0
        chunk.append(cell)
        count += cell.size
    if chunk:
        yield chunk


# A work item is of one repository, and so of one project.
_MEMBERS = """
WITH inside AS MATERIALIZED (
    SELECT cell.owner, cell.month, cell.person, found.participation_id, found.contribution_id,
        found.work_item
    FROM unnest(%(owners)s::bigint[], %(months)s::integer[], %(persons)s::bigint[])
        cell (owner, month, person)
    CROSS JOIN LATERAL (
        SELECT participation_id, contribution_id, work_item FROM credits_placement
        WHERE project_id = %(project)s AND month = cell.month AND person = cell.person
        OFFSET 0) found
), item AS MATERIALIZED (
    SELECT DISTINCT owner, month, person, work_item FROM inside WHERE work_item IS NOT NULL
)
SELECT owner, month, person, contribution_id, participation_id FROM inside
UNION
SELECT item.owner, item.month, item.person, found.contribution_id, NULL
FROM item CROSS JOIN LATERAL (
    SELECT contribution_id FROM credits_placement
    WHERE work_item = item.work_item OFFSET 0) found
"""

_SIZED = """
SELECT cell.month, cell.person, found.count
FROM unnest(%(months)s::integer[], %(persons)s::bigint[]) cell (month, person)
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM credits_placement
    WHERE project_id = %(project)s AND month = cell.month AND person = cell.person) found
WHERE found.count > 0
ORDER BY cell.month, cell.person
"""

_MONTHS = """
SELECT month, count(*) FROM credits_placement
WHERE project_id = %s GROUP BY month ORDER BY month
"""

_CELLS_IN = """
SELECT month, person, count(*) FROM credits_placement
WHERE project_id = %s AND month BETWEEN %s AND %s GROUP BY month, person ORDER BY month, person
"""
