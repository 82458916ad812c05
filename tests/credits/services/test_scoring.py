"""Scores follow the facts: once, whole, and with the history that certificates cite."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from credits.models import Project, RuleSet, Score
from credits.services.fsck import find_faults
from credits.services.rules import NoRuleSetError, create_draft, publish_rule_set
from credits.services.scoring import score_project, score_stale_projects
from harvesters.forge import Participant, Role
from harvesters.models import Actor, Contribution
from tests.committing import *  # noqa: F403
from tests.committing import aside, at_once, waiting_backends
from tests.histories import account, change, harvest, record
from tests.university import *  # noqa: F403
from tests.university import DATA, START
from tests.waiting import wait_until

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
NEXT_SOURCE = SOURCE.replace('version = "1.0"', 'version = "2.0"')

pytestmark = pytest.mark.django_db


def points():
    """The points in force, by login."""
    scores = Score.objects.in_force().select_related("participation__actor")
    return {score.participation.actor.login: score.points for score in scores}


def publish(source, *, now=NOW, project=None):
    return publish_rule_set(create_draft(source, project=project), active_from=now, now=now)


def test_each_participation_is_scored_with_reasons_that_sum_to_its_points(project, rule_set):
    harvest(project, change(1), change(2, "wu", "sun", lines=200), now=NOW)

    counts = score_project(project, now=NOW)

    assert (counts.scored, counts.written) == (2, 3)
    assert points() == {"li": 8_000, "wu": 8_000, "sun": 8_000}
    for score in Score.objects.all():
        assert score.points == sum(reason["points"] for reason in score.reasons)
        assert score.state == Score.State.COUNTED


def test_scoring_twice_writes_nothing_the_second_time(project, rule_set):
    harvest(project, change(1), change(2), now=NOW)
    score_project(project, now=NOW)

    counts = score_project(project, now=LATER)

    assert (counts.scored, counts.written) == (0, 0)
    assert set(Score.objects.values_list("scored_at", flat=True)) == {NOW}


def test_a_harvest_that_brings_nothing_new_scores_nothing_anew(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1), now=LATER)

    assert score_project(project, now=LATER).scored == 0


def test_a_change_that_is_shared_by_three_keeps_its_whole(project, rule_set):
    harvest(project, change(1, "li", "wu", "sun"), now=NOW)

    score_project(project, now=NOW)

    assert sum(points().values()) == 8_000
    assert sorted(points().values()) == [2_666, 2_667, 2_667]


def test_a_score_follows_facts_that_change(project, rule_set):
    harvest(project, change(1), change(2), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1, lines=300), now=LATER)

    counts = score_project(project, now=LATER)

    assert counts.written == 1
    assert sorted(Score.objects.in_force().values_list("points", flat=True)) == [8_000, 16_000]


def test_a_reverted_change_loses_its_points_and_says_why(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    harvest(project, replace(change(1), state="reverted"), now=LATER)

    score_project(project, now=LATER)

    score = Score.objects.get()
    assert (score.points, score.state) == (0, Score.State.NOT_COUNTED)
    assert score.reasons[0]["rule"] == "reverted"


def test_what_somebody_else_shares_after_all_is_taken_from_the_first(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1, "li", "wu"), now=LATER)

    score_project(project, now=LATER)

    assert points() == {"li": 4_000, "wu": 4_000}


def test_somebody_whom_the_forge_no_longer_names_keeps_a_score_of_nothing(project, rule_set):
    harvest(project, change(1, "li", "wu"), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1, "li"), now=LATER)

    score_project(project, now=LATER)

    assert points() == {"li": 8_000, "wu": 0}


def test_an_open_change_waits_and_counts_once_it_is_merged(project, rule_set):
    harvest(project, replace(change(1), state="open"), now=NOW)
    score_project(project, now=NOW)
    waiting = Score.objects.get().state
    harvest(project, change(1), now=LATER)

    score_project(project, now=LATER)

    assert (waiting, Score.objects.get().state) == (Score.State.WAITING, Score.State.COUNTED)
    assert points() == {"li": 8_000}


def test_an_account_that_turns_out_to_be_a_bot_earns_nothing_any_more(project, rule_set):
    harvest(project, change(1, "li", "helper"), change(2, "helper"), now=NOW)
    score_project(project, now=NOW)
    bot = Participant(account("helper", is_bot=True), Role.AUTHOR)
    harvest(project, record(3, [bot], sizes={"code": [100, 0]}), now=LATER)

    score_project(project, now=LATER)

    assert points()["li"] == 8_000
    bots = Score.objects.in_force().filter(participation__actor__login="helper")
    assert set(bots.values_list("points", flat=True)) == {0}


def test_who_only_committed_or_merged_is_not_scored(project, rule_set):
    parts = [Participant(account("li"), Role.AUTHOR), Participant(account("wu"), Role.MERGER)]
    harvest(project, record(1, parts, sizes={"code": [100, 0]}), now=NOW)

    score_project(project, now=NOW)

    assert points() == {"li": 8_000}


def test_a_new_rule_set_scores_everything_anew_and_keeps_what_was(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    meaner = NEXT_SOURCE.replace("[190, 8]", "[190, 7]", 1).partition("[[cases]]")[0]
    newer = publish(meaner, now=LATER)

    score_project(project, now=LATER)

    by_rule_set = dict(Score.objects.values_list("rule_set", "points"))
    assert by_rule_set == {rule_set.pk: 8_000, newer.pk: 7_000}
    assert points() == {"li": 7_000}


def test_a_rule_set_of_the_project_itself_goes_before_the_default(project, rule_set):
    harvest(project, change(1), now=NOW)
    own = publish(SOURCE.replace('"ai-open-source"', '"own"'), project=project)

    score_project(project, now=NOW)

    assert Score.objects.get().rule_set == own


def test_without_a_rule_set_nothing_is_scored(project):
    harvest(project, change(1), now=NOW)

    with pytest.raises(NoRuleSetError):
        score_project(project, now=NOW)

    assert not Score.objects.exists()


def test_a_repository_in_two_projects_counts_in_the_first(project, rule_set):
    second = Project.objects.create(slug="second", name="Second", registered_at=NOW)
    harvest(project, change(1), now=NOW)
    harvest(second, change(1), now=NOW)

    for each in (second, project, second):
        score_project(each, now=NOW)

    assert Score.objects.get().project == project


def test_a_repository_that_moves_to_another_project_counts_there(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    second = Project.objects.create(slug="second", name="Second", registered_at=NOW)
    second.repositories.set(project.repositories.all())
    project.repositories.clear()

    score_project(second, now=LATER)

    assert Score.objects.in_force().get().project == second
    assert Score.objects.count() == 1


@pytest.mark.parametrize("facts", [{"sizes": None}, {"sizes": {}}, {"files_count": "many"}, {}])
def test_facts_that_are_missing_or_odd_never_stop_the_scoring(project, rule_set, facts):
    odd = record(1, [Participant(account("li"), Role.AUTHOR)], **facts)
    harvest(project, odd, change(2), now=NOW)

    score_project(project, now=NOW)

    assert Score.objects.in_force().count() == 2


def test_stale_projects_are_those_where_something_was_harvested(project, rule_set):
    harvest(project, change(1), now=NOW)
    first = score_stale_projects(now=NOW)
    second = score_stale_projects(now=LATER)
    harvest(project, change(2), now=LATER)
    third = score_stale_projects(now=LATER)

    assert (first, second, third) == (1, 0, 1)


def test_a_rule_set_that_comes_into_force_makes_projects_stale(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_stale_projects(now=NOW + timedelta(hours=1))
    publish(NEXT_SOURCE, now=NOW + timedelta(hours=2))

    assert score_stale_projects(now=NOW + timedelta(hours=3)) == 1


def test_what_changed_before_a_new_rule_set_is_scored_by_it_too(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_project(project, now=NOW)
    harvest(project, change(1, lines=300), change(2, "wu"), now=LATER)
    publish(NEXT_SOURCE, now=LATER)

    score_project(project, now=LATER)

    assert points() == {"li": 16_000, "wu": 8_000}
    assert list(find_faults()) == []


def test_a_rule_set_that_counts_from_an_earlier_day_makes_projects_stale(project, rule_set):
    harvest(project, change(1), now=NOW)
    score_stale_projects(now=NOW + timedelta(hours=1))
    draft = create_draft(NEXT_SOURCE)
    newer = publish_rule_set(draft, active_from=START, now=NOW + timedelta(hours=2))

    assert score_stale_projects(now=NOW + timedelta(hours=3)) == 1
    assert Score.objects.in_force().get().rule_set == newer


def test_what_waits_for_its_age_is_looked_at_again_on_the_next_day(project):
    patient = SOURCE.replace(
        '[[guards]]\nid = "merge-commit"',
        '[[guards]]\nid = "young"\ndays = 60\nwhen = "is_merged"\nstate = "waiting"\n'
        'en = "Too young"\nzh = "时间太短"\nsource = "reasoned"\n\n[[guards]]\nid = "merge-commit"',
    ).partition("[[cases]]")[0]
    publish(patient, now=START)
    harvest(project, change(1), now=NOW)
    score_stale_projects(now=LATER)
    waiting = Score.objects.get().state

    score_stale_projects(now=NOW + timedelta(days=60))

    assert (waiting, Score.objects.get().state) == (Score.State.WAITING, Score.State.COUNTED)


def test_a_project_without_a_rule_set_does_not_hold_up_the_others(project):
    other = Project.objects.create(slug="other", name="A first one", registered_at=NOW)
    harvest(other, change(1), now=NOW, path="lab/other")
    harvest(project, change(1), now=NOW)
    publish(SOURCE.replace('"ai-open-source"', '"own"'), project=project)

    assert score_stale_projects(now=NOW) == 1


def test_the_number_of_queries_does_not_grow_with_the_history(project, rule_set):
    counts = []
    harvest(project, change(0), now=NOW)
    score_project(project, now=NOW)
    for size in (3, 30):
        harvest(project, *(change(size * 100 + n) for n in range(size)), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            score_project(project, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_facts_that_change_while_they_are_scored_are_scored_again(committed_db, project, rule_set):
    harvest(project, change(1), now=NOW)

    with ThreadPoolExecutor(1) as scorer:
        with transaction.atomic():
            Project.objects.select_for_update().get(pk=project.pk)
            scoring = scorer.submit(aside(lambda: score_project(project, now=NOW)))
            wait_until(waiting_backends, 10)
            harvest(project, change(1, lines=300), now=NOW)
        assert scoring.result(10).scored == 1
    score_project(project, now=LATER)

    assert points() == {"li": 16_000}


def test_two_that_score_at_once_write_each_score_once(committed_db, project, rule_set):
    harvest(project, *(change(number, "li", "wu") for number in range(50)), now=NOW)

    scored = at_once(*[lambda: score_project(project, now=NOW)] * 4)

    assert not [one for one in scored if isinstance(one, Exception)]
    assert sum(one.written for one in scored) == Score.objects.count() == 100
    assert Contribution.objects.count() == 50
    assert Actor.objects.count() == 2
    assert RuleSet.objects.count() == 1
