"""Sketches of code, by which near copies are found whatever their names are.

Code becomes a sequence of normalised tokens: each identifier is the same placeholder, so is each
number and each string; keywords and operators stay; comments are left out. Of all runs of nine
tokens the sketch keeps the 64 with the smallest CRC-32, which is a random sample of them that two
codes draw alike (bottom-k MinHash; Broder 1997, Cohen and Kaplan 2007). `similarity` estimates
from two samples how large a part of all runs in either code stands in both (Jaccard): the share of
common ones among the 64 smallest of both together, with a standard error of at most 1/16; it is
exact where both codes have at most 64 different runs.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from zlib import crc32

SIZE = 64
RUN = 9
FEWEST_TOKENS = 60
LONGEST_LINE = 1_000
"""Longer lines are not written by hand."""
MOST_LETTERS = 2_000_000
"""Of more code no sketch is made: so much at once is an import of something."""
LONGEST_KNOWN, MOST_KNOWN = 40, 50_000
GAP = "\f"
"""A line that says: what follows stands elsewhere. No string or comment reaches across."""

_TOKEN = re.compile(
    r"""
    [A-Za-z_]\w*+(?!["']) | [()\[\]{},;@]
    | //.* | /\*[^\f]*?(?:\*/|(?=\f)|\Z)
    | \#(?!\[|!\[|\s*(?:include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma)\b).*
    | [rbfuRBFU]{0,2}(?:\"{3}(?:[^\f]*?\"{3})? | '{3}(?:[^\f]*?'{3})?
        | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.){0,200}')
    | `[^`\n]*`
    | [^\W\d]\w* | \d[\w.]*
    | <<=?|>>=?|\*\*=?|->|=>|::|:=|&&|\|\||\+\+|--|[-+*/%&|^!<>=]= | [^\w\s]
    """,
    re.VERBOSE,
)
_COMMENT, _NAME, _NUMBER, _STRING, _OTHER = 0, 1, 2, 3, 4
_KEYWORDS = """
    and as assert async await break case catch class const continue def defer del do elif else enum
    except extends extern finally fn for from func function goto global if impl implements import in
    interface is lambda let mut namespace new nil nonlocal not null or pass private protected pub
    public raise return static struct switch throw trait try typedef typename union unsafe using
    var virtual void volatile where while with yield None True False
"""
_OPERATORS = "<< <<= >> >>= ** **= -> => :: := && || ++ -- -= += *= /= %= &= |= ^= != <= >= =="
_SINGLE = "!$%&()*+,-./:;<=>?@[]^{|}~#"
_KEPT = (*_KEYWORDS.split(), *_OPERATORS.split(), *_SINGLE)
_CODES = {word: code for code, word in enumerate(_KEPT, start=_OTHER + 1)}


class _Codes(dict[str, int]):
    """The code of each token, below 256; what is met first is told by how it begins.

    Short ones are remembered, as the same names come again and again, but not without end.
    """

    def __missing__(self, token: str) -> int:
        code = _code_of(token)
        if len(token) <= LONGEST_KNOWN:
            if len(self) >= MOST_KNOWN:
                self.clear()
                self.update(_CODES)
            self[token] = code
        return code


_KNOWN = _Codes(_CODES)


def sketch_of(lines: Iterable[str]) -> tuple[int, ...]:
    """At most 64 numbers below 2**53, rising; none of fewer than 60 tokens, or of too much."""
    return sketch_of_text("\n".join(lines))


def sketch_of_text(code: str) -> tuple[int, ...]:
    """`sketch_of` the lines of ``code``."""
    lines = [line.lstrip(" \t") for line in code.split("\n")]
    text = "\n".join([line for line in lines if len(line) <= LONGEST_LINE])
    if len(text) > MOST_LETTERS:
        return ()
    codes = bytes(map(_KNOWN.__getitem__, _TOKEN.findall(text)))
    codes = codes.replace(bytes([_COMMENT]), b"")
    if len(codes) < FEWEST_TOKENS:
        return ()
    runs = {codes[place : place + RUN] for place in range(len(codes) - RUN + 1)}
    return tuple(nsmallest(SIZE, set(map(crc32, runs))))


def similarity(one: Sequence[int], other: Sequence[int]) -> float:
    """How much of two codes is common to both, from 0 to 1, as their sketches tell it."""
    mine, theirs = set(one), set(other)
    sample = sorted(mine | theirs)[:SIZE]
    return len(mine & theirs & set(sample)) / len(sample) if sample else 0.0


def _code_of(token: str) -> int:
    first = token[0]
    if first in "#\\" or token[:2] in {"//", "/*"}:
        return _COMMENT
    if token[-1] in "\"'`":
        return _STRING
    if first.isdecimal():
        return _NUMBER
    return _NAME if first == "_" or first.isalpha() else _OTHER
