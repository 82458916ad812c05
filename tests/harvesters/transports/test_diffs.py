"""Many branches at once: what each changed since it left the other."""

from itertools import pairwise

import pytest

from harvesters.transports import diffs
from harvesters.transports.children import GitChild
from tests.repositories import GitRepository


def changed(folder, pairs):
    """The files of each pair."""
    return {pair: told.files for pair, told in diffs.changed(folder, pairs).items()}


@pytest.fixture
def repository(tmp_path):
    return GitRepository.at(tmp_path / "vision")


def branch(repository, base, **files):
    names = {f"{name}.py".encode(): b"1\n" * lines for name, lines in files.items()}
    return repository.commit(files=names, parents=base, ref="refs/heads/aside")


def test_each_pair_is_told_by_itself(repository):
    first = repository.commit(files={b"a.py": b"1\n"})
    second = repository.commit(files={b"a.py": b"1\n", b"b.py": b"1\n"})
    one = branch(repository, [first], a=1, c=3)
    other = branch(repository, [second], a=1)
    pairs = [(second, one), (second, other), (second, first), (first, second)]

    assert changed(repository.folder, pairs) == {
        (second, one): (("c.py", 3, 0),),
        (second, other): (("b.py", 0, 1),),
        (second, first): (),
        (first, second): (("b.py", 1, 0),),
    }


def test_where_branches_met_more_than_once_the_first_meeting_counts(repository):
    root = repository.commit(files={b"a.py": b"1\n"})
    left = branch(repository, [root], a=1, left=1)
    right = branch(repository, [root], a=1, right=1)
    one = branch(repository, [left, right], a=1, left=1, right=1, one=1)
    other = branch(repository, [right, left], a=1, left=1, right=1, other=1)

    found = changed(repository.folder, [(one, other), (root, one)])

    assert found[root, one] == (("left.py", 1, 0), ("one.py", 1, 0), ("right.py", 1, 0))
    assert {file[0] for file in found[one, other]} < {"left.py", "right.py", "other.py"}


def test_strangers_have_parted_nowhere(repository):
    one = repository.commit(files={b"a.py": b"1\n"})
    stranger = branch(repository, [], b=1)

    assert changed(repository.folder, [(one, stranger), (one, one)]) == {(one, one): ()}


def test_what_is_not_there_is_missing_in_the_answer(repository):
    one = repository.commit(files={b"a.py": b"1\n"})

    assert changed(repository.folder, [(one, "f" * 40), (one, one)]) == {(one, one): ()}
    assert changed(repository.folder, []) == {}


def test_a_page_of_changes_takes_three_gits(repository, monkeypatch):
    shas = [repository.commit(files={b"a.py": b"1\n" * number}) for number in range(10)]
    begun = []
    monkeypatch.setattr(
        "harvesters.transports.diffs.GitChild",
        lambda folder, arguments, **options: (
            begun.append(arguments[0]) or GitChild(folder, arguments, **options)
        ),
    )

    found = changed(repository.folder, list(pairwise(shas)))

    assert [len(files) for files in found.values()] == [1] * 9
    assert begun == ["cat-file", "rev-parse", "diff-tree"]


def test_a_change_is_known_by_its_patch_wherever_it_left(repository):
    root = repository.commit(files={b"a.py": b"1\n"})
    later = repository.commit(files={b"a.py": b"1\n", b"z.py": b"1\n"})
    one = branch(repository, [root], a=1, b=3)
    other = repository.commit(
        files={b"a.py": b"1\n", b"z.py": b"1\n", b"b.py": b" 1\n1\n1 \n"},
        parents=[later],
        ref="refs/heads/other",
    )

    found = diffs.changed(repository.folder, [(root, one), (later, other), (root, root)])

    assert len(found[root, one].patch_id) == 40
    assert found[root, one].patch_id == found[later, other].patch_id
    assert found[root, root].patch_id == ""
    assert found[root, one].files == found[later, other].files == (("b.py", 3, 0),)


def test_a_change_that_is_too_large_is_told_by_its_numbers(repository, monkeypatch):
    monkeypatch.setattr("harvesters.gitstream.LARGEST_PATCH", 5_000)
    root = repository.commit(files={b"a.py": b"1\n"})
    small = branch(repository, [root], a=1, b=3)
    large = branch(repository, [root], a=1, b=10_000)

    found = diffs.changed(repository.folder, [(root, large), (root, small)])

    assert found[root, large].files == (("b.py", 10_000, 0),)
    assert (bool(found[root, large].patch_id), bool(found[root, small].patch_id)) == (False, True)
