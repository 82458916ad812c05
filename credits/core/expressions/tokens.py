"""The words of an expression, and the error that points at one of them."""

import re
from dataclasses import dataclass

from credits.core.problems import pointed

LONGEST_EXPRESSION = 2_000


class ExpressionError(Exception):
    """An expression is not one that we take.

    ``position`` counts characters from 0, ``line`` and ``column`` count from 1.
    """

    def __init__(self, message: str, source: str, position: int) -> None:
        self.message = message
        self.position = position
        self.line = source.count("\n", 0, position) + 1
        start = source.rfind("\n", 0, position) + 1
        self.column = position - start + 1
        shown = pointed(source[start:].split("\n", 1)[0], self.column)
        super().__init__(f"line {self.line}, column {self.column}: {message}\n{shown}")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression and where it begins."""

    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
  | (?P<int>\d+)
  | (?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>()?:,.\[\]])
    )""",
    re.VERBOSE | re.ASCII,
)


def tokenize(source: str) -> list[Token]:
    """The words of ``source``, ended by one of kind ``end``.

    Raises:
        ExpressionError: the source is too long, or holds a character of no word.
    """
    if len(source) > LONGEST_EXPRESSION:
        raise ExpressionError(
            f"the expression has {len(source)} characters, at most {LONGEST_EXPRESSION} are read",
            source,
            0,
        )
    tokens, position, end = [], 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            at = position + len(source[position:]) - len(source[position:].lstrip())
            raise ExpressionError(f"unexpected character {source[at]!r}", source, at)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, Token("end", "", end)]
