"""Rule sets are drafted, published once, and never change afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from credits.core.rules import RuleSetError
from credits.models import LogEntry, Project, RuleSet, RuleSetApproval
from credits.services.retiring import LastRuleSetError, retire_rule_set
from credits.services.rule_checks import (
    AlreadyPublishedError,
    ApprovalMissingError,
    NotAllowedError,
    approvals_missing,
)
from credits.services.rules import (
    DateInThePastError,
    DraftChangedError,
    NoRuleSetError,
    NotADraftError,
    VersionTakenError,
    approve_rule_set,
    create_draft,
    discard_draft,
    own_slugs,
    publish_rule_set,
    rewrite_draft,
    rule_set_in_force,
    start_shadow,
)
from tests.committing import *  # noqa: F403
from tests.committing import at_once
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

    retired = retire_rule_set(newer, now=NOW + DAY)

    assert (retired.state, retired.retired_at) == (RuleSet.State.RETIRED, NOW + DAY)
    assert rule_set_in_force(None, now=NOW + DAY) == rule_set
    assert retire_rule_set(newer, now=NOW + 2 * DAY).retired_at == NOW + DAY


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


OWN = SOURCE.replace('"ai-open-source"', '"vision"')
OWN_CHANGED = CHANGED.replace('"ai-open-source"', '"vision"')


@pytest.fixture
def maintainers(project):
    """Two maintainers of the project."""
    people = [User.objects.create_user(name) for name in ("sun", "qian")]
    project.maintainers.add(*people)
    return people


def test_a_draft_says_who_wrote_it_and_how(project, maintainers):
    sun, _ = maintainers

    draft = create_draft(OWN, project=project, author=sun, origin=RuleSet.Origin.FORM, now=NOW)

    assert (draft.author, draft.origin, draft.written_at) == (sun, "form", NOW)


def test_a_draft_may_get_another_text_and_another_version(project, maintainers):
    draft = create_draft(OWN, project=project)

    rewritten = rewrite_draft(
        draft, version("1.1", OWN_CHANGED), author=maintainers[0], origin="text", now=NOW
    )

    assert (rewritten.pk, rewritten.version) == (draft.pk, "1.1")
    assert RuleSet.objects.get().source == version("1.1", OWN_CHANGED)


def test_what_somebody_else_saved_meanwhile_is_not_lost(project):
    draft = create_draft(OWN, project=project)
    seen = draft.digest
    rewrite_draft(draft, OWN_CHANGED, author=None, origin="text")

    with pytest.raises(DraftChangedError):
        rewrite_draft(draft, version("1.2", OWN), author=None, origin="text", seen_digest=seen)

    assert RuleSet.objects.get().source == OWN_CHANGED


def test_a_draft_does_not_take_the_version_of_another(project):
    create_draft(OWN, project=project)
    second = create_draft(version("1.1", OWN), project=project)

    with pytest.raises(VersionTakenError):
        rewrite_draft(second, OWN_CHANGED, author=None, origin="text")


def test_a_project_takes_no_name_of_another(project, rule_set):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)

    for source in (version("9.0"), SOURCE.replace('"ai-open-source"', '"other"')):
        with pytest.raises(VersionTakenError, match="Another project"):
            create_draft(source, project=project)
    assert own_slugs(other) == {"other"}


def test_a_draft_is_thrown_away_and_a_published_version_is_not(rule_set):
    draft = create_draft(version("2.0"))

    discard_draft(draft)
    discard_draft(draft)

    with pytest.raises(NotADraftError):
        discard_draft(rule_set)
    assert list(RuleSet.objects.all()) == [rule_set]


def test_a_shadow_counts_for_nothing_and_its_text_is_final(rule_set, project):
    shadow = start_shadow(create_draft(OWN, project=project), now=NOW)

    assert (shadow.state, shadow.shadow_from) == (RuleSet.State.SHADOW, NOW)
    assert rule_set_in_force(project, now=NOW + DAY) == rule_set
    assert shadow in RuleSet.objects.published()
    with pytest.raises(NotADraftError):
        rewrite_draft(shadow, OWN_CHANGED, author=None, origin="text")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RuleSet.objects.filter(pk=shadow.pk).update(source="x")
    assert start_shadow(shadow, now=NOW + DAY).shadow_from == NOW


def test_a_shadow_comes_into_force_with_the_text_that_it_had(rule_set, project):
    shadow = start_shadow(create_draft(OWN, project=project), now=NOW)

    publish_rule_set(shadow, active_from=NOW + DAY, now=NOW)

    assert rule_set_in_force(project, now=NOW + DAY) == shadow
    with pytest.raises(NotADraftError):
        start_shadow(shadow, now=NOW)


def test_two_maintainers_publish_where_a_project_has_two(rule_set, project, maintainers):
    sun, qian = maintainers
    draft = create_draft(OWN, project=project, author=sun)

    with pytest.raises(ApprovalMissingError, match="1 more maintainer must"):
        publish_rule_set(draft, active_from=NOW, by=sun, now=NOW)
    approve_rule_set(draft, by=sun, now=NOW)
    approve_rule_set(draft, by=sun, now=NOW)
    with pytest.raises(ApprovalMissingError):
        publish_rule_set(draft, active_from=NOW, by=sun, now=NOW)

    assert publish_rule_set(draft, active_from=NOW, by=qian, now=NOW).state == "active"
    assert RuleSetApproval.objects.count() == 2


def test_an_approval_is_of_this_text_and_of_no_other(project, maintainers):
    sun, qian = maintainers
    draft = create_draft(OWN, project=project)
    for person in maintainers:
        approve_rule_set(draft, by=person, now=NOW)
    assert approvals_missing(draft) == 0

    draft = rewrite_draft(draft, OWN_CHANGED, author=sun, origin="text")

    assert approvals_missing(draft) == 2
    with pytest.raises(ApprovalMissingError):
        publish_rule_set(draft, active_from=NOW, by=qian, now=NOW)


def test_who_no_longer_maintains_the_project_no_longer_approves(project, maintainers):
    sun, qian = maintainers
    wei = User.objects.create_user("wei")
    draft = create_draft(OWN, project=project)
    approve_rule_set(draft, by=sun, now=NOW)
    project.maintainers.remove(sun)
    project.maintainers.add(wei)

    with pytest.raises(ApprovalMissingError):
        publish_rule_set(draft, active_from=NOW, by=qian, now=NOW)


def test_strangers_decide_nothing(project, maintainers):
    stranger = User.objects.create_user("stranger", is_staff=True)
    draft = create_draft(OWN, project=project)

    for act in (
        lambda: approve_rule_set(draft, by=stranger, now=NOW),
        lambda: start_shadow(draft, by=stranger, now=NOW),
        lambda: publish_rule_set(draft, active_from=NOW, by=stranger, now=NOW),
        lambda: retire_rule_set(draft, by=stranger, now=NOW),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_the_default_is_published_by_staff(maintainers):
    draft = create_draft(SOURCE)

    with pytest.raises(NotAllowedError, match="operator"):
        publish_rule_set(draft, active_from=NOW, by=maintainers[0], now=NOW)

    staff = User.objects.create_user("staff", is_staff=True)
    assert publish_rule_set(draft, active_from=NOW, by=staff, now=NOW).state == "active"


def test_rules_that_replace_others_do_not_begin_in_the_past(rule_set, project):
    draft = create_draft(OWN, project=project)

    with pytest.raises(DateInThePastError):
        publish_rule_set(draft, active_from=NOW - timedelta(minutes=2), now=NOW)

    assert publish_rule_set(draft, active_from=NOW - timedelta(seconds=30), now=NOW)


def test_first_rules_may_begin_in_the_past(project):
    draft = create_draft(OWN, project=project)

    assert publish_rule_set(draft, active_from=NOW - 30 * DAY, now=NOW).state == "active"


def test_what_counts_is_not_taken_back_by_one_of_two_but_plans_are(rule_set, project, maintainers):
    sun, qian = maintainers
    first, second = (create_draft(version(number, OWN), project=project) for number in "12")
    for draft, day in ((first, NOW), (second, NOW + DAY)):
        approve_rule_set(draft, by=sun, now=NOW)
        publish_rule_set(draft, active_from=day, by=qian, now=NOW)

    with pytest.raises(ApprovalMissingError, match="new version"):
        retire_rule_set(first, by=sun, now=NOW)
    retire_rule_set(second, by=sun, now=NOW)

    assert rule_set_in_force(project, now=NOW + 2 * DAY) == first


def test_without_its_own_rules_a_project_goes_by_the_default_and_is_scored_anew(rule_set, project):
    own = publish_rule_set(create_draft(OWN, project=project), active_from=NOW, now=NOW)
    Project.objects.update(scored_at=NOW)

    retire_rule_set(own, now=NOW + DAY)

    assert rule_set_in_force(project, now=NOW + DAY) == rule_set
    assert Project.objects.get().scored_at is None


def test_the_last_default_is_not_taken_back(rule_set):
    with pytest.raises(LastRuleSetError):
        retire_rule_set(rule_set, now=NOW)


def test_a_draft_is_not_retired(project):
    with pytest.raises(NotADraftError):
        retire_rule_set(create_draft(OWN, project=project), now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft"},
        {"state": "shadow"},
        {"active_from": NOW - DAY},
        {"published_at": NOW - DAY},
    ],
)
def test_the_database_refuses_to_turn_back_or_to_redate_what_is_published(rule_set, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RuleSet.objects.filter(pk=rule_set.pk).update(**change)


def test_the_database_lets_no_published_version_go_to_another_project(rule_set, project):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RuleSet.objects.filter(pk=rule_set.pk).update(project=project)


@pytest.mark.django_db(transaction=True)
def test_two_who_draft_the_same_version_at_once_are_not_both_told_that_it_is_kept(committed_db):
    results = at_once(lambda: create_draft(SOURCE), lambda: create_draft(CHANGED))

    kept = RuleSet.objects.get()
    failed = [result for result in results if isinstance(result, Exception)]
    assert all(type(error) is VersionTakenError for error in failed)
    assert kept.source in {SOURCE, CHANGED}


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(committed_db):
    draft = create_draft(SOURCE)
    publish = lambda: publish_rule_set(draft, active_from=NOW, now=NOW)  # noqa: E731

    results = at_once(publish, publish)

    failed = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in failed] == [AlreadyPublishedError]
    assert LogEntry.objects.count() == 1
