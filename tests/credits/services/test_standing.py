"""How versions stand follows from their dates alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.models import RuleSet
from credits.services.retiring import retire_rule_set
from credits.services.rules import create_draft, publish_rule_set, start_shadow
from credits.services.standing import Stand, Standing, standing_of, standings_of
from tests.university import *  # noqa: F403
from tests.university import DATA, START

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")

pytestmark = pytest.mark.django_db


def version(number):
    return create_draft(SOURCE.replace('version = "1.0"', f'version = "{number}"'), now=NOW)


def test_a_newer_version_replaces_the_older_on_its_day(rule_set):
    newer = publish_rule_set(version("2.0"), active_from=NOW + DAY, now=NOW)

    assert standing_of(rule_set, now=NOW) == Standing(Stand.ACTIVE, START, NOW + DAY)
    assert standing_of(newer, now=NOW) == Standing(Stand.PLANNED, NOW + DAY)
    assert standing_of(rule_set, now=NOW + DAY) == Standing(Stand.REPLACED, NOW + DAY)
    assert standing_of(newer, now=NOW + DAY) == Standing(Stand.ACTIVE, NOW + DAY)


def test_what_was_taken_back_replaces_nothing(rule_set):
    newer = publish_rule_set(version("2.0"), active_from=NOW, now=NOW)
    newer = retire_rule_set(newer, now=NOW + DAY)

    assert standing_of(rule_set, now=NOW + DAY).stand == Stand.ACTIVE
    assert standing_of(newer, now=NOW + DAY) == Standing(Stand.RETIRED, NOW + DAY)


def test_a_projects_own_rules_leave_the_default_where_it_is(rule_set, project):
    own = create_draft(SOURCE.replace('"ai-open-source"', '"vision"'), project=project)
    publish_rule_set(own, active_from=NOW, now=NOW)

    assert standing_of(rule_set, now=NOW + DAY).stand == Stand.ACTIVE


def test_drafts_and_shadows_say_since_when(db):
    draft, shadow = version("1.0"), start_shadow(version("1.1"), now=NOW + DAY)

    assert standing_of(draft, now=NOW) == Standing(Stand.DRAFT, NOW)
    assert standing_of(shadow, now=NOW) == Standing(Stand.SHADOW, NOW + DAY)


def test_however_many_versions_there_are_one_query_tells(rule_set):
    for number in range(2, 9):
        publish_rule_set(version(f"{number}.0"), active_from=NOW, now=NOW)
    versions = list(RuleSet.objects.all())

    with CaptureQueriesContext(connection) as queries:
        standings = standings_of(versions, now=NOW)

    assert len(queries) == 1
    assert sum(standing.stand == Stand.ACTIVE for standing in standings.values()) == 1
