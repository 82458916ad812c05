"""Rule sets, policies and contributions for tests of scoring."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from hypothesis import strategies as st

from credits.core.inputs import Participant, ScoredInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATA = resources.files("credits.core") / "data"
DEFAULT = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text("utf-8")
POLICY = (DATA / "policies" / "innovation-practice-1.0.toml").read_text("utf-8")

COUNTED = re.search(r"categories = (\[.*?\])", POLICY, re.DOTALL)[1]  # type: ignore[index]
"""The list of categories that the policy counts, as it is written there."""

HEAD = """\
slug = "small"
version = "1.0"
title = { en = "Small", zh = "小" }
description = { en = "For tests", zh = "用于测试" }
"""
GUARD = """
[[guards]]
id = "merge"
when = 'is_merge'
en = "Not counted: a merge"
zh = "不计分：合并"
"""
RULE = """
[[rules]]
id = "code"
category = "code"
when = 'lines_code > 0'
bands = { of = "lines_code", steps = [[5, 1], [45, 4.5]], more = 8 }
en = "Code, {lines_code} lines"
zh = "代码 {lines_code} 行"
source = "reasoned: a test"
"""
REVIEW = """
[[rules]]
id = "review"
category = "review"
when = 'kind == "review"'
points = '1.0 + 0.5 * double(comments)'
en = "Review"
zh = "评审"
source = "reasoned: a test"
"""
FACTOR = """
[[factors]]
id = "{id}"
when = '{when}'
factor = {factor}
en = "Times"
zh = "乘"
source = "reasoned: a test"
"""
SMALL = HEAD + GUARD + RULE + REVIEW

LI = Participant(1, "author", 1, is_bot=False)
WANG = Participant(2, "co_author", 1, is_bot=False)
CHEN = Participant(3, "co_author", 1, is_bot=False)
BOT = Participant(4, "co_author", 5, is_bot=True)


def contribution(
    kind: str = "commit",
    state: str = "merged",
    facts: Mapping[str, Any] | None = None,
    participants: tuple[Participant, ...] = (LI,),
    number: int = 1,
) -> ScoredInput:
    """A merged commit of a few lines by one person, or as asked."""
    return ScoredInput(
        contribution=number,
        kind=kind,
        state=state,
        title="Fix the loader",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        facts={"sizes": {"code": [10, 2]}} if facts is None else facts,
        repository_kind="code",
        participants=participants,
    )


_COUNTS = st.integers(0, 3000)
_SIZES = st.dictionaries(
    st.sampled_from(["code", "tests", "docs", "ci", "config", "generated", "notebook"]),
    st.lists(_COUNTS, min_size=2, max_size=2),
)
SENSIBLE_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "sizes": st.none() | _SIZES,
        "files_count": _COUNTS,
        "comments": st.integers(0, 40),
        "resolved_threads": st.integers(0, 40),
        "reviewers": st.integers(0, 9),
        "review_state": st.sampled_from(["approved", "changes_requested", "commented"]),
        "confirmed": st.booleans(),
        "is_merge": st.booleans(),
        "reverts": st.none() | st.just("0" * 40),
        "labels": st.lists(st.text(max_size=6), max_size=3),
        "pull_requests": st.lists(_COUNTS, max_size=3),
        "ai_assistance": st.lists(st.just("Copilot"), max_size=1),
    },
)
PEOPLE = st.lists(
    st.tuples(st.sampled_from(["author", "co_author"]), st.integers(0, 60), st.booleans()),
    min_size=1,
    max_size=6,
).map(
    lambda people: tuple(
        Participant(key, role, weight, is_bot)
        for key, (role, weight, is_bot) in enumerate(people, 1)
    )
)
CONTRIBUTIONS = st.builds(
    contribution,
    kind=st.sampled_from(["commit", "change", "review", "issue", "comment", "release"]),
    state=st.sampled_from(["merged", "open", "closed", "reverted"]),
    facts=SENSIBLE_FACTS,
    participants=PEOPLE,
)
PROBES = [
    contribution(facts={"sizes": {"code": [lines, 3], "tests": [lines // 7, 0]}}, participants=who)
    for lines in (1, 44, 200, 900)
    for who in ((LI,), (LI, WANG, CHEN), (LI, BOT))
]
