"""One piece of work counts once, wherever else it is found and whatever is read first."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credits.models import Project, Score
from credits.services import duplicates
from credits.services.duplicates import duplicates_among
from credits.services.preview import preview_rule_set
from credits.services.related import related_work
from credits.services.scoring import score_project, score_stale_projects
from harvesters.forge import (
    ContributionRecord,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.models import Contribution
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import store_page
from tests.histories import account, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
GITHUB = "https://github.com/lab/vision"

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    """A repository as a source shows it: the same one may be read by two."""

    path: str
    host: str = "git"
    url: str = ""

    def put(self, project: Project, *records: ContributionRecord, now: datetime = NOW) -> None:
        """Harvest ``records`` from here, for ``project``."""
        named = RepositoryRecord(self.host, f"id of {self.path}", self.path, self.url)
        cursor = register_source(f"jsonl:{self.host}/{self.path}", named, now=now)
        assert cursor.repository is not None
        project.repositories.add(cursor.repository)
        leased = lease_source(cursor, now=now)
        store_page(leased, Page(records, {}), now=now)
        leased.lease_until = None
        leased.save(update_fields=["lease_until"])


UPSTREAM = Place("lab/vision", "github.com", GITHUB)
CLONE = Place("vision", url=GITHUB)
FORK = Place("somebody/vision", "github.com", "https://github.com/somebody/vision")


def sha(number: int) -> str:
    return f"{number:040x}"


def commit(number: int, login: str = "li", **facts: Any) -> ContributionRecord:
    """A commit of 100 lines: 8 points."""
    parts = [Participant(account(login), Role.AUTHOR)]
    made = record(number, parts, kind=Kind.COMMIT, sizes={"code": [100, 0]}, **facts)
    return replace(made, external_id=sha(number), title=f"Commit {number}")


def change(
    number: int, commits: Iterable[int] = (), merge: int | None = None, **facts: Any
) -> ContributionRecord:
    """A merged change of 300 lines: 16 points."""
    told: dict[str, Any] = {"pull_requests": [number], "commits": [sha(one) for one in commits]}
    if merge is not None:
        told["merge_commit"] = sha(merge)
    parts = [Participant(account(facts.pop("login", "li")), Role.AUTHOR)]
    return record(number, parts, sizes={"code": [300, 0]}, **told, **facts)


@pytest.fixture
def other(project):
    """A project that was registered later."""
    return Project.objects.create(slug="other", name="Other", registered_at=NOW)


@pytest.fixture
def score(rule_set):
    """Score projects in turn; then what counts, by title."""

    def scored(*projects: Project, now: datetime = NOW) -> dict[str, int]:
        for project in projects:
            score_project(project, now=now)
        return counted()

    return scored


def counted() -> dict[str, int]:
    """The points in force that are not zero, by the title of the contribution and its place."""
    scores = Score.objects.in_force().exclude(points=0)
    rows = scores.values_list(
        "participation__contribution__title",
        "participation__contribution__repository__path",
        "points",
    )
    return {f"{title}, {path}": points for title, path, points in rows}


def reason(title: str) -> dict[str, Any]:
    score = Score.objects.in_force().get(participation__contribution__title=title)
    assert (score.points, score.state, score.category) == (0, "not_counted", "other")
    (only,) = score.trace
    return only


def test_a_commit_counts_with_the_change_that_brought_it_in(project, score):
    CLONE.put(project, commit(1), commit(2), commit(3))
    UPSTREAM.put(project, change(12, commits=[1, 2]))

    assert score(project) == {"Change 12, lab/vision": 16_000, "Commit 3, vision": 8_000}


def test_the_merge_of_a_change_counts_with_it(project, score):
    CLONE.put(project, commit(9))
    UPSTREAM.put(project, change(12, commits=[1, 2], merge=9))

    assert score(project) == {"Change 12, lab/vision": 16_000}


def test_a_commit_that_was_scored_before_its_change_came_is_scored_again(project, score):
    CLONE.put(project, commit(1))
    before = score(project)
    UPSTREAM.put(project, change(12, commits=[1]), now=LATER)

    assert before == {"Commit 1, vision": 8_000}
    assert score(project, now=LATER) == {"Change 12, lab/vision": 16_000}


def test_the_reason_names_the_change_in_both_languages(project, score):
    CLONE.put(project, commit(1))
    UPSTREAM.put(project, change(12, commits=[1]))
    score(project)

    told = reason("Commit 1")

    counting = Contribution.objects.get(kind="change")
    assert told == {
        "rule": "counts-elsewhere",
        "points": 0,
        "en": "Not counted again: this commit counts with the change “Change 12”"
        " in github.com/lab/vision",
        "zh": "不重复计分：此提交随 github.com/lab/vision 的变更“Change 12”计分",
        "inputs": {
            "how": "with-change",
            "contribution": counting.pk,
            "title": "Change 12",
            "place": "github.com/lab/vision",
            "url": counting.url,
        },
    }
    assert Score.objects.get(points=0).counts_with == counting


def test_a_change_that_is_not_merged_takes_nothing(project, score):
    CLONE.put(project, commit(1))
    UPSTREAM.put(project, replace(change(12, commits=[1]), state="open"))

    assert score(project) == {"Commit 1, vision": 8_000}


def test_a_change_that_is_merged_after_all_takes_its_commits_over(project, score):
    CLONE.put(project, commit(1))
    UPSTREAM.put(project, replace(change(12, commits=[1]), state="open"))
    score(project)
    UPSTREAM.put(project, change(12, commits=[1]), now=LATER)

    assert score(project, now=LATER) == {"Change 12, lab/vision": 16_000}


def test_commits_of_a_reverted_change_do_not_come_back_to_life(project, score):
    CLONE.put(project, commit(1))
    UPSTREAM.put(project, replace(change(12, commits=[1]), state="reverted"))

    assert score(project) == {}


def test_a_commit_that_the_forge_no_longer_names_in_the_change_counts_by_itself(project, score):
    CLONE.put(project, commit(1), commit(2))
    UPSTREAM.put(project, change(12, commits=[1, 2]))
    score(project)
    UPSTREAM.put(project, change(12, commits=[1]), now=LATER)

    assert score(project, now=LATER) == {"Change 12, lab/vision": 16_000, "Commit 2, vision": 8_000}


@pytest.mark.parametrize("first", ["upstream", "fork"])
def test_a_fork_in_a_later_project_earns_nothing_for_the_same_commits(project, other, score, first):
    FORK.put(other, commit(1), commit(2), commit(3))
    CLONE.put(project, commit(1), commit(2))
    order = (project, other) if first == "upstream" else (other, project)

    assert score(*order) == {
        "Commit 1, vision": 8_000,
        "Commit 2, vision": 8_000,
        "Commit 3, somebody/vision": 8_000,
    }
    told = Score.objects.filter(points=0).first()
    assert told.trace[0]["en"] == "Not counted again: the same commit counts in git/vision"
    assert told.trace[0]["zh"] == "不重复计分：同一提交已在 git/vision 计分"


def test_a_later_project_takes_nothing_by_merging_what_an_earlier_one_wrote(project, other, score):
    CLONE.put(project, commit(1), commit(2))
    FORK.put(other, change(7, commits=[1, 2], merge=3, login="mallory"))

    assert score(other, project) == {"Commit 1, vision": 8_000, "Commit 2, vision": 8_000}
    assert reason("Change 7")["en"] == (
        "Not counted again: the commits of this change count already in git/vision,"
        " first with “Commit 1”"
    )
    assert reason("Change 7")["zh"] == (
        "不重复计分：此变更的提交已在 git/vision 计分，首见于“Commit 1”"
    )


def test_the_same_patch_or_revert_makes_no_duplicate_by_itself(project, other, score):
    told = {"patch_id": sha(77), "reverts": sha(1)}
    CLONE.put(project, commit(1), commit(2, **told))
    UPSTREAM.put(project, change(12, merge=12, **told), change(77, reverts="#12"))
    FORK.put(other, commit(3, **told), change(13, commits=[13], **told), commit(77))
    score(project, other)

    everything = keys("commit") + keys("change")
    assert duplicates_among(project, everything) == duplicates_among(other, everything) == {}


def test_a_patch_of_its_own_is_no_commit_of_its_own(project, other, score):
    CLONE.put(project, commit(1), commit(2))
    FORK.put(other, change(7, commits=[1, 2], merge=3, patch_id=sha(77), reverts="#1"))

    assert score(other, project) == {"Commit 1, vision": 8_000, "Commit 2, vision": 8_000}


def test_a_change_with_a_commit_of_its_own_counts(project, other, score):
    CLONE.put(project, commit(1), commit(2))
    FORK.put(other, change(7, commits=[1, 2, 3], merge=4))

    assert score(other)["Change 7, somebody/vision"] == 16_000


def test_a_change_whose_squashed_commit_an_earlier_project_counts_does_not_count(
    project, other, score
):
    FORK.put(project, commit(9))
    UPSTREAM.put(other, change(12, commits=[1, 2], merge=9))

    assert score(project, other) == {"Commit 9, somebody/vision": 8_000}


def test_a_release_that_only_gathers_merged_changes_counts_no_second_time(project, score):
    UPSTREAM.put(
        project,
        change(12, commits=[1], merge=2),
        change(13, commits=[3], merge=4),
        change(14, commits=[1, 2, 3, 4], merge=5, login="maintainer"),
    )

    assert score(project) == {"Change 12, lab/vision": 16_000, "Change 13, lab/vision": 16_000}


def test_two_changes_that_one_commit_merged_both_count_what_is_their_own(project, score):
    stacked = change(13, commits=[1, 2], merge=5), change(12, commits=[1], merge=5)
    moment = NOW - timedelta(days=8)
    UPSTREAM.put(project, *(replace(one, occurred_at=moment) for one in stacked))

    assert score(project) == {"Change 12, lab/vision": 16_000, "Change 13, lab/vision": 16_000}


# By number, where a forge does not tell the commits


def test_a_squashed_commit_counts_with_the_change_that_its_message_names(project, score):
    CLONE.put(project, commit(1, pull_requests=[12]), commit(2, pull_requests=[13]))
    UPSTREAM.put(project, change(12))

    assert score(project) == {"Change 12, lab/vision": 16_000, "Commit 2, vision": 8_000}


def test_a_change_that_an_earlier_project_counts_by_its_commit_does_not_count(
    project, other, score
):
    CLONE.put(project, commit(1, pull_requests=[12]))
    UPSTREAM.put(other, change(12))

    assert score(other, project) == {"Commit 1, vision": 8_000}


def test_a_number_is_no_proof_where_the_change_tells_which_commit_merged_it(project, score):
    CLONE.put(project, commit(1, pull_requests=[12]))
    UPSTREAM.put(project, change(12, merge=2))

    assert len(score(project)) == 2


@pytest.mark.parametrize(
    ("clone", "upstream"),
    [
        ("", ""),
        ("https://github.com/somebody/vision", GITHUB),
        ("https://gitlab.com/lab/vision", "https://gitlab.com/lab/vision"),
        (
            "https://github.com.evil.example/lab/vision",
            "https://github.com.evil.example/lab/vision",
        ),
    ],
    ids=["no-address", "another-address", "issues-are-numbered-apart", "a-look-alike"],
)
def test_a_number_means_nothing_elsewhere(project, score, clone, upstream):
    replace(CLONE, url=clone).put(project, commit(1, pull_requests=[12]))
    replace(UPSTREAM, url=upstream).put(project, change(12))

    assert len(score(project)) == 2


def test_an_address_is_the_same_in_capital_letters(project, score):
    replace(CLONE, url="https://github.com/Lab/Vision").put(project, commit(1, pull_requests=[12]))
    UPSTREAM.put(project, change(12))

    assert score(project) == {"Change 12, lab/vision": 16_000}


# What is looked at again


def test_a_project_is_looked_at_again_when_an_earlier_one_shows_the_same_work(
    project, other, rule_set
):
    FORK.put(other, commit(1))
    score_stale_projects(now=NOW)
    before = counted()
    CLONE.put(project, commit(1), now=LATER)
    score_stale_projects(now=LATER)

    score_stale_projects(now=LATER + timedelta(minutes=20))

    assert before == {"Commit 1, somebody/vision": 8_000}
    assert counted() == {"Commit 1, vision": 8_000}


def test_looking_again_comes_to_an_end(project, other, rule_set):
    FORK.put(other, commit(1), commit(2))
    CLONE.put(project, commit(1), commit(2))
    for minutes in range(0, 60, 20):
        score_stale_projects(now=LATER + timedelta(minutes=minutes))

    assert not Project.objects.filter(scored_at=None).exists()
    assert score_stale_projects(now=LATER + timedelta(hours=2)) == 0


def test_work_counts_where_it_is_left_when_a_repository_leaves_its_project(project, other, score):
    CLONE.put(project, commit(1))
    FORK.put(other, commit(1))
    score(project, other)
    project.repositories.clear()

    assert "Commit 1, somebody/vision" in score(project, other, now=LATER)


def test_a_repository_of_no_project_takes_nothing(project, other, score):
    CLONE.put(project, commit(1))
    project.repositories.clear()
    FORK.put(other, commit(1))

    assert score(other) == {"Commit 1, somebody/vision": 8_000}


def test_those_who_share_work_are_found_by_hash_and_by_address(project, other, rule_set):
    CLONE.put(project, commit(1), commit(2))
    FORK.put(other, change(7, commits=[1]))
    first, second = keys("commit")

    (merged,) = keys("change")
    UPSTREAM.put(other, change(9), replace(commit(3), facts={"pull_requests": [9]}))

    assert related_work([first]) == [(merged, other.pk)]
    assert related_work([second]) == []
    assert related_work([merged]) == [(first, project.pk)]
    assert related_work(keys("change")[1:]) == [(keys("commit")[-1], other.pk)]


def keys(kind: str) -> list[int]:
    return list(Contribution.objects.filter(kind=kind).order_by("pk").values_list("pk", flat=True))


def test_a_preview_counts_no_work_twice_either(project, rule_set, score):
    CLONE.put(project, commit(1), commit(2))
    UPSTREAM.put(project, change(12, commits=[1]))
    total = sum(score(project).values())

    preview = preview_rule_set(rule_set.compiled, project, now=NOW)

    assert (preview.contributions, preview.before) == (2, total)


# Whatever is read and scored first


PLACES = (
    (0, Place("a", url=GITHUB)),
    (0, Place("b", "github.com", GITHUB)),
    (1, Place("c", "github.com", GITHUB)),
    (2, Place("d", "gitee.com")),
)
"""Repositories in the order of their registration, and the project of each."""

HASHES = st.sets(st.integers(1, 4), max_size=3)
COMMITS = st.builds(
    lambda number, named: commit(number, pull_requests=sorted(named)),
    st.integers(1, 4),
    st.sets(st.integers(5, 6), max_size=1),
)
CHANGES = st.builds(
    lambda number, commits, merge, state, hour: replace(
        change(number, sorted(commits), merge),
        state=state,
        occurred_at=NOW + timedelta(hours=hour),
    ),
    st.integers(5, 7),
    HASHES,
    st.none() | st.integers(1, 4),
    st.sampled_from(["merged", "merged", "merged", "open"]),
    st.integers(1, 2),
)
FOUND = st.lists(
    st.tuples(st.integers(0, 3), COMMITS | CHANGES),
    min_size=2,
    max_size=7,
    unique_by=lambda found: (found[0], found[1].external_id),
)


Found = tuple[int, ContributionRecord]


def counting_by_the_rule(found: list[Found]) -> set[tuple[str, str]]:
    """What counts, worked out from the rule as it is written, one claim at a time."""
    held = [one for one in found if one[1].state == "merged"]
    return {
        (PLACES[one[0]][1].path, one[1].external_id)
        for one in found
        if one not in held or not counts_elsewhere(one, held)
    }


def standing(claim: Found) -> tuple[Any, ...]:
    place, one = claim
    is_commit = one.kind is Kind.COMMIT
    since = NOW if is_commit else one.occurred_at
    return PLACES[place][0], is_commit, since, place, one.external_id


def hashes(one: ContributionRecord) -> set[str]:
    """The commits that ``one`` is, or is made of."""
    return {one.external_id} if one.kind is Kind.COMMIT else set(one.facts["commits"])


def merge_of(one: ContributionRecord) -> set[str]:
    return {one.facts.get("merge_commit")} - {None} - hashes(one)


def names(claim: Found) -> set[tuple[str, int]]:
    place, one = claim
    url = PLACES[place][1].url
    is_told = one.facts.get("merge_commit") is not None
    return {(url, number) for number in one.facts["pull_requests"] if url and not is_told}


def counts_elsewhere(claim: Found, held: list[Found]) -> bool:
    before = [one for one in held if standing(one) < standing(claim)]
    theirs = set().union(*(hashes(one) | merge_of(one) for _, one in before))
    if hashes(claim[1]) and hashes(claim[1]) <= theirs:
        return True
    if any(names(claim) & names(one) for one in before if one[1].kind != claim[1].kind):
        return True
    for merge in merge_of(claim[1]):
        first = min(
            (one for one in held if merge in hashes(one[1]) | merge_of(one[1])), key=standing
        )
        return first != claim and merge in hashes(first[1])
    return False


@given(found=FOUND, data=st.data())
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_of_harvests_and_scoring_counts_the_same_by_the_rule(
    project, other, rule_set, found, data
):
    with transaction.atomic():
        third = Project.objects.create(slug="third", name="Third", registered_at=NOW)
        projects = (project, other, third)
        for number, place in PLACES:
            place.put(projects[number])
        for place, one in data.draw(st.permutations(found), "harvested"):
            PLACES[place][1].put(projects[PLACES[place][0]], one)
            for scored in data.draw(st.lists(st.sampled_from(projects), max_size=2), "scored"):
                score_project(scored, now=NOW)
        for last in data.draw(st.permutations(projects), "scored last"):
            score_project(last, now=LATER)
        # What one project took from another is heard there at its next turn.
        for last in projects:
            score_project(last, now=LATER)

        uncounted = Score.objects.in_force().filter(counts_with__isnull=False)
        left = Contribution.objects.exclude(participations__scores__in=uncounted)
        assert {
            (one.repository.path, one.external_id) for one in left.select_related("repository")
        } == counting_by_the_rule(found)
        everything = keys("commit") + keys("change")
        assert all(
            set(duplicates_among(one, everything)) == of_project(one, uncounted) for one in projects
        )
        transaction.set_rollback(True)


def of_project(project: Project, scores: Any) -> set[int]:
    mine = scores.filter(project=project)
    return set(mine.values_list("participation__contribution", flat=True))


# However little the planner knows


def nested_loops(plan):
    """The inner sides of all nested loops in ``plan``."""
    inner = [plan["Plans"][1]] if plan["Node Type"] == "Nested Loop" else []
    return inner + [found for part in plan.get("Plans", ()) for found in nested_loops(part)]


def test_what_was_just_written_is_never_compared_each_with_each(project):
    """Without statistics PostgreSQL once took ten minutes where it takes a tenth of a second."""
    with connection.cursor() as sql:
        sql.execute(duplicates.HOW_TO_COMPARE)
        sql.execute(
            f"EXPLAIN (FORMAT JSON) {duplicates.FIND}", {"project": project.pk, "keys": [1]}
        )
        ((told,),) = sql.fetchall()
    (whole,) = told if isinstance(told, list) else json.loads(told)

    scanned = [inner["Node Type"] for inner in nested_loops(whole["Plan"])]

    assert scanned
    assert "CTE Scan" not in scanned
