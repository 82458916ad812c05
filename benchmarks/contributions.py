"""Contributions to score: the sample's histories, repeated until there are as many as asked for."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from itertools import chain, cycle, islice
from typing import Any

from credits.core.inputs import Participant, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.scoring import EARNING_ROLES
from credits.core.work_items import work_item_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAMPLE = resources.files("harvesters") / "data" / "sample"
RULE_SETS = resources.files("credits.core") / "data" / "rule_sets"
SOURCE = (RULE_SETS / "ai-open-source-1.0.toml").read_text("utf-8")
RULES = parse_rule_set(SOURCE)
TWELVE = parse_rule_set(
    (resources.files("benchmarks") / "data" / "twelve-rules-1.0.toml").read_text("utf-8")
)
MOST_PEOPLE = 1_000_000
"""More than any history has; each repetition of the histories has people of its own."""


def contributions(count: int) -> list[ScoredInput]:
    """``count`` contributions of real shape; each history in turn, then all of them again."""
    found = rows()
    keys = cycle(range(1, 2**31))
    numbered = enumerate(islice(cycle(found), count))
    return [_as_input(number, number // len(found), row, keys) for number, row in numbered]


@cache
def rows() -> list[dict[str, Any]]:
    """The sample's contributions as its files tell them, one history after the other."""
    files = [file for file in SAMPLE.iterdir() if file.name.endswith(".jsonl.gz")]
    histories = enumerate(sorted(files, key=str))
    return list(chain.from_iterable(_history(number, file) for number, file in histories))


def _history(number: int, file: Any) -> Iterator[dict[str, Any]]:
    for line in gzip.decompress(file.read_bytes()).splitlines()[1:]:
        row = json.loads(line)
        yield {**row, "history": number}


def _as_input(
    number: int, repetition: int, row: dict[str, Any], keys: Iterator[int]
) -> ScoredInput:
    earning = EARNING_ROLES[row["kind"]]
    item = ScoredInput(
        contribution=number,
        kind=row["kind"],
        state=row["state"],
        title=row["title"],
        occurred_at=datetime.fromisoformat(row["occurred_at"]),
        facts=row["facts"],
        repository_kind="code",
        participants=tuple(
            Participant(
                key=next(keys),
                role=part["role"],
                weight=part.get("weight", 1),
                is_bot=part.get("is_bot", False),
                person=_person(part["external_id"] or part["login"], repetition),
            )
            for part in row["participants"]
            if part["role"] in earning
        ),
        repository=repetition * 100 + row["history"] + 1,
    )
    return replace(item, work_item=work_item_of(item))


@cache
def _number_of(account: str) -> int:
    return next(_NUMBERS)


_NUMBERS = iter(range(1, MOST_PEOPLE))


def _person(account: str, repetition: int) -> int:
    return repetition * MOST_PEOPLE + _number_of(account)
