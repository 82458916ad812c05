"""The files of pull requests come from git; the API lists only those that git does not know."""

from datetime import timedelta

import pytest

from harvesters.models import Contribution, HarvestGap, RepositoryFile, WorkKey
from tests.github_git import *  # noqa: F403
from tests.github_hosted import asked
from tests.github_nodes import Change
from tests.github_played import LI, MERGER, NOW
from tests.repositories import git

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def facts(number):
    return Contribution.objects.get(kind="change", external_id=str(7_000_000_000 + number)).facts


@pytest.mark.parametrize("way", ["squash", "merge", "rebase"])
def test_the_size_of_a_change_is_told_by_git(harvest, simulator, merging, way):
    change = getattr(merging, way)(7, "a.py", "b_test.py")
    change.files = [("the API", 1, 1)] * 2

    harvest()

    assert facts(7)["sizes"] == {"code": [10, 0], "tests": [10, 0]}
    assert sorted(facts(7)["files"]) == [["a.py", 10, 0], ["b_test.py", 10, 0]]
    assert "More" not in asked(simulator)
    assert HarvestGap.objects.count() == 0


def test_what_was_pushed_to_the_base_since_is_no_part_of_a_change(harvest, hosted, merging):
    change = merging.squash(7, "a.py")
    change.base = merging.push("Elsewhere", "elsewhere.py")
    merging.push("More", "more.py")

    harvest()

    assert facts(7)["files"] == [["a.py", 10, 0]]


def test_a_moved_file_is_no_new_work(harvest, repository, hosted):
    text = b"".join(b"line %d\n" % number for number in range(20))
    base = repository.commit(files={b"old.py": text})
    head = repository.commit(
        files={b"new.py": text + b"1\n"}, parents=[base], ref="refs/pull/7/head"
    )
    hosted.world.changes.append(
        Change(7, LI, files=[("new.py", 1, 0)], head=head, base=base, state="OPEN")
    )

    harvest()

    assert facts(7)["sizes"] == {"code": [1, 0]}


def test_the_api_lists_the_files_that_git_does_not_know(harvest, simulator, hosted, merging):
    known = merging.squash(6, "a.py")
    gone, elsewhere, counted = (merging.squash(number, f"{number}.py") for number in (7, 8, 9))
    gone.head, elsewhere.base = "a" * 40, "--output=/tmp/x"
    counted.changed_files, counted.files = 2, [("two.py", 1, 0), ("files.py", 1, 0)]

    harvest()

    assert facts(6)["files"] == [["a.py", 10, 0]]
    assert facts(7)["files"] == [["7.py", 10, 0]]
    assert facts(8)["files"] == [["8.py", 10, 0]]
    assert len(facts(9)["files"]) == 2
    assert asked(simulator).count("More") == 1, "all of them at once"
    assert known.head in [commit["commit"]["oid"] for commit in known.commits]
    assert HarvestGap.objects.count() == 0


def test_files_that_nobody_lists_are_a_gap(harvest, hosted, merging):
    change = merging.squash(7, "a.py")
    change.head, change.files, change.changed_files = "a" * 40, [], 5_000

    harvest()

    assert facts(7)["sizes"] is None
    assert HarvestGap.objects.get().subject == "size of pull request 7"


def test_one_change_whose_files_the_clone_lacks_spoils_no_other(
    harvest, simulator, hosted, merging, settings
):
    changes = [merging.squash(number, f"{number}.py") for number in range(1, 6)]
    harvest()
    (clone,) = (settings.HOME / "git").iterdir()
    lose(clone, git(clone, "rev-parse", f"{changes[2].head}:3.py").decode())
    for change in changes:
        change.updated = LATER.isoformat()
    simulator.requests.clear()

    report = harvest(LATER)

    assert report.changed == 1, "the API tells no patch"
    assert asked(simulator).count("More") == 1
    assert ["patch_id" in facts(change.number) for change in changes] == [
        number != 3 for number in range(1, 6)
    ]
    assert HarvestGap.objects.count() == 0


def lose(folder, sha):
    """Let the clone lack an object."""
    pack = folder / "objects" / "pack"
    packed = [path.rename(folder / path.name) for path in pack.glob("pack-*.pack")]
    for path in [*pack.glob("pack-*")]:
        path.unlink()
    for path in packed:
        git(folder, "unpack-objects", "-q", given=path.read_bytes())
    (folder / "objects" / sha[:2] / sha[2:]).unlink()


def test_white_space_is_no_work_but_its_file_was_changed(harvest, simulator, repository, hosted):
    base = repository.commit(files={b"a.py": b"1\n", b"b.py": b"1\n"})
    head = repository.commit(
        files={b"a.py": b" 1\n", b"b.py": b"2\n"}, parents=[base], ref="refs/pull/7/head"
    )
    files = [("a.py", 1, 1), ("b.py", 1, 1)]
    hosted.world.changes.append(Change(7, LI, files=files, head=head, base=base, state="OPEN"))

    harvest()

    assert facts(7)["sizes"] == {"code": [1, 1]}
    assert facts(7)["files_count"] == 2
    assert "More" not in asked(simulator)


@pytest.mark.parametrize("way", ["squash", "rebase"])
def test_a_change_and_the_commit_it_became_are_known_by_one_patch(harvest, merging, way):
    getattr(merging, way)(7, "a.py")

    harvest()

    known = WorkKey.objects.filter(key=f"~{facts(7)['patch_id']}")
    assert set(known.values_list("contribution__kind", flat=True)) == {"change", "commit"}


def test_the_rules_in_a_repository_come_by_git(harvest, repository, hosted):
    repository.commit(files={b".opencredits.toml": b"version = 1\n"})
    harvest()
    told = [one.text for one in RepositoryFile.objects.all()]
    repository.commit(files={b"a.py": b"1\n"})
    harvest(LATER)

    assert told == ["version = 1\n"]
    assert RepositoryFile.objects.count() == 0


def test_without_git_the_api_lists_files_as_ever(harvest, simulator, hosted):
    hosted.world.changes.append(Change(1, LI, MERGER))

    harvest()

    assert facts(1)["sizes"] == {"code": [12, 3]}
    assert simulator.requests[3].body["variables"]["files"] is True
