"""Contributions to score: the sample's histories, repeated until there are as many as asked for."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from itertools import chain, cycle, islice
from typing import Any

from credits.core.inputs import Participant, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import EARNING_ROLES

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAMPLE = resources.files("harvesters") / "data" / "sample"
RULE_SETS = resources.files("credits.core") / "data" / "rule_sets"
SOURCE = (RULE_SETS / "ai-open-source-1.0.toml").read_text("utf-8")
RULES = parse_rule_set(SOURCE)


def contributions(count: int) -> list[ScoredInput]:
    """``count`` contributions of real shape; each history in turn, then all of them again."""
    keys = cycle(range(1, 2**31))
    found = enumerate(islice(cycle(rows()), count))
    return [_as_input(number, row, keys) for number, row in found]


def rows() -> Iterator[dict[str, Any]]:
    """The sample's contributions as its files tell them, one history after the other."""
    return chain.from_iterable(map(_rows, sorted(SAMPLE.iterdir(), key=str)))


def _rows(file: Any) -> Iterator[dict[str, Any]]:
    if not file.name.endswith(".jsonl.gz"):
        return
    lines = gzip.decompress(file.read_bytes()).splitlines()
    yield from map(json.loads, lines[1:])


def _as_input(number: int, row: dict[str, Any], keys: Iterator[int]) -> ScoredInput:
    earning = EARNING_ROLES[row["kind"]]
    return ScoredInput(
        contribution=number,
        kind=row["kind"],
        state=row["state"],
        title=row["title"],
        occurred_at=datetime.fromisoformat(row["occurred_at"]),
        facts=row["facts"],
        repository_kind="code",
        participants=tuple(
            Participant(next(keys), part["role"], part.get("weight", 1), part.get("is_bot", False))
            for part in row["participants"]
            if part["role"] in earning
        ),
    )
