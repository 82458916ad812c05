"""The preview of a rule set on a year of a project: seconds until the whole comparison is there.

The peer reads and scores the history once for each of the two rule sets, as one would who has
only ``score``; the floor reads the same rows once and scores nothing. All take turns, and the time
is the clock's, because PostgreSQL is another process. The rows live in a transaction that is
rolled back.
"""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import resources
from typing import Any

from django.db import connection, transaction

from benchmarks.contributions import NOW, RULES, contributions
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import score_contributions
from credits.models import Project
from credits.services.preview import months_before, preview_rule_set
from credits.services.preview_rows import HistoryChunk, read_history
from credits.services.rules import create_draft, publish_rule_set
from credits.services.scoring import score_project
from harvesters.models import Actor, Contribution, Participation, Repository

NAME = "preview"
SIZE, QUICK_SIZE = 10_000, 1_000
ROUNDS, QUICK_ROUNDS = 5, 2
PEOPLE = 150
MINUTES_APART = 50
"""So that 10,000 contributions fill a year."""
MOST_SECONDS = 5.0

SOURCE = (
    resources.files("credits.core") / "data" / "rule_sets" / f"{RULES.slug}-{RULES.version}.toml"
).read_text("utf-8")
DRAFT = parse_rule_set(SOURCE.partition("[[cases]]")[0].replace("[45, 4]", "[45, 3]", 1))


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row, if ``preview`` is asked for."""
    if names and NAME not in names:
        return []
    size, rounds = (QUICK_SIZE, QUICK_ROUNDS) if quick else (SIZE, ROUNDS)
    with transaction.atomic():
        project = fill(size)
        ways: dict[str, Callable[[], int]] = {
            "ours": lambda: ours(project),
            "peer": lambda: one_by_one(project),
            "floor": lambda: len(_history(project)),
        }
        spent = {way: [_seconds(act) for _ in range(rounds)] for way, act in ways.items()}
        preview = preview_rule_set(DRAFT, project, now=NOW)
        transaction.set_rollback(True)
    own, peer, floor = (statistics.median(spent[way]) for way in ("ours", "peer", "floor"))
    return [
        {
            "name": NAME,
            "ours": round(own, 2),
            "unit": "s",
            "peer": "read and scored for each rule set apart",
            "peer_value": round(peer, 2),
            "ratio": round(peer / own, 2),
            "floor": "the same rows read, nothing scored",
            "floor_value": round(floor, 2),
            "size": f"{preview.contributions} contributions, {len(preview.changes)} accounts",
            "details": [
                f"{own / floor:.1f} times the floor; at most {MOST_SECONDS:g} s are promised"
            ],
        }
    ]


def ours(project: Project) -> int:
    """The preview, whole."""
    return preview_rule_set(DRAFT, project, now=NOW).after


def one_by_one(project: Project) -> int:
    """The points by the second rule set, after those by the first, each from its own reading."""
    totals = [
        sum(
            one.points
            for chunk in _history(project)
            for one in score_contributions(chunk.items, rules, now=NOW)
            if one.participation in chunk.actors
        )
        for rules in (RULES, DRAFT)
    ]
    return totals[1]


def _history(project: Project) -> list[HistoryChunk]:
    return list(read_history(project, start=months_before(NOW, 12)))


def fill(size: int) -> Project:
    """A project with ``size`` contributions of real shape in the last year, by many people."""
    project = Project.objects.create(slug="measured", name="Measured", registered_at=NOW)
    draft = create_draft(SOURCE, now=NOW)
    publish_rule_set(draft, active_from=NOW - timedelta(days=400), now=NOW)
    place = Repository.objects.create(host="forge.example", external_id="1", path="lab/measured")
    project.repositories.add(place)
    actors = Actor.objects.bulk_create(
        Actor(host="forge.example", external_id=str(number), login=f"person-{number}")
        for number in range(PEOPLE)
    )
    items = contributions(size)
    rows = Contribution.objects.bulk_create(
        Contribution(
            repository=place,
            external_id=f"{item.contribution:040x}",
            kind=item.kind,
            occurred_at=NOW - timedelta(minutes=MINUTES_APART * item.contribution),
            state=item.state,
            title=item.title,
            facts=item.facts,
            digest="00" * 32,
            harvested_at=NOW,
        )
        for item in items
    )
    Participation.objects.bulk_create(
        Participation(
            contribution=row,
            actor=actors[(item.contribution * 7 + place) % PEOPLE],
            role=part.role,
            weight=part.weight,
        )
        for row, item in zip(rows, items, strict=True)
        for place, part in enumerate(item.participants)
    )
    _analyze()
    score_project(project, now=NOW)
    _analyze()
    return project


def _analyze() -> None:
    """Tell the planner of the rows, as PostgreSQL itself does where they are committed."""
    with connection.cursor() as sql:
        sql.execute("ANALYZE")


def _seconds(act: Callable[[], int]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
