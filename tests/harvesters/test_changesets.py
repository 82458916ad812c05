"""What a change is worth looking at: effective lines by kind, read from the patches of git."""

import json

import pytest

from harvesters.changesets import MOST_FILES, first_line
from harvesters.gitlog import LOG_FORMAT
from harvesters.gitstream import read_patches
from harvesters.transports.children import GitChild
from harvesters.transports.diffs import PATCHES
from tests.repositories import GitRepository, git

LINES = b"".join(
    b"line %d of a text that was written by somebody\n" % number for number in range(9)
)


@pytest.fixture
def repository(tmp_path):
    return GitRepository.at(tmp_path / "vision")


@pytest.fixture
def change(repository):
    """What a commit changes that turns some files into others."""

    def told(before, after):
        repository.commit(files=before)
        repository.commit(files=after)
        return told_of(repository)

    return told


def told_of(repository):
    command = ("log", "-1", "-z", f"--format={LOG_FORMAT}", *PATCHES)
    with GitChild(repository.folder, command, seconds=60) as child:
        (commit,) = read_patches(child.output())
    return commit.diff


def notebook(source, output="0", indent=1):
    """A notebook with one cell, as nbformat writes it."""
    cell = {
        "cell_type": "code",
        "execution_count": len(output),
        "metadata": {"tags": ["x" * len(output)]},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": output.splitlines(True)}],
        "source": source.splitlines(True),
    }
    whole = {"cells": [cell], "metadata": {"a": "b"}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=indent).encode() + b"\n"


def test_white_space_and_blank_lines_are_no_work(change):
    told = change({b"a.py": b"if a:\n  b()\n"}, {b"a.py": b"if  a:\n\tb()  \n\n\n"})

    assert told.files == (("a.py", 0, 0),)
    assert told.sizes == {"code": [0, 0]}
    assert told.patch_id == ""


def test_indenting_a_block_is_no_work_but_what_is_put_around_it(change):
    told = change({b"a.py": LINES}, {b"a.py": b"try:\n" + LINES.replace(b"line", b"    line")})

    assert told.sizes == {"code": [1, 0]}


def test_a_moved_file_is_no_work(change):
    told = change({b"a.py": LINES}, {b"b.py": LINES})

    assert told.facts() == {"sizes": {"code": [0, 0]}, "files": [["b.py", 0, 0]], "files_count": 1}


def test_lines_that_moved_to_another_file_are_no_work(change):
    rest = b"".join(b"other %d\n" % number for number in range(20))
    told = change(
        {b"a.py": rest + LINES, b"b.py": rest},
        {b"a.py": rest, b"b.py": rest + b"def new():\n" + LINES.replace(b"line", b"  line")},
    )

    assert told.sizes == {"code": [1, 0]}
    assert told.facts()["moved"] == [9, 9]


def test_lines_that_were_copied_are_counted(change):
    told = change({b"a.py": LINES + b"x\n"}, {b"b.py": LINES, b"c.py": LINES, b"a.py": b"x\n"})

    assert sum(added for _, added, _ in told.files) == 9
    assert sum(deleted for *_, deleted in told.files) == 0


def test_a_few_lines_that_happen_to_be_the_same_are_no_move(change):
    ends = b"}\n}\n}\n"
    told = change({b"a.c": ends + LINES + b"x\n"}, {b"a.c": LINES + b"x\n" + ends})

    assert told.sizes == {"code": [3, 3]}


def test_what_machines_write_keeps_its_kind(change):
    told = change(
        {b"x": b"x\n"},
        {
            b"uv.lock": LINES,
            b"vendor/a/b.go": LINES,
            b"rpc/a_pb2.py": LINES,
            b"model.bin": b"\0" * 50,
            b"a.py": b"a\n",
        },
    )

    assert told.sizes == {
        "lock": [9, 0],
        "vendored": [9, 0],
        "generated": [9, 0],
        "binary": [0, 0],
        "code": [1, 0],
        "other": [0, 1],
    }


@pytest.mark.parametrize("indent", [1, 2])
def test_of_a_notebook_the_sources_of_its_cells_count(change, indent):
    before = notebook("import torch\nx = 1\n\nprint(x)", "1\n", indent)
    after = notebook("import torch\nx = 2\n\n\n\nprint(x, 'y\"')\nmore()", "2\n3\n" * 99, indent)

    told = change({b"a.ipynb": before}, {b"a.ipynb": after})

    assert told.sizes == {"example": [3, 2]}
    assert told.files == (("a.ipynb", 3, 2),)


def test_a_notebook_that_only_ran_again_is_no_work(change):
    told = change({b"a.ipynb": notebook("x\n", "1")}, {b"a.ipynb": notebook("x\n", "22\n33")})

    assert told.sizes == {"example": [0, 0]}


def test_a_notebook_whose_sources_cannot_be_told_stays_one(change):
    before, after = (notebook(code, indent=None) for code in ("x = 1\n", "x = 2\n"))

    assert change({b"a.ipynb": before}, {b"a.ipynb": after}).sizes == {"notebook": [1, 1]}


def test_translated_words_are_counted_in_what_was_translated(change):
    told = change(
        {b"locale/zh/a.po": b'msgid "One file"\nmsgstr ""\n'},
        {
            b"locale/zh/a.po": 'msgid "One file"\nmsgstr ""\n"一个文件，名为 %(name)s"\n'.encode()
            + b'\n#: a.py:3\nmsgid "More words that are not translated"\nmsgstr "Mehr Worte"\n',
            b"docs/fr/a.md": "C'est un modèle\n".encode(),
            b"docs/en/a.md": b"Not translated\n",
        },
    )

    letters, words = 6, 2 + 3
    assert told.translated_words == words + round(letters / 1.6)
    assert set(told.sizes) == {"translation", "docs"}


def test_code_that_was_added_has_a_sketch(change):
    code = b"".join(b"def f%d(a, b):\n    return a[%d] * b\n" % (n, n) for n in range(9))
    told = change({b"a.md": b"x\n"}, {b"a.md": code, b"b.py": code, b"vendor/c.py": code})

    assert 0 < len(told.sketch) <= 64
    assert told.facts()["sketch"] == list(told.sketch)


STRANGE = [
    b'a"\tb\\.py',
    b"a\nb.py",
    b"\x01",
    b"\xff\xfe.py",
    "训练.py".encode(),
    b"a b/c d.py",
    b"b/a b/b.py",
    b"diff --git a",
    b"\x7f\x1b\x07\x08\x0b\x0c\r",
]


def test_each_file_is_told_by_what_is_its_own(change):
    told = change(
        {b"old %d" % number: LINES * (number + 9) for number in range(3)},
        {
            **{path: b"x\n" * place for place, path in enumerate(STRANGE, start=1)},
            **{b"new %d" % number: LINES * (number + 9) + b"z\n" for number in range(3)},
        },
    )

    sizes = {path: added for path, added, _ in told.files}
    assert sizes == {
        **{path.decode("utf-8", "replace"): n for n, path in enumerate(STRANGE, start=1)},
        **{f"new {number}": 1 for number in range(3)},
    }


def test_a_file_that_became_a_link_is_told_once(repository):
    git(repository.folder, "fast-import", "--quiet", given=AS_LINK)
    told = told_of(repository)

    assert told.files == (("a", 1, 2), ("b", 1, 0))


AS_LINK = b"""\
commit refs/heads/main
committer Li <li@example.org> 1772326800 +0000
data 0
M 100644 inline a
data 4
1
2
commit refs/heads/main
committer Li <li@example.org> 1772326801 +0000
data 0
M 120000 inline a
data 1
b
M 100644 inline b
data 2
1
"""


def test_of_many_files_the_largest_are_named(change):
    told = change({b"x": b"x\n"}, {b"%d.py" % n: b"a\n" * (n % 7) for n in range(1_000)})

    assert told.facts()["files_count"] == 1_001
    assert len(told.facts()["files"]) == MOST_FILES
    assert told.sizes["code"] == [sum(n % 7 for n in range(1_000)), 0]


def test_a_file_is_named_as_git_names_it():
    assert first_line(b"a b", b'c"') == b'diff --git a/a b "b/c\\""'
