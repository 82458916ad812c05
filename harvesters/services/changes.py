"""Say that contributions changed, so that whoever builds on them looks again.

It is said in the transaction of the change itself: nothing is missed, and nothing is looked for.
"""

from collections.abc import Iterable

from django.db import connection


def mark_changed(contributions: Iterable[int]) -> None:
    """Have ``contributions`` looked at again: something about them was decided."""
    with connection.cursor() as sql:
        sql.execute(_MARK, [sorted(contributions)])


def mark_work_of(actors: Iterable[int]) -> None:
    """Have everything looked at again in which one of ``actors`` took part."""
    with connection.cursor() as sql:
        sql.execute(_MARK_WORK, [sorted(actors)])


_MARK = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT key, false FROM unnest(%s::bigint[]) asked (key)
"""

_MARK_WORK = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT DISTINCT contribution_id, false FROM harvesters_participation WHERE actor_id = ANY(%s)
"""
