"""What GitHub tells by git and by API is the same work: it earns once, however it was merged."""

import pytest

from credits.models import Score
from credits.services.scoring import score_project
from harvesters.models import Contribution, Repository
from tests.github_git import *  # noqa: F403
from tests.github_played import NOW
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def earned(harvest, project, rule_set):
    """Harvest and score; the points that count, by kind and title."""

    def score():
        harvest()
        project.repositories.set(Repository.objects.all())
        score_project(project, now=NOW)
        rows = Score.objects.in_force().exclude(points=0)
        told = rows.values_list(
            "participation__contribution__kind", "participation__contribution__title", "points"
        )
        return {f"{kind}: {title}": points for kind, title, points in told}

    return score


def held():
    """The titles of the commits that were pushed past review."""
    waiting = Score.objects.in_force().filter(state="waiting", reasons__0__rule="self-merge")
    return set(waiting.values_list("participation__contribution__title", flat=True))


@pytest.mark.parametrize("way", ["squash", "merge", "rebase"])
def test_a_pull_request_and_its_commits_earn_once(earned, merging, way):
    getattr(merging, way)(7, "a.py", "b.py", "c.py")

    counted = earned()

    pushed = {"Begin"} | ({"Pushed meanwhile"} if way == "rebase" else set())
    assert set(counted) == {"change: Change 7"}
    assert held() == pushed
    assert Contribution.objects.filter(kind="commit").count() == len(merging.repository.commits) + (
        3 if way == "merge" else 0
    )


def test_one_commit_that_was_merged_by_rebase_earns_once(earned, merging):
    merging.rebase(7, "a.py")

    assert set(earned()) == {"change: Change 7"}
    assert held() == {"Begin", "Pushed meanwhile"}
