"""Sizes are told by a diff as git writes it, and by nothing that only looks like one."""

import subprocess

import pytest

from harvesters.diffs import of_diff


def sizes_of(diff):
    return list(of_diff(diff).files)


POINTER = """\
diff --git a/model.safetensors b/model.safetensors
new file mode 100644
--- /dev/null
+++ b/model.safetensors
@@ -0,0 +1,3 @@
+version https://git-lfs.github.com/spec/v1
+oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
+size 12345
"""


def test_lines_are_counted_by_file():
    diff = """\
diff --git a/README.md b/README.md
index 0123456..789abcd 100644
--- a/README.md
+++ b/README.md
@@ -1,2 +1,3 @@
 ---
-license: mit
+license: apache-2.0
+language: zh
@@ -10 +11 @@ the end
-old
+new
diff --git a/old.py b/src/new.py
similarity index 100%
rename from old.py
rename to src/new.py
"""

    assert sizes_of(diff) == [("README.md", 3, 2), ("src/new.py", 0, 0)]


def test_lines_that_look_like_a_header_are_lines():
    diff = """\
diff --git a/notes.sql b/notes.sql
--- a/notes.sql
+++ b/notes.sql
@@ -1,2 +1,2 @@
--- an old remark
+++ a new remark
 diff --git a/x b/x
"""

    assert sizes_of(diff) == [("notes.sql", 1, 1)]


@pytest.mark.parametrize(
    "diff", [POINTER, "diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n"]
)
def test_what_is_kept_elsewhere_or_binary_has_no_lines(diff):
    assert [(added, deleted) for _, added, deleted in sizes_of(diff)] == [(None, None)]


def test_a_diff_that_breaks_off_tells_no_size():
    with pytest.raises(ValueError, match="breaks off"):
        sizes_of("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-one\n")


def test_it_counts_as_git_counts(tmp_path):
    def git(*arguments):
        told = subprocess.run(
            ["git", "-C", tmp_path, *arguments], capture_output=True, text=True, check=True
        )
        return told.stdout

    git("init", "-q")
    for name in ("a.py", "b b.md", "c.txt"):
        (tmp_path / name).write_text("".join(f"line {number}\n" for number in range(40)))
    git("add", "-A")
    git("-c", "user.name=Li", "-c", "user.email=li@example.org", "commit", "-qm", "first")
    (tmp_path / "a.py").write_text("".join(f"line {number}\n" for number in range(7, 50)))
    (tmp_path / "b b.md").write_text("no end of line")
    (tmp_path / "c.txt").unlink()
    (tmp_path / "d.bin").write_bytes(bytes(range(256)))
    git("add", "-A")

    counted = git("diff", "--cached", "--numstat")

    rows = [line.split("\t") for line in counted.splitlines()]
    expected = [
        (path, *(None if count == "-" else int(count) for count in counts))
        for *counts, path in rows
    ]
    assert sizes_of(git("diff", "--cached")) == expected


def test_a_line_without_end_costs_no_more_than_its_length():
    diff = f"diff --git a/x b/x\ndiff --git a/{' b/' * 400_000}\n@@ -0,0 +1 @@\n+one\n"

    assert [counts for _, *counts in sizes_of(diff)] == [[0, 0], [1, 0]]


def test_a_line_ends_where_git_ends_it():
    diff = "diff --git a/x b/x\n@@ -0,0 +1 @@\n+one\x0cpage\u2028and\x85more\n"

    assert sizes_of(diff) == [("x", 1, 0)]


def test_white_space_is_no_work():
    diff = """\
diff --git a/a.py b/a.py
@@ -1,4 +1,5 @@
-if ready:
-    go()
+if  ready:
+        go()
+
 end
-stop
+start
"""

    assert sizes_of(diff) == [("a.py", 1, 1)]
    assert of_diff(diff).patch_id
    assert not of_diff("diff --git a/a b/a\n@@ -1 +1,2 @@\n-a\n+ a\n+\n").patch_id


def test_a_diff_is_known_as_git_knows_it(tmp_path):
    diff = "".join(
        f"diff --git a/{name} b/{name}\nindex 1234567..89abcde 100644\n--- a/{name}\n"
        f"+++ b/{name}\n@@ -1,2 +1,2 @@ def f\n one\n-two\n+three {name}\n"
        for name in ("a.py", "b.md")
    )
    told = subprocess.run(
        ["git", "patch-id", "--stable"], input=diff, capture_output=True, text=True, check=True
    )

    assert of_diff(diff).patch_id == told.stdout.split()[0]
