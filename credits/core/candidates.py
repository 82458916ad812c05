"""Values of a fact that could make a difference under a rule set: found in its expressions.

A count matters where a comparison turns from false to true, which is searched for by halving; a
text matters where an expression names it; a yes or no has one other value.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from credits.core.changeable import CHANGEABLE
from credits.core.expressions import EvaluationError, Type, Typed, as_function, compile_expression
from credits.core.facts import LARGEST_COUNT
from credits.core.fields import AGE, TYPES
from credits.core.rules import RuleSet

MOST_CANDIDATES = 24
"""Of one fact: the nearest to what it is now."""

KINDS = {**TYPES, **AGE}


@dataclass(frozen=True, slots=True)
class Question:
    """A smallest part of a rule set that is true or false: its fields, and the texts it names."""

    ask: Callable[[Any], bool]
    fields: frozenset[str]
    texts: tuple[str, ...]


def questions_of(rule_set: RuleSet) -> tuple[Question, ...]:
    """Every comparison in the conditions and bands of ``rule_set``."""
    conditions = [guard.when for guard in rule_set.guards]
    conditions += [rule.when for rule in rule_set.rules]
    conditions += [factor.when for factor in rule_set.factors]
    bands = [rule.bands for rule in rule_set.rules if rule.bands is not None]
    limits = tuple(f"{band.of} <= {limit}" for band in bands for limit, _ in band.steps)
    points = tuple(rule.points for rule in rule_set.rules if rule.points)
    return _questions((*conditions, *limits, *points))


def candidates(
    name: str, now: Any, questions: Sequence[Question], vary: Callable[[str, Any], Any]
) -> list[Any]:
    """Values of the fact ``name``, which is ``now``, that could make a difference; nearest first.

    ``vary`` gives all facts with another value of one; None where that cannot be.
    """
    asked = [question for question in questions if name in question.fields]
    kind = KINDS[name]
    if kind is Type.BOOL:
        return [CHANGEABLE[name].to] if asked and now is not CHANGEABLE[name].to else []
    if kind is Type.INT:
        found = {value for question in asked for value in _counts(question, name, now, vary)}
        near = sorted(found - {now}, key=lambda value: (abs(value - now), value))
        return near[:MOST_CANDIDATES]
    texts = dict.fromkeys(text for question in asked for text in question.texts)
    if kind is Type.STRINGS:
        return [_toggled(now, text) for text in texts][:MOST_CANDIDATES]
    return [text for text in texts if text != now][:MOST_CANDIDATES]


def _toggled(texts: tuple[str, ...], text: str) -> tuple[str, ...]:
    kept = tuple(each for each in texts if each != text)
    return kept if len(kept) < len(texts) else (*texts, text)


def _counts(
    question: Question, name: str, now: int, vary: Callable[[str, Any], Any]
) -> Iterator[int]:
    """One more, one less, and the nearest values where the answer to ``question`` turns."""

    def answer(value: int) -> bool | None:
        facts = vary(name, value)
        if facts is None:
            return None
        try:
            return question.ask(facts)
        except EvaluationError:
            return None

    yield now + 1
    if now:
        yield now - 1
    present = answer(now)
    for end in (0, LARGEST_COUNT):
        near, far = now, end
        if answer(end) == present:
            continue
        while abs(far - near) > 1:
            middle = (near + far) // 2
            near, far = (middle, far) if answer(middle) == present else (near, middle)
        yield far


@lru_cache(maxsize=64)
def _questions(sources: tuple[str, ...]) -> tuple[Question, ...]:
    found: dict[str, Question] = {}
    for source in dict.fromkeys(sources):
        for node in _smallest(compile_expression(source, TYPES).node):
            found.setdefault(ast.dump(node), _question(node))
    return tuple(question for question in found.values() if question.fields)


def _question(node: ast.expr) -> Question:
    fields = frozenset(
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)
    )
    texts = (
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    return Question(as_function(Typed(Type.BOOL, node)), fields, tuple(dict.fromkeys(texts)))


def _smallest(node: ast.expr) -> list[ast.expr]:
    """The comparisons, tests of texts and single facts of which ``node`` is made."""
    if isinstance(node, ast.Compare | ast.Attribute):
        return [node]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return [node]
    if isinstance(node, ast.Call):
        inside: list[ast.AST] = [*node.args]
    else:
        inside = list(ast.iter_child_nodes(node))
    return [found for part in inside if isinstance(part, ast.expr) for found in _smallest(part)]
