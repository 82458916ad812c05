"""Rule sets and whole histories for property tests of scoring: people, weeks, reviews in pairs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from credits.core.inputs import Participant, ScoredInput
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSet
from credits.core.scoring import ScoreResult, score_contributions
from credits.core.work_items import work_item_of
from tests.rule_sets import FACTOR, SMALL

NOW = datetime(2027, 6, 1, tzinfo=UTC)
START = datetime(2026, 9, 1, tzinfo=UTC)
LI, WANG, CHEN, ROBOT = 101, 102, 103, 104
DAYS = 60

LIMIT = """
[[limits]]
id = "{id}"
kind = "{kind}"
per = "{per}"
{numbers}
en = "Limited by {{period}}"
zh = "{{period}} 的上限"
source = "reasoned: a test"
"""
ISSUE = """
[[rules]]
id = "issue"
category = "issue"
when = 'kind == "issue"'
points = 2
en = "Issue"
zh = "议题"
source = "reasoned: a test"
"""
RULES = SMALL.replace("0.5 * double(comments)", "0.333 * double(comments)") + ISSUE
FACTORS = FACTOR.format(id="tested", when="lines_tests > 0", factor=1.25) + FACTOR.format(
    id="bulk", when="is_mechanical", factor=0.2
)
LIMITS = {
    "decay": ("decay", "month", "steps = [[2, 100], [3, 33]]\nrest = 7"),
    "weekly": ("decay", "week", "steps = [[1, 90]]\nrest = 50"),
    "items": ("items", "day", 'most = 1\nof = ["code"]'),
    "points": ("points", "week", "most = 12.5"),
    "share": ("share", "month", 'most = 30\nabove = 4\nof = ["review"]'),
    "reviews": ("points", "month", 'most = 3\nrules = ["review"]'),
}


def rules(*limits: str, source: str = RULES + FACTORS) -> RuleSet:
    """The rule set with these of `LIMITS`, in this order."""
    told = (LIMITS[name] for name in limits)
    parts = (
        LIMIT.format(id=name, kind=kind, per=per, numbers=numbers)
        for name, (kind, per, numbers) in zip(limits, told, strict=True)
    )
    return parse_rule_set(source + "".join(parts))


UNLIMITED = rules()
LIMITED = rules(*LIMITS)


def change(
    number: int,
    lines: int,
    *,
    at: datetime = START,
    person: int = LI,
    path: str = "src/loader/a.py",
    closes: int | None = None,
    others: Sequence[Participant] = (),
    **facts: Any,
) -> ScoredInput:
    """A merged change of so many lines of code, placed in its work item."""
    told: dict[str, Any] = {"sizes": {"code": [lines, 0]}, "files": [[path, lines, 0]], **facts}
    if closes is not None:
        told["closes"] = [closes]
    author = Participant(number * 10, "author", 1, is_bot=False, person=person)
    return placed(
        ScoredInput(number, "change", "merged", "Mend", at, told, "code", (author, *others))
    )


def placed(item: ScoredInput) -> ScoredInput:
    return replace(item, work_item=work_item_of(item))


def scored(
    items: Iterable[ScoredInput], rule_set: RuleSet, now: datetime = NOW
) -> list[ScoreResult]:
    return score_contributions(items, rule_set, now=now)


def earned(results: Iterable[ScoreResult]) -> int:
    return sum(result.points for result in results)


@st.composite
def _participants(
    draw: st.DrawFn, number: int, kind: str, *, is_shared: bool
) -> tuple[Participant, ...]:
    first = draw(st.sampled_from([LI, WANG, CHEN]))
    role = {"review": "reviewer", "issue": "reporter"}.get(kind, "author")
    found = [Participant(number * 10, role, draw(st.integers(1, 5)), is_bot=False, person=first)]
    if kind == "change" and is_shared:
        for place in range(1, draw(st.integers(0, 3)) + 1):
            who = draw(st.sampled_from([LI, WANG, CHEN, ROBOT]))
            weight = draw(st.integers(0, 5))
            found.append(
                Participant(number * 10 + place, "co_author", weight, who == ROBOT, person=who)
            )
    return tuple(found)


@st.composite
def _contribution(draw: st.DrawFn, number: int, *, is_shared: bool) -> ScoredInput:
    kind = draw(st.sampled_from(["change", "change", "change", "review", "issue"]))
    facts: dict[str, Any] = {}
    if kind == "change":
        lines = draw(st.sampled_from([0, 1, 5, 6, 40, 46, 300]))
        facts["sizes"] = {"code": [lines, 0], "tests": [draw(st.sampled_from([0, 0, 7])), 0]}
        facts["files"] = [[draw(st.sampled_from(["a/b/c/d.py", "a/b/x.py", "docs/y.md"])), 1, 0]]
        facts["closes"] = draw(st.lists(st.integers(1, 3), max_size=1))
        facts["is_merge"] = draw(st.sampled_from([False, False, False, True]))
        facts["is_mechanical"] = draw(st.sampled_from([False, False, True]))
    if kind == "review":
        facts["comments"] = draw(st.integers(0, 9))
    minutes = draw(st.integers(0, DAYS * 24 * 60 - 1))
    return placed(
        ScoredInput(
            contribution=number,
            kind=kind,
            state="merged",
            title="Mend",
            occurred_at=START + timedelta(minutes=minutes),
            facts=facts,
            repository_kind="code",
            participants=draw(_participants(number, kind, is_shared=is_shared)),
            repository=draw(st.integers(1, 2)),
            counterpart=draw(st.sampled_from([0, LI, WANG, CHEN])) if kind == "review" else 0,
        )
    )


@st.composite
def histories(draw: st.DrawFn, most: int = 25, *, is_shared: bool = True) -> list[ScoredInput]:
    """Several people's work of sixty days: changes shared and cut up, reviews, issues."""
    count = draw(st.integers(1, most))
    return [draw(_contribution(number, is_shared=is_shared)) for number in range(1, count + 1)]


def renumbered(items: Iterable[ScoredInput], first: int = 1_000) -> list[ScoredInput]:
    """``items`` with numbers from ``first`` on, to go beside a history of smaller ones."""
    return [
        replace(
            item,
            contribution=number,
            participants=tuple(
                replace(part, key=number * 10 + place)
                for place, part in enumerate(item.participants)
            ),
        )
        for number, item in enumerate(items, first)
    ]
