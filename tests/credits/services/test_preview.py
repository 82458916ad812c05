"""A preview shows who gains and who loses, and writes nothing."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.core.rule_reader import parse_rule_set
from credits.models import Score
from credits.services.preview import ActorChange, preview_rule_set
from credits.services.rules import NoRuleSetError
from credits.services.scoring import score_project
from harvesters.forge import Participant, Role
from tests.histories import *  # noqa: F403
from tests.histories import account, change, harvest, record
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
FEWER = parse_rule_set(SOURCE.replace("[190, 8]", "[190, 4]", 1).partition("[[cases]]")[0])

pytestmark = pytest.mark.django_db


def test_it_compares_the_whole_history_by_both_rule_sets(worked):
    preview = preview_rule_set(FEWER, worked, now=NOW)

    assert (preview.contributions, preview.before, preview.after) == (4, 32_000, 16_000)
    assert preview.changes == (ActorChange("li", 28_000, 14_000), ActorChange("wu", 4_000, 2_000))
    assert preview.changes[0].change == -14_000


def test_the_same_rules_change_nothing(worked):
    preview = preview_rule_set(parse_rule_set(SOURCE), worked, now=NOW)

    assert (preview.changes, preview.before) == ((), preview.after)


def test_it_writes_nothing(worked):
    before = list(Score.objects.values_list("pk", "points", "scored_at"))

    preview_rule_set(FEWER, worked, now=NOW)

    assert list(Score.objects.values_list("pk", "points", "scored_at")) == before


def test_it_agrees_with_the_scores_that_are_stored(worked):
    parts = [
        Participant(account("wu"), Role.AUTHOR),
        Participant(account("helper", is_bot=True), Role.CO_AUTHOR),
        Participant(account("li"), Role.MERGER),
    ]
    harvest(worked, record(9, parts, sizes={"code": [300, 0]}), now=NOW)
    score_project(worked, now=NOW)

    preview = preview_rule_set(FEWER, worked, now=NOW)

    assert preview.before == sum(Score.objects.in_force().values_list("points", flat=True))


def test_with_nothing_in_force_there_is_nothing_to_compare_with(project):
    with pytest.raises(NoRuleSetError):
        preview_rule_set(FEWER, project, now=NOW)


def test_a_project_without_history_gives_an_empty_preview(project, rule_set):
    preview = preview_rule_set(FEWER, project, now=NOW)

    assert (preview.contributions, preview.changes) == (0, ())


def test_the_number_of_queries_does_not_grow_with_the_history(worked):
    counts = []
    for size in (3, 30):
        harvest(worked, *(change(size * 100 + number) for number in range(size)), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            preview_rule_set(FEWER, worked, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20
