"""What people of the sample histories earn by the default rules in half a year.

The peer is a plain count of merged changes and commits, the floor the same rules without limits.
Everything has settled; reviews and issues of the sample are drawn at random, the rest is real.
"""

import gzip
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import harvesters
from credits.core.inputs import Participant, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSet
from credits.core.scoring import EARNING_ROLES, ScoreResult, score_contributions
from credits.core.work_items import work_item_of
from harvesters.forge import ActorRecord, ContributionRecord
from harvesters.forges.jsonl import parse_record

NAME = "half-years"
SAMPLE = Path(harvesters.__file__).parent / "data" / "sample"
RULES = resources.files("credits.core") / "data" / "rule_sets" / "ai-open-source-1.0.toml"
SETTLED = timedelta(days=365)
HUNDRED = 100
PERCENTILES = (50, 75, 90, 95, 99)
LEVELS = (12.5, 25, 50, 100)
"""Points at which it is told how many reach them."""

HalfYear = tuple[int, int, bool]
"""A person, the year, and whether it is its second half."""


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """One row for each sample history; ``quick`` takes the smallest two."""
    if NAME not in names:
        return
    rules = parse_rule_set(RULES.read_text("utf-8"))
    paths = sorted(SAMPLE.glob("*.jsonl.gz"), key=lambda path: path.stat().st_size)
    for path in paths[:2] if quick else paths:
        yield _row(path, rules)


def _row(path: Path, rules: RuleSet) -> dict[str, Any]:
    items = read(path)
    now = max(item.occurred_at for item in items) + SETTLED
    results = score_contributions(items, rules, now=now)
    free = score_contributions(items, replace(rules, limits=()), now=now)
    earned = _by_half_year(items, ((result, result.points) for result in results))
    ours = percentiles(earned.values())
    counted = _by_half_year(items, ((one, 1000) for one in results if one.points), merged=True)
    theirs = percentiles(counted.values())
    without = percentiles(_by_half_year(items, ((one, one.points) for one in free)).values())
    return {
        "name": f"{NAME} {path.name.removesuffix('.jsonl.gz')}",
        "ours": ours[90],
        "unit": "points, the 90th percentile of people and half-years",
        "peer": "a point for each merged change or commit",
        "peer_value": theirs[90],
        "ratio": round(ours[90] / theirs[90], 2),
        "floor": "without limits",
        "floor_value": without[90],
        "size": f"{len(earned)} half-years of people, {len(items)} contributions",
        "details": _details(earned.values(), ours, results, rules),
    }


def _details(
    earned: Iterable[int],
    found: Mapping[int, float],
    results: Sequence[ScoreResult],
    rules: RuleSet,
) -> list[str]:
    values = list(earned)
    limits = {limit.id for limit in rules.limits}
    taken: Counter[str] = Counter()
    for result in results:
        for reason in result.reasons:
            if reason.rule in limits:
                taken[reason.rule] -= reason.points
    reached = {
        level: HUNDRED * sum(value >= level * 1000 for value in values) / len(values)
        for level in LEVELS
    }
    whole = sum(values) + sum(taken.values())
    return [
        ", ".join(f"p{place} {value}" for place, value in found.items()),
        ", ".join(f"{share:.1f} % reach {level} points" for level, share in reached.items()),
        ", ".join(f"{name} takes {HUNDRED * cut / whole:.1f} %" for name, cut in taken.items()),
    ]


def percentiles(thousandths: Iterable[int]) -> dict[int, float]:
    """Points at each of `PERCENTILES`, between neighbours in proportion."""
    cuts = statistics.quantiles(thousandths, n=HUNDRED, method="inclusive")
    return {place: round(cuts[place - 1] / 1000, 1) for place in PERCENTILES}


def _by_half_year(
    items: Sequence[ScoredInput],
    earned: Iterable[tuple[ScoreResult, int]],
    *,
    merged: bool = False,
) -> dict[HalfYear, int]:
    known = {item.contribution: item for item in items}
    people = {part.key: part.person for item in items for part in item.participants}
    found: dict[HalfYear, int] = defaultdict(int)
    for result, points in earned:
        item = known[result.contribution]
        if points and (item.kind in {"change", "commit"} or not merged):
            day = item.occurred_at
            found[people[result.participation], day.year, day.month > 6] += points
    return found


def read(path: Path) -> list[ScoredInput]:
    """The contributions of the sample history at ``path``, with work items and counterparts."""
    with gzip.open(path, "rb") as lines:
        next(lines)
        records = [parse_record(line) for line in lines]
    people: dict[tuple[str, str], int] = {}
    authors = {
        number: _number(people, record.participants[0].actor)
        for record in records
        if record.kind == "change" and record.participants
        for number in record.facts.get("pull_requests", ())
    }
    keys = iter(range(1, 10 * len(records)))
    items = [_item(number, one, people, keys, authors) for number, one in enumerate(records)]
    return [replace(item, work_item=work_item_of(item)) for item in items if item.participants]


def _item(
    number: int,
    record: ContributionRecord,
    people: dict[tuple[str, str], int],
    keys: Iterator[int],
    authors: Mapping[int, int],
) -> ScoredInput:
    pulls = record.facts.get("pull_requests") or [0]
    is_brought = not authors or any(number in authors for number in pulls)
    parts = [part for part in record.participants if part.role in EARNING_ROLES[record.kind]]
    return ScoredInput(
        contribution=number,
        kind=record.kind,
        state=record.state,
        title=record.title,
        occurred_at=_in_utc(record.occurred_at),
        facts=record.facts,
        repository_kind="code",
        participants=tuple(
            Participant(
                next(keys),
                part.role,
                part.weight,
                part.actor.is_bot,
                _number(people, part.actor),
            )
            for part in parts
        ),
        is_direct=record.kind == "commit" and not is_brought,
        counterpart=authors.get(pulls[0], 0) if record.kind == "review" else 0,
    )


def _number(people: dict[tuple[str, str], int], actor: ActorRecord) -> int:
    return people.setdefault((actor.host, actor.external_id or actor.login), len(people) + 1)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
