"""What is wrong with a text that somebody wrote, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

SHOWN_BEFORE, SHOWN = 60, 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a source, and where; line and column count from 1."""

    line: int
    column: int
    message: str
    source_line: str = ""

    def __str__(self) -> str:
        head = f"line {self.line}, column {self.column}: {self.message}"
        return f"{head}\n{pointed(self.source_line, self.column)}" if self.source_line else head


class SourceError(Exception):
    """A text is not what it should be; ``problems`` says everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def pointed(line: str, column: int) -> str:
    """``line`` with a caret below ``column``; a long line is cut around it.

    A Chinese character is as wide as two Latin ones, so below it stands a wide space.
    """
    first = max(0, column - 1 - SHOWN_BEFORE)
    shown = line[first : first + SHOWN].replace("\t", " ")
    before = shown[: column - 1 - first]
    space = "".join("\u3000" if east_asian_width(sign) in "WF" else " " for sign in before)
    return f"  {shown}\n  {space}^"
