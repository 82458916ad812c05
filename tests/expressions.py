"""Fields, facts and values for tests of the expression language."""

from types import SimpleNamespace
from typing import Any

from credits.core.expressions import Type, as_function, compile_expression

FIELDS = {
    "commits": Type.INT,
    "lines": Type.INT,
    "share": Type.DOUBLE,
    "title": Type.STRING,
    "labels": Type.STRINGS,
    "pulls": Type.INTS,
    "is_bot": Type.BOOL,
}
FACTS = SimpleNamespace(
    commits=7,
    lines=-3,
    share=0.25,
    title="Fix the loader",
    labels=("bug", "core"),
    pulls=(7, 12),
    is_bot=False,
)


def value_of(source: str, facts: Any = FACTS) -> Any:
    """What ``source`` gives for ``facts``."""
    return as_function(compile_expression(source, FIELDS))(facts)
