"""Rule sets are drafted, published once, and never change afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from credits.core.rules import RuleSetError
from credits.models import LogEntry, Project, RuleSet
from credits.services.rules import (
    AlreadyPublishedError,
    NoRuleSetError,
    VersionTakenError,
    create_draft,
    publish_rule_set,
    rule_set_in_force,
)
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
CHANGED = SOURCE.replace("points = '0.25'", "points = '0.125'").replace(
    "points = 0.25", "points = 0.125"
)

pytestmark = pytest.mark.django_db


def version(number, source=SOURCE):
    return source.replace('version = "1.0"', f'version = "{number}"')


def test_a_draft_counts_for_nothing():
    create_draft(SOURCE)

    with pytest.raises(NoRuleSetError):
        rule_set_in_force(None, now=NOW)


def test_a_draft_may_be_written_anew():
    first = create_draft(SOURCE)
    second = create_draft(CHANGED)

    assert first.pk == second.pk
    assert RuleSet.objects.get().source == CHANGED


def test_a_draft_of_another_project_is_not_overwritten(project):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)
    create_draft(SOURCE, project=project)

    for stranger in (other, None):
        with pytest.raises(VersionTakenError, match="Another project"):
            create_draft(CHANGED, project=stranger)

    assert RuleSet.objects.get().source == SOURCE


def test_a_published_version_cannot_be_written_anew(rule_set):
    with pytest.raises(VersionTakenError):
        create_draft(CHANGED)

    assert create_draft(SOURCE) == rule_set


def test_a_source_that_is_no_rule_set_is_refused_with_its_place():
    with pytest.raises(RuleSetError) as refused:
        create_draft(SOURCE.replace("points = '0.25'", "points = '0.25 +'"))

    assert "line" in str(refused.value)
    assert not RuleSet.objects.exists()


def test_publishing_is_logged_and_done_once():
    draft = create_draft(SOURCE)

    published = publish_rule_set(draft, active_from=NOW, now=NOW)

    assert (published.state, published.published_at) == (RuleSet.State.ACTIVE, NOW)
    assert LogEntry.objects.get().kind == LogEntry.Kind.RULE_SET
    with pytest.raises(AlreadyPublishedError):
        publish_rule_set(draft, active_from=NOW, now=NOW)
    assert LogEntry.objects.count() == 1


def test_it_counts_from_the_day_that_was_announced(rule_set):
    newer = publish_rule_set(create_draft(version("2.0")), active_from=NOW + DAY, now=NOW)

    assert rule_set_in_force(None, now=NOW) == rule_set
    assert rule_set_in_force(None, now=NOW + DAY) == newer


def test_a_retired_rule_set_no_longer_counts(rule_set):
    newer = publish_rule_set(create_draft(version("2.0")), active_from=NOW, now=NOW)
    newer.state = RuleSet.State.RETIRED
    newer.save()

    assert rule_set_in_force(None, now=NOW) == rule_set


def test_a_projects_own_rules_are_no_other_projects_rules(rule_set, project):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)
    own_source = SOURCE.replace('"ai-open-source"', '"own"')
    own = publish_rule_set(create_draft(own_source, project=project), active_from=NOW, now=NOW)

    assert rule_set_in_force(project, now=NOW) == own
    assert rule_set_in_force(other, now=NOW) == rule_set


@pytest.mark.parametrize(
    "change", [{"source": "x"}, {"digest": "0" * 64}, {"version": "1.1"}, {"slug": "other"}]
)
def test_the_database_refuses_to_edit_what_is_published(rule_set, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RuleSet.objects.filter(pk=rule_set.pk).update(**change)


def test_the_database_refuses_to_delete_what_is_published(rule_set):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RuleSet.objects.filter(pk=rule_set.pk).delete()


def test_the_rules_of_a_rule_set_are_read_once(rule_set):
    assert rule_set.compiled is RuleSet.objects.get().compiled
