"""How many words somebody translated, told by the lines that a change added."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

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
        return _of_catalogue(lines)
    read = _READ.get(ending, _of_text)
    return (read(line[1:]) for line in lines if line.startswith("+"))


def _of_text(line: str) -> str:
    return _TAG.sub(" ", line)


def _of_json(line: str) -> str:
    return _ESCAPE.sub(" ", _NAME.sub("", line))


def _of_xliff(line: str) -> str:
    return " ".join(_TAG.sub(" ", text) for text in _TARGET.findall(line))


def _of_properties(line: str) -> str:
    return "" if line.startswith("#") else line.partition("=")[2] or line


def _of_yaml(line: str) -> str:
    return line.partition(":")[2] or line


def _of_template(_line: str) -> str:
    return ""


_READ: Mapping[str, Callable[[str], str]] = {
    "json": _of_json,
    "arb": _of_json,
    "xlf": _of_xliff,
    "xliff": _of_xliff,
    "ftl": _of_properties,
    "properties": _of_properties,
    "yml": _of_yaml,
    "yaml": _of_yaml,
    "pot": _of_template,
}
"""How a line is read of a file whose name ends so."""


def _of_catalogue(lines: Sequence[str]) -> Iterator[str]:
    """The added ``msgstr``s; lines before the first keyword belong to what it does not begin."""
    state = ""
    unknown: list[str] = []
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
