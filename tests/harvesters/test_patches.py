"""A patch is known by the very id that ``git patch-id --stable`` gives it."""

import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvesters.gitlog import LOG_FORMAT
from harvesters.gitstream import read_patches
from harvesters.patches import patch_id, sections_of
from harvesters.transports.children import GitChild
from harvesters.transports.diffs import PATCHES
from tests.repositories import ENVIRONMENT, GitRepository, git

LINES = b"".join(b"line %d\n" % number for number in range(40))
BINARY = bytes(range(256)) * 9
AS_WE_ASK = ("-w", "--ignore-blank-lines", "--full-index", "--find-renames")

AS_THEY_ARE = ("-c", "core.quotePath=false")


def by_git(repository, *options):
    """The ids of all commits, as git tells them."""
    patches = git(repository.folder, *AS_THEY_ARE, "log", "-p", *(options or AS_WE_ASK))
    told = subprocess.run(
        ["git", "patch-id", "--stable"],
        cwd=repository.folder,
        input=patches,
        capture_output=True,
        check=True,
        env=ENVIRONMENT,
    )
    pairs = (line.split() for line in told.stdout.decode().splitlines())
    return {commit: patch for patch, commit in pairs}


def by_us(repository):
    command = ("log", "-z", f"--format={LOG_FORMAT}", *PATCHES)
    with GitChild(repository.folder, command, seconds=60) as child:
        return {
            commit.sha: commit.diff.patch_id
            for commit in read_patches(child.output())
            if commit.diff.patch_id
        }


STATES = [
    {b"a.py": LINES, b"b.md": b"x\n"},
    {b"a.py": LINES.replace(b"7", b"seven"), b"b.md": b"x"},
    {b"a.py": LINES, b"b.md": b"x", b"c.bin": BINARY},
    {b"a.py": LINES, b"b.md": b"y", b"c.bin": BINARY[:-1], b"d.bin": BINARY},
    {b"z.py": LINES + b"more\n", b"b.md": b"y", b"c.bin": BINARY, b"d.bin": BINARY[1:]},
    {b'a "b"\t.py': LINES[9:], "训练.py".encode(): b"x\r\ny\r\n", b"b.md": b"y", b"empty": b""},
    {b"text": b"x" * 9_000 + b"\0 and more\nnext\n", b"b.md": b"y"},
    {b"text": b"x" * 9_000 + b"\0 and less\nnext line\n", b"b.md": b"z" * 100_000},
    {b"-- a": b"--- a\n+++ b\n@@ -1 +1 @@\ndiff --git a/x b/x\n\\ No\n"},
    {b"-- a": b"++ b\n-- a\n\x0b\x0c x\n", b"c": LINES},
]


def test_a_commit_is_known_as_git_knows_it(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")
    for files in (*STATES, *STATES[::-1], STATES[0]):
        repository.commit(files=files)

    assert len(by_us(repository)) > len(STATES)
    assert by_us(repository) == by_git(repository)
    plain = by_git(repository, "--full-index")
    assert sum(plain[sha] == told for sha, told in by_us(repository).items()) >= len(STATES)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_patch_is_known_as_git_knows_it(data, tmp_path_factory):
    repository = GitRepository.at(tmp_path_factory.mktemp("any") / "vision")
    lines = st.lists(st.sampled_from([b"a", b"b ", b" c", b"", b"-- d", b"+e", b"\xff\\"]))
    files = st.dictionaries(
        st.sampled_from([b"a.py", b"b", b"c/d e", b'"']), lines.map(b"\n".join), max_size=4
    )
    for _ in range(4):
        repository.commit(files=data.draw(files))
    theirs = by_git(repository)

    # A change of names only is known by nothing.
    assert by_us(repository).items() <= theirs.items()


def test_where_a_patch_stands_does_not_matter(tmp_path):
    repository = GitRepository.at(tmp_path / "vision")
    change = LINES.replace(b"line 7\n", b"line seven\n")
    repository.commit(files={b"a.py": LINES})
    one = repository.commit(files={b"a.py": change})
    repository.commit(files={b"a.py": b"first\n" * 30 + LINES})
    other = repository.commit(files={b"a.py": b"first\n" * 30 + change})
    spaced = repository.commit(files={b"a.py": b"first\n" * 30 + change.replace(b" ", b"\t")})

    known = by_us(repository)
    assert known[one] == known[other]
    assert spaced not in known


@pytest.mark.parametrize("text", [b"", b"diff --git a/x b/x", b"diff --git a/x b/x\nold mode 1\n"])
def test_a_patch_without_content_is_known_by_nothing(text):
    assert patch_id(sections_of(text)) == ""
