"""The part of CEL, the Common Expression Language, that scoring needs: typed, bounded, compiled.

An expression is read by a small parser into Python's own syntax tree, with its type checked on
the way, and compiled once. There are no loops, the length and the depth are bounded, and each
part costs constant or linear time, so no expression can hang (cel-spec, doc/langdef.md).

Where CEL leaves a choice, or a sum could go wrong, it is made here:
- numbers: ``int`` is 64 bits and ``double`` is IEEE 754; arithmetic does not mix them
  (``double(x)`` converts), comparison does;
- ``/`` on integers drops the fraction toward zero; division by zero and a result beyond 64 bits
  are an `EvaluationError`, never a wrong number;
- ``min(a, b)`` and ``max(a, b)`` are ours, as CEL has no such functions in its core.

The modules, each using only those before it: ``values`` (types), ``runtime`` (what compiled
expressions may call), ``tokens`` (words), ``operators`` and ``functions`` (typing rules and the
code they give), ``parser`` (grammar), ``compiler`` (the two verbs that others use).
"""

from credits.core.expressions.compiler import as_function, compile_expression
from credits.core.expressions.functions import FUNCTIONS, METHODS
from credits.core.expressions.parser import DEEPEST_EXPRESSION, MOST_OPERATIONS
from credits.core.expressions.runtime import RUNTIME, EvaluationError
from credits.core.expressions.tokens import LONGEST_EXPRESSION, ExpressionError
from credits.core.expressions.values import LARGEST_INT, SMALLEST_INT, Type, Typed

__all__ = [
    "DEEPEST_EXPRESSION",
    "FUNCTIONS",
    "LARGEST_INT",
    "LONGEST_EXPRESSION",
    "METHODS",
    "MOST_OPERATIONS",
    "RUNTIME",
    "SMALLEST_INT",
    "EvaluationError",
    "ExpressionError",
    "Type",
    "Typed",
    "as_function",
    "compile_expression",
]
