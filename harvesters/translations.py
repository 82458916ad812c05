"""How many words somebody translated, told by the lines that a change added."""

import re
from collections.abc import Iterator, Sequence

LETTERS_A_WORD = 1.6
"""So many Chinese characters or Japanese letters are as much as a word."""

_CJK = re.compile(r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_KEYWORD = re.compile(r"msg(id|str)|#|$")
_HEADER = re.compile(r'"[A-Za-z-]+: .*\\n"$')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\.|%\(\w+\)[sd]|%[sd]|\{\w*\}")
_NAME = re.compile(r'^\s*"(?:[^"\\]|\\.)*"\s*:')
_TAG = re.compile(r"<[^<>]*>")
_TARGET = re.compile(r"<target\b[^<>]*>(.*?)(?:</target>|$)")
LONGEST_LINE = 20_000


def words_in(text: str) -> tuple[int, int]:
    """The words of ``text``, and its Chinese characters and Japanese letters."""
    letters = len(_CJK.findall(text))
    return len(_WORD.findall(_CJK.sub(" ", text))), letters


def added_words(path: str, hunks: Sequence[bytes]) -> tuple[int, int]:
    """`words_in` the translated text that ``hunks`` add to the file at ``path``."""
    ending = path.rpartition(".")[2].lower()
    words = letters = 0
    for hunk in hunks:
        lines = [line[:LONGEST_LINE] for line in hunk.decode("utf-8", "replace").split("\n")]
        for text in _translated(ending, lines):
            some, more = words_in(text)
            words, letters = words + some, letters + more
    return words, letters


def rounded(words: int, letters: int) -> int:
    """Words, with letters counted as parts of words."""
    return words + round(letters / LETTERS_A_WORD)


def _translated(ending: str, lines: Sequence[str]) -> Iterator[str]:
    if ending == "po":
        yield from _of_catalogue(lines)
        return
    for line in lines:
        if not line.startswith("+"):
            continue
        if ending in {"json", "arb"}:
            yield _ESCAPE.sub(" ", _NAME.sub("", line[1:]))
        elif ending in {"xlf", "xliff"}:
            yield " ".join(_TAG.sub(" ", text) for text in _TARGET.findall(line))
        elif ending in {"ftl", "properties"}:
            yield "" if line.startswith("+#") else line.partition("=")[2] or line[1:]
        elif ending in {"yml", "yaml"}:
            yield line.partition(":")[2] or line[1:]
        elif ending != "pot":
            yield _TAG.sub(" ", line[1:])


def _of_catalogue(lines: Sequence[str]) -> Iterator[str]:
    """The added ``msgstr``s; lines before the first keyword belong to what it does not begin."""
    state, unknown = "", []
    for line in filter(None, lines):
        said = line[1:].strip()
        if match := _KEYWORD.match(said):
            if not state and match[1] != "str":
                yield from unknown
            state, unknown = match[1] or "none", []
        if not line.startswith("+") or _HEADER.search(said):
            continue
        text = " ".join(_ESCAPE.sub(" ", part) for part in _QUOTED.findall(said))
        if state == "str":
            yield text
        elif not state:
            unknown.append(text)
    if not state:
        yield from unknown
