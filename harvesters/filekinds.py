"""What kind of file a path names: code, tests, docs, CI and so on, told by the path alone.

Vendored and generated files are known by the patterns of linguist (``data/linguist``), the rest
by folders, names and endings. The first kind that fits counts, in the order of `FileKind`.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath


class FileKind(StrEnum):
    """A kind of file, the most telling first."""

    LOCK = "lock"
    VENDORED = "vendored"
    GENERATED = "generated"
    BINARY = "binary"
    NOTEBOOK = "notebook"
    CI = "ci"
    TESTS = "tests"
    TRANSLATION = "translation"
    EXAMPLE = "example"
    DOCS = "docs"
    DATA = "data"
    CONFIG = "config"
    CODE = "code"
    OTHER = "other"


Sized = tuple[str, int | None, int | None]
"""A path with the lines added and deleted; None where git counts no lines (binary)."""

LONGEST_PATH = 4_096
NAME_BEGINS = "(^|/)"


def _pattern(name: str) -> re.Pattern[str]:
    """The patterns of a list as one, which tries most of them only where a name begins.

    One alternative after the other at every letter of a path would take 100 times as long.
    """
    text = files("harvesters").joinpath("data", "linguist", f"{name}.txt").read_text("utf-8")
    lines = text.splitlines()
    of_names = [line.removeprefix(NAME_BEGINS) for line in lines if line.startswith(NAME_BEGINS)]
    anywhere = [line for line in lines if line and not line.startswith(NAME_BEGINS)]
    return re.compile("|".join([f"(?:^|/)(?:{'|'.join(of_names)})", *anywhere]))


_VENDORED = _pattern("vendor")
_GENERATED = _pattern("generated")
_LOCK = re.compile(
    r"(^|/)[\w.-]*(\.lock|-lock\.(json|ya?ml)|\.lockb|go\.sum|npm-shrinkwrap\.json)$"
)
_CI = re.compile(
    r"(^|/)(\.github/(workflows|actions)|\.gitlab|\.circleci|\.buildkite|\.teamcity|\.gitee|ci"
    r"|docker)/"
    r"|(^|/)(\.gitlab-ci\.yml|\.travis\.yml|Jenkinsfile|azure-pipelines\.yml|Makefile"
    r"|Dockerfile[\w.-]*|docker-compose[\w.-]*|tox\.ini|noxfile\.py|\.pre-commit-config\.yaml)$"
)
_TESTS = re.compile(
    r"(^|/)(tests?|testing|__tests__|spec|specs|e2e)/|(^|/)(test_[^/]*|tests\.py|conftest\.py)$"
    r"|[_.-](test|tests|spec)\.[A-Za-z]+$",
)
_LANGUAGE = (
    r"(?:zh|ja|jp|ko|kr|cn|fr|de|es|pt|br|it|ru|ar|hi|tr|vi|id|th|pl|nl|uk|cs|sv|fa|he|bn|te|ta|ro"
    r"|hu|el|da|fi|nb|no|ca|sk|bg|hr|sr|sl|lt|lv|et|ms|ur|ka)(?:[-_](?:[A-Za-z]{2}|Han[st]))?"
)
_TRANSLATION = re.compile(
    r"\.(po|pot|xlf|xliff|arb|ftl)$"
    r"|(^|/)(locales?|i18n)/(.*/)?[^/]*(?<!\.py)(?<!\.ts)(?<!\.js)(?<!\.tsx)(?<!\.jsx)$"
    rf"|(^|/)(locales?|i18n)/(.*/)?{_LANGUAGE}[./][^/]*$"
    rf"|(^|/)README[._-]{_LANGUAGE}[._-][^/]*$|(^|/)README[._-]zh[^/]*\.md$"
    rf"|(^|/)docs?/(source/)?{_LANGUAGE}/",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"^(?!docs?/)(.*/)?(examples?|tutorials?|notebooks?|demos?|cookbooks?|quickstarts?)/"
    r"(?!.*\.(csv|tsv|jsonl|ndjson|svg|xml|srt|vtt|bib)$)",
    re.IGNORECASE,
)
_CONFIG = re.compile(
    r"(^|/)(requirements|constraints)[\w.-]*\.txt$"
    r"|(^|/)(\.\w+ignore|\.gitattributes|\.gitmodules|CODEOWNERS|go\.mod)$"
)
_DOCS = re.compile(
    r"^docs?/|(^|/)(documentation|man|wiki)/"
    r"|(^|/)(README|CHANGE(S|LOG)?|CONTRIBUTING|INSTALL|LICEN[CS]E|COPYING|AUTHORS|CITATION"
    r"|CODE_OF_CONDUCT|SECURITY|NOTICE)([._-][^/]*)?$",
    re.IGNORECASE,
)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_ENDINGS: dict[FileKind, frozenset[str]] = {
    FileKind.BINARY: _words(
        "png jpg jpeg gif webp ico pdf zip gz bz2 xz tar whl jar so dll dylib exe bin pt pth onnx",
        "safetensors npy npz pkl h5 mp3 mp4 wav flac ogg ttf otf woff woff2 parquet arrow",
    ),
    FileKind.NOTEBOOK: _words("ipynb"),
    FileKind.DOCS: _words("md mdx rst txt adoc tex org"),
    FileKind.DATA: _words("csv tsv jsonl ndjson svg xml srt vtt bib"),
    FileKind.CONFIG: _words("toml ini cfg conf env properties yaml yml json editorconfig"),
    FileKind.CODE: _words(
        "py pyx pyi c h cc cpp cxx hpp hh cu cuh m mm rs go java kt kts scala swift js mjs cjs jsx",
        "ts tsx vue svelte rb php pl pm lua r jl sh bash zsh fish ps1 bat sql html htm css scss",
        "sass less proto cmake ex exs erl hs ml mli clj cs fs dart zig nim f90 f s asm triton",
        "metal glsl wgsl ets cj",
    ),
}


def file_kind(path: str) -> FileKind:
    """The kind of the file at ``path``; of an endless path, the end tells it."""
    return _kind_of(path[-LONGEST_PATH:])


@lru_cache(maxsize=16_384)
def _kind_of(path: str) -> FileKind:
    for kind, pattern in _BY_PATTERN:
        if pattern.search(path):
            return kind
    ending = PurePosixPath(path).suffix[1:].lower()
    if ending in _ENDINGS[FileKind.BINARY]:
        return FileKind.BINARY
    if ending in _ENDINGS[FileKind.NOTEBOOK]:
        return FileKind.NOTEBOOK
    for kind, pattern in _BY_PLACE:
        if pattern.search(path):
            return kind
    return next((kind for kind, endings in _ENDINGS.items() if ending in endings), FileKind.OTHER)


_BY_PATTERN = (
    (FileKind.LOCK, _LOCK),
    (FileKind.VENDORED, _VENDORED),
    (FileKind.GENERATED, _GENERATED),
)
_BY_PLACE = (
    (FileKind.CI, _CI),
    (FileKind.TESTS, _TESTS),
    (FileKind.TRANSLATION, _TRANSLATION),
    (FileKind.EXAMPLE, _EXAMPLE),
    (FileKind.DOCS, _DOCS),
    (FileKind.CONFIG, _CONFIG),
    (FileKind.CODE, re.compile(r"(^|/)CMakeLists\.txt$")),
)


_BY_MACHINE = frozenset({FileKind.LOCK, FileKind.VENDORED, FileKind.GENERATED})


def is_notebook(path: str) -> bool:
    """Whether the file at ``path`` is a notebook that somebody wrote."""
    return file_kind(path) is FileKind.NOTEBOOK


def counts_by_lines(path: str) -> bool:
    """Whether people write the file at ``path`` line by line."""
    return file_kind(path) not in {*_BY_MACHINE, FileKind.BINARY, FileKind.NOTEBOOK, FileKind.DATA}


def is_code(path: str) -> bool:
    """Whether people write code into the file at ``path``, be it for tests or as an example."""
    ending = PurePosixPath(path[-LONGEST_PATH:]).suffix[1:].lower()
    return ending in _ENDINGS[FileKind.CODE] and file_kind(path) not in _BY_MACHINE


def sizes_by_kind(files_changed: Iterable[Sized]) -> dict[str, list[int]]:
    """Lines added and deleted for each kind; a binary file counts as none of either."""
    sizes: dict[str, list[int]] = {}
    for path, added, deleted in files_changed:
        kind = FileKind.BINARY if added is None else file_kind(path)
        total = sizes.setdefault(kind, [0, 0])
        total[0] += added or 0
        total[1] += deleted or 0
    return sizes
