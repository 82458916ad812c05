"""Scoring in the database: the whole of a history, and what a thousand new rows cost in it.

The history is the sample's, repeated over two years and as many people as it takes, each with
about fifty contributions. ``rescore-whole`` scores all of it by a rule set that is new to it; its
floor reads the same rows and writes as many of the same width, without a thought in between.
``rescore`` adds a thousand contributions and scores what changed; the peer is the whole.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.contributions import SOURCE, rows

WHOLE, CHANGED = "rescore-whole", "rescore"
SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000), (4_000, 20_000)
NEW = 1_000
A_PERSONS = 50
JOBS = os.cpu_count() or 1
BEGUN = datetime(2024, 9, 2, 8, tzinfo=UTC)
LASTS = timedelta(days=730)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """Two rows for each size, if one of them is asked for; the larger sizes take minutes."""
    if {WHOLE, CHANGED} & set(names):
        for size in QUICK_SIZES if quick else SIZES:
            yield from _measured(size)


def _measured(size: int) -> Iterator[dict[str, Any]]:
    from credits.models import Project, RuleSet, Score  # noqa: PLC0415 - Django is set up by now
    from credits.services.rules import create_draft, publish_rule_set  # noqa: PLC0415
    from credits.services.scoring import score_project  # noqa: PLC0415

    project = Project.objects.create(slug=f"of-{size}", name=str(size), registered_at=BEGUN)
    load(project, size, first=0)
    draft = create_draft(SOURCE.replace('"ai-open-source"', f'"of-{size}"'), project=project)
    publish_rule_set(draft, active_from=BEGUN, now=BEGUN)
    first = _seconds(lambda: score_project(project, now=NOW, jobs=JOBS))
    again = SOURCE.replace('"ai-open-source"', f'"of-{size}"').replace("1.0", "1.1", 1)
    newer = create_draft(again, project=project)
    publish_rule_set(newer, active_from=BEGUN + LASTS, now=BEGUN + LASTS)
    whole = _seconds(lambda: score_project(project, now=NOW, jobs=JOBS))
    floor = _seconds(lambda: _floor(project, newer))
    yield {
        "name": WHOLE,
        "ours": round(size / whole),
        "unit": "contributions a second, by a new rule set",
        "peer": "the first scoring, which places them too",
        "peer_value": round(size / first),
        "ratio": round(first / whole, 2),
        "floor": "the rows read and written back, unscored",
        "floor_value": round(size / floor),
        "size": f"{size} contributions in {whole:.1f} s, peak {peak()} MB",
    }
    load(project, NEW, first=size)
    changed = _seconds(lambda: score_project(project, now=NOW))
    yield {
        "name": CHANGED,
        "ours": round(changed, 2),
        "unit": f"seconds after {NEW} new contributions",
        "peer": "scoring the whole",
        "peer_value": round(whole, 2),
        "ratio": round(whole / changed, 1),
        "floor": "",
        "floor_value": 0,
        "size": f"{size} contributions before, {Score.objects.filter(project=project).count()}"
        f" scores under {RuleSet.objects.filter(project=project).count()} rule sets",
    }


def _seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak() -> int:
    """The most memory that this process held so far, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def load(project: Any, size: int, *, first: int) -> None:
    """Write ``size`` contributions of ``project`` as a harvest stores them, from ``first`` on."""
    from django.db import connection, transaction  # noqa: PLC0415

    people = max(1, (first or size) // A_PERSONS)
    with transaction.atomic(), connection.cursor() as sql:
        sql.execute(_REPOSITORY, [f"of {project.pk}", f"lab/of-{project.pk}"])
        (repository,) = sql.fetchone()
        project.repositories.add(repository)
        sql.execute(_ACTORS, [people])
        sql.execute(
            "CREATE TEMPORARY TABLE made (number bigint, kind text, happened timestamptz,"
            " state text, title text, facts jsonb, role text) ON COMMIT DROP"
        )
        with sql.copy("COPY made FROM STDIN") as stream:
            for row in _made(size, first):
                stream.write_row(row)
        sql.execute("ANALYZE made; ANALYZE harvesters_actor")
        sql.execute(_CONTRIBUTIONS, [repository, NOW])
        sql.execute("ANALYZE harvesters_contribution")
        sql.execute(_PARTICIPATIONS, [repository, first, first + size, people])
        sql.execute(_CHANGED, [repository, first, first + size])
    with connection.cursor() as sql:
        sql.execute("ANALYZE")


def _made(size: int, first: int) -> Iterator[tuple[Any, ...]]:
    shapes = cycle(rows())
    step = LASTS / max(size, first)
    for number, shape in enumerate(islice(shapes, size), first):
        happened = BEGUN + step * (number * 7_919 % max(size, first))
        facts = {**shape["facts"], "pull_requests": [number]}
        role = {"review": "reviewer", "issue": "reporter"}.get(shape["kind"], "author")
        yield (
            number,
            shape["kind"],
            happened,
            shape["state"],
            shape["title"],
            json.dumps(facts),
            role,
        )


def _floor(project: Any, rule_set: Any) -> None:
    """Read what scoring reads, and write what it writes into a table of the same indexes."""
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as sql:
        sql.execute(
            "CREATE TEMPORARY TABLE floor (LIKE credits_score INCLUDING INDEXES) ON COMMIT DROP"
        )
        with sql.copy(_READ, [project.pk]) as stream:
            for _ in stream:
                pass
        with sql.copy(
            "COPY (SELECT * FROM credits_score WHERE rule_set_id = %s) TO STDOUT".replace(
                "%s", str(rule_set.pk)
            )
        ) as stream:
            scored = [bytes(part) for part in stream]
        with sql.copy("COPY floor FROM STDIN") as stream:
            for part in scored:
                stream.write(part)


_REPOSITORY = """
INSERT INTO harvesters_repository (host, external_id, path, url, kind, created_at)
VALUES ('forge.example', %s, %s, '', 'code', now())
ON CONFLICT (host, external_id) DO UPDATE SET path = excluded.path RETURNING id
"""
_ACTORS = """
INSERT INTO harvesters_actor (host, external_id, login, is_bot, created_at)
SELECT 'forge.example', number, 'person-' || number, false, now()
FROM generate_series(0, %s) number ON CONFLICT DO NOTHING
"""
_CONTRIBUTIONS = """
INSERT INTO harvesters_contribution (repository_id, external_id, kind, occurred_at, state, title,
    url, facts, digest, harvested_at)
SELECT %s, number, kind, happened, state, title, 'https://forge.example/' || number, facts,
    lpad(to_hex(number), 64, '0'), %s FROM made ORDER BY number
"""
_PARTICIPATIONS = """
INSERT INTO harvesters_participation (contribution_id, actor_id, role, weight)
SELECT contribution.id, actor.id, made.role, 1 FROM made
JOIN harvesters_contribution contribution ON contribution.repository_id = %s
    AND contribution.external_id = made.number::text AND contribution.kind = made.kind
    AND made.number >= %s AND made.number < %s
JOIN harvesters_actor actor ON actor.host = 'forge.example'
    AND actor.external_id = (made.number * 31 %% %s)::text
ORDER BY contribution.id
"""
_CHANGED = """
INSERT INTO harvesters_changedcontribution (contribution_id, is_echo)
SELECT id, false FROM harvesters_contribution WHERE repository_id = %s
    AND external_id::bigint >= %s AND external_id::bigint < %s ORDER BY id
"""
_READ = """
COPY (SELECT contribution.id, contribution.facts, part.id FROM harvesters_contribution contribution
    JOIN harvesters_participation part ON part.contribution_id = contribution.id
    JOIN credits_placement place ON place.participation_id = part.id
    WHERE place.project_id = %s) TO STDOUT
"""
