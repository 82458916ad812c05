"""A preview shows who gains and who loses, and writes nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.core.comparison import Change
from credits.core.rule_reader import parse_rule_set
from credits.models import Score
from credits.services.bands import bands_of
from credits.services.preview import ActorChange, months_before, preview_rule_set
from credits.services.preview_json import as_json
from credits.services.preview_rows import first_month_that_fits
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
        score_project(worked, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            preview_rule_set(FEWER, worked, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 42


def test_the_biggest_changes_say_why_before_and_after(worked):
    preview = preview_rule_set(FEWER, worked, now=NOW)

    assert [change.points for change in preview.biggest] == [Change(8_000, 4_000)] * 4
    shared = next(change for change in preview.biggest if len(change.sides) == 2)
    assert shared.url.startswith("https://forge.example/lab/vision/pull/")
    for side in shared.sides:
        assert sum(line.points for line in side.before) == side.points.before == 4_000
        assert sum(line.points for line in side.after) == side.points.after == 2_000
        assert side.before[0].text.en == "Merged code, 100 effective lines"
        assert side.before[0].text.zh


def test_what_changes_is_told_by_category(worked):
    preview = preview_rule_set(FEWER, worked, now=NOW)

    assert preview.categories == {"code": Change(32_000, 16_000)}
    assert (preview.gain, preview.lose) == (0, 2)


def old_change(number, *logins):
    return replace(change(number, *logins), occurred_at=NOW - timedelta(days=500))


def test_it_looks_at_a_year_and_newcomers_are_who_did_nothing_before(worked):
    harvest(worked, old_change(70, "li"), old_change(71, "old"), now=NOW)
    score_project(worked, now=NOW)

    preview = preview_rule_set(FEWER, worked, now=NOW)

    assert preview.start == datetime(2025, 11, 1, tzinfo=UTC)
    assert preview.contributions == 4
    assert (preview.newcomers.people, preview.newcomers.points) == (1, Change(4_000, 2_000))
    assert (preview.top.people, preview.top.points) == (2, Change(32_000, 16_000))


def test_more_months_show_more(worked):
    harvest(worked, old_change(70, "old"), now=NOW)
    score_project(worked, now=NOW)

    assert preview_rule_set(FEWER, worked, now=NOW, months=24).contributions == 5


def test_of_a_very_busy_project_the_newest_months_are_looked_at(worked):
    older = [replace(change(80 + n), occurred_at=NOW - timedelta(days=90)) for n in range(9)]
    harvest(worked, *older, now=NOW)
    score_project(worked, now=NOW)
    start = months_before(NOW, 12)

    found = [first_month_that_fits(worked, start, most) for most in (100, 13, 6, 1)]

    october = datetime(2026, 10, 1, tzinfo=UTC)
    assert found[:2] == [start, datetime(2026, 9, 1, tzinfo=UTC)]
    assert found[2:] == [datetime(2026, 9, 1, tzinfo=UTC), october]


def test_the_months_before_are_counted_over_the_turn_of_years():
    assert months_before(datetime(2026, 1, 31, tzinfo=UTC), 1) == datetime(2025, 12, 1, tzinfo=UTC)
    assert months_before(NOW, 12) == datetime(2025, 11, 1, tzinfo=UTC)


def test_the_rule_sets_own_cases_are_told(worked):
    preview = preview_rule_set(parse_rule_set(SOURCE), worked, now=NOW)

    assert len(preview.cases) == SOURCE.count("[[cases]]")
    assert preview.failing == 0


def test_it_can_be_given_to_machines(worked):
    told = json.loads(json.dumps(as_json(preview_rule_set(FEWER, worked, now=NOW))))

    assert told["total"] == {"before": 32.0, "after": 16.0}
    assert told["accounts"][0] == {"login": "li", "before": 28.0, "after": 14.0}
    assert told["biggest"][0]["reasons"][0]["before"][0]["points"] == 8.0


def test_bands_are_proposed_from_the_projects_own_history(worked):
    harvest(worked, *(change(200 + size, lines=size) for size in range(1, 41)), now=NOW)
    score_project(worked, now=NOW)

    proposals = {proposal.kind: proposal for proposal in bands_of(worked, now=NOW)}

    assert (proposals["code"].count, proposals["code"].is_enough) == (44, True)
    assert not proposals["docs"].is_enough
