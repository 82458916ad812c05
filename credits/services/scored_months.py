"""From what each person's month was scored: noted with the scores, and looked up again."""

from collections.abc import Iterable, Mapping

from django.db import connection

from credits.models import Project, RuleSet
from credits.services.arrays import as_array
from credits.services.cells import Cell, Members

_WRAP, _HALF = 1 << 64, 1 << 63


def sums_of(members: Members, stamps: Mapping[int, int]) -> dict[Cell, int]:
    """By cell, the sum of the ``stamps`` of all that it takes to score it.

    A sum does not depend on the order, and a contribution that comes or goes changes it.
    """
    return {
        cell: (sum(stamps.get(key, 0) for key in needed) + _HALF) % _WRAP - _HALF
        for cell, needed in members.needs.items()
    }


def note_months(project: Project, rule_set: RuleSet, sums: Mapping[Cell, int]) -> None:
    """Keep from what the cells of ``project`` were scored under ``rule_set``."""
    if not sums:
        return
    months, persons = zip(*sums, strict=True)
    with connection.cursor() as sql:
        sql.execute(
            _NOTE,
            {
                **_scope(project, rule_set),
                "months": as_array(months),
                "persons": as_array(persons),
                "inputs": as_array(sums.values()),
            },
        )


def months_noted(project: Project, rule_set: RuleSet, cells: Iterable[Cell]) -> dict[Cell, int]:
    """From what ``cells`` were scored; those that never were are left out."""
    months, persons = zip(*cells, strict=True)
    with connection.cursor() as sql:
        sql.execute(
            _NOTED,
            {
                **_scope(project, rule_set),
                "months": as_array(months),
                "persons": as_array(persons),
            },
        )
        return {Cell(month, person): inputs for month, person, inputs in sql.fetchall()}


def _scope(project: Project, rule_set: RuleSet) -> dict[str, int]:
    return {"project": project.pk, "rule_set": rule_set.pk}


_NOTE = """
INSERT INTO credits_scoredmonth AS kept (project_id, rule_set_id, month, person, inputs)
SELECT %(project)s, %(rule_set)s, cell.month, cell.person, cell.inputs
FROM unnest(%(months)s::integer[], %(persons)s::bigint[], %(inputs)s::bigint[])
    cell (month, person, inputs)
ORDER BY cell.month, cell.person
ON CONFLICT (project_id, rule_set_id, month, person) DO UPDATE SET inputs = excluded.inputs
WHERE kept.inputs <> excluded.inputs
"""

_NOTED = """
SELECT cell.month, cell.person, kept.inputs
FROM unnest(%(months)s::integer[], %(persons)s::bigint[]) cell (month, person)
CROSS JOIN LATERAL (
    SELECT inputs FROM credits_scoredmonth
    WHERE project_id = %(project)s AND rule_set_id = %(rule_set)s
        AND month = cell.month AND person = cell.person OFFSET 0) kept
"""
