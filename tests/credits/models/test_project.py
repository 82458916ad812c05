"""Projects and rule sets, and what the database holds them to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from credits.models import Project, RuleSet

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def rule_set(version, state=RuleSet.State.ACTIVE, active_from=NOW, **fields):
    return RuleSet.objects.create(
        slug="rules", version=version, state=state, active_from=active_from, **fields
    )


def test_a_person_maintains_the_projects_that_name_the_person():
    own, other = (
        Project.objects.create(slug=slug, name=slug, registered_at=NOW) for slug in ("own", "other")
    )
    sun = User.objects.create_user("sun")
    own.maintainers.add(sun)

    assert list(Project.objects.maintained_by(sun)) == [own]
    assert (str(other), other.get_absolute_url()) == ("other", "/projects/other")


def test_a_version_of_a_rule_set_is_there_once():
    rule_set("1.0")

    with pytest.raises(IntegrityError, match="rule_set_version_once"), transaction.atomic():
        rule_set("1.0")


def test_what_counts_says_from_when():
    with pytest.raises(IntegrityError, match="active_rule_set_has_a_date"), transaction.atomic():
        rule_set("1.0", active_from=None)

    assert rule_set("1.0", state=RuleSet.State.DRAFT, active_from=None).pk


def test_in_force_is_what_is_active_by_then_the_newest_first():
    old, new = rule_set("1.0", active_from=NOW - DAY), rule_set("2.0")
    rule_set("3.0", active_from=NOW + DAY)
    for state in (RuleSet.State.DRAFT, RuleSet.State.SHADOW, RuleSet.State.RETIRED):
        rule_set(f"4.0-{state}", state=state)

    assert list(RuleSet.objects.in_force(NOW)) == [new, old]


def test_published_is_everything_but_drafts():
    rule_set("1.0", state=RuleSet.State.DRAFT)
    kept = {rule_set(state, state=state) for state in ("shadow", "active", "retired")}

    assert set(RuleSet.objects.published()) == kept


def test_a_default_rule_set_belongs_to_no_project():
    project = Project.objects.create(slug="own", name="Own", registered_at=NOW)
    rule_set("1.0", project=project)
    default = rule_set("2.0")

    assert list(RuleSet.objects.default()) == [default]
    assert default.get_absolute_url() == "/rules/rules/v2.0"
