"""Git repositories for tests, made by git itself, with commits of any bytes."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LI = b"Li Ming <li@example.org>"
WU = b"Wu Fang <wu@example.org>"
BEGUN = 1_772_326_800  # 2026-03-01 01:00 UTC
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Li Ming",
    "GIT_AUTHOR_EMAIL": "li@example.org",
    "GIT_COMMITTER_NAME": "Li Ming",
    "GIT_COMMITTER_EMAIL": "li@example.org",
    "GIT_AUTHOR_DATE": f"{BEGUN} +0000",
    "GIT_COMMITTER_DATE": f"{BEGUN} +0000",
}


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What git says to ``arguments``, without the last line feed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        check=True,
        env=ENVIRONMENT,
    )
    return done.stdout.removesuffix(b"\n")


@dataclass
class GitRepository:
    """A bare repository that grows by whole commits; each commit's files are all it holds."""

    folder: Path
    commits: list[str] = field(default_factory=list)
    _trees: dict[tuple[tuple[bytes, bytes], ...], bytes] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> "GitRepository":
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", ".")
        return cls(folder)

    def commit(
        self,
        message: bytes = b"Change",
        files: dict[bytes, bytes] | None = None,
        *,
        author: bytes = LI,
        committer: bytes | None = None,
        at: int | None = None,
        parents: list[str] | None = None,
        headers: bytes = b"",
        ref: str = "refs/heads/main",
    ) -> str:
        """Write a commit as it stands, without git's own checks, and let ``ref`` point to it."""
        when = str(BEGUN + 3600 * len(self.commits) if at is None else at).encode()
        before = self.commits[-1:] if parents is None else parents
        lines = [
            b"tree " + self._tree(files or {}),
            *(b"parent " + parent.encode() for parent in before),
            b"author " + author + b" " + when + b" +0000",
            b"committer " + (committer or author) + b" " + when + b" +0000",
        ]
        raw = b"\n".join(lines) + b"\n" + headers + b"\n" + message
        written = git(
            self.folder,
            *("hash-object", "-t", "commit", "-w", "--stdin", "--literally"),
            given=raw,
        )
        sha = written.decode()
        place = self.folder / ref
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{sha}\n")
        if ref == "refs/heads/main":
            self.commits.append(sha)
        return sha

    def grow(self, count: int) -> None:
        """Add ``count`` small commits at once."""
        lines = []
        for number in range(len(self.commits), len(self.commits) + count):
            text = f"value = {number}\n".encode()
            message = f"Change {number}".encode()
            lines += [
                b"commit refs/heads/main",
                b"committer %s %d +0000" % (LI, BEGUN + 60 * number),
                b"data %d\n%s" % (len(message), message),
            ]
            if number == len(self.commits) and self.commits:
                lines.append(b"from refs/heads/main^0")
            lines += [b"M 100644 inline model.py", b"data %d\n%s" % (len(text), text)]
        git(self.folder, "fast-import", "--quiet", "--force", given=b"\n".join(lines) + b"\n")
        listed = git(self.folder, "rev-list", "--reverse", "--topo-order", "main")
        self.commits = listed.decode().split()

    def _tree(self, files: dict[bytes, bytes]) -> bytes:
        key = tuple(sorted(files.items()))
        if key not in self._trees:
            self._trees[key] = self._written_tree(files)
        return self._trees[key]

    def _written_tree(self, files: dict[bytes, bytes]) -> bytes:
        """The tree of ``files`` by fast-import, which takes any path; through a throw-away ref."""
        lines = [b"commit refs/heads/aside", b"committer %s %d +0000" % (LI, BEGUN), b"data 0"]
        for path, content in files.items():
            lines += [
                b"M 100644 inline " + _quoted(path),
                b"data %d\n%s" % (len(content), content),
            ]
        git(self.folder, "fast-import", "--quiet", "--force", given=b"\n".join(lines) + b"\n")
        tree = git(self.folder, "rev-parse", "refs/heads/aside^{tree}")
        git(self.folder, "update-ref", "-d", "refs/heads/aside")
        return tree


def _quoted(path: bytes) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte for byte in path) + b'"'
