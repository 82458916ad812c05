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
"""

import ast
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

LONGEST_EXPRESSION = 2_000
DEEPEST_EXPRESSION = 40
MOST_OPERATIONS = 200
SMALLEST_INT, LARGEST_INT = -(2**63), 2**63 - 1


class Type(StrEnum):
    """The types of values in an expression."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list(string)"
    INTS = "list(int)"


NUMBERS = frozenset({Type.INT, Type.DOUBLE})
ELEMENTS = {Type.STRINGS: Type.STRING, Type.INTS: Type.INT}


class EvaluationError(Exception):
    """An expression has no value for these facts."""


class ExpressionError(Exception):
    """An expression is not one that we take; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, source: str, position: int) -> None:
        self.message = message
        self.line = source.count("\n", 0, position) + 1
        start = source.rfind("\n", 0, position) + 1
        self.column = position - start + 1
        self.source_line = source[start:].split("\n", 1)[0]
        super().__init__(f"line {self.line}, column {self.column}: {message}\n{self.pointed()}")

    def pointed(self) -> str:
        """The line at fault with a caret below the place; long lines are cut around it."""
        first = max(0, self.column - 61)
        shown = self.source_line[first : first + 100].replace("\t", " ")
        return f"  {shown}\n  {' ' * (self.column - 1 - first)}^"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression and where it begins."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Typed:
    """A part of an expression: its type and its Python syntax tree."""

    type: Type
    node: ast.expr


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


def compile_expression(
    source: str, fields: Mapping[str, Type], wanted: Type | None = None
) -> Typed:
    """Read ``source`` over ``fields`` as a syntax tree that reads facts as attributes of ``f``.

    Raises:
        ExpressionError: with line and column, and a suggestion for a misspelt name.
    """
    return _Parser(source, fields).whole(wanted)


def as_function(typed: Typed) -> Callable[[Any], Any]:
    """A function of one argument, the facts, that gives the value of ``typed``."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg("f")], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    tree = ast.Expression(ast.Lambda(arguments, typed.node))
    code = compile(ast.fix_missing_locations(tree), "<expression>", "eval")
    function: Callable[[Any], Any] = eval(code, dict(RUNTIME))  # noqa: S307 - our own tree
    return function


def tokenize(source: str) -> list[Token]:
    """The words of ``source``, ended by one of kind ``end``."""
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


def _checked_int(value: int) -> int:
    if SMALLEST_INT <= value <= LARGEST_INT:
        return value
    raise EvaluationError("the result is beyond 64 bits")


def _divide_ints(left: int, right: int) -> int:
    if right == 0:
        raise EvaluationError("division by zero")
    quotient = abs(left) // abs(right)
    return _checked_int(quotient if (left < 0) == (right < 0) else -quotient)


def _remainder(left: int, right: int) -> int:
    return left - right * _divide_ints(left, right)


def _divide_doubles(left: float, right: float) -> float:
    if right == 0:
        raise EvaluationError("division by zero")
    return left / right


def _to_int(value: float) -> int:
    if value != value or abs(value) >= 2**63:  # noqa: PLR0124 - only NaN differs from itself
        raise EvaluationError("a double beyond 64 bits has no int")
    return int(value)


RUNTIME: Mapping[str, Any] = {
    "__builtins__": {},
    "checked_int": _checked_int,
    "divide_ints": _divide_ints,
    "remainder": _remainder,
    "divide_doubles": _divide_doubles,
    "to_int": _to_int,
    "to_double": float,
    "length": len,
    "smaller": min,
    "larger": max,
}
"""The only names that compiled expressions can reach."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: what it takes, gives, and is called in `RUNTIME`."""

    takes: tuple[frozenset[Type], ...]
    gives: Type | None
    calls: str


_LISTS = frozenset(ELEMENTS)
FUNCTIONS: Mapping[str, Function] = {
    "size": Function((frozenset({Type.STRING}) | _LISTS,), Type.INT, "length"),
    "int": Function((NUMBERS,), Type.INT, "to_int"),
    "double": Function((NUMBERS,), Type.DOUBLE, "to_double"),
    "min": Function((NUMBERS, NUMBERS), None, "smaller"),
    "max": Function((NUMBERS, NUMBERS), None, "larger"),
}
"""Functions by name; one that gives None gives the type that it takes."""

METHODS: Mapping[str, str] = {"startsWith": "startswith", "endsWith": "endswith"}
"""String tests with one string argument, and Python's names for them; ``contains`` is apart."""

STRENGTH: Mapping[str, int] = {
    "||": 1, "&&": 2,
    "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
UNARY_STRENGTH = 6
COMPARISONS: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
ARITHMETIC: Mapping[str, type[ast.operator]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


class _Parser:
    """Precedence climbing over the tokens; each step gives a typed tree."""

    def __init__(self, source: str, fields: Mapping[str, Type]) -> None:
        self.source = source
        self.fields = fields
        self.tokens = tokenize(source)
        self.at = 0
        self.depth = 0
        self.operations = 0

    def whole(self, wanted: Type | None) -> Typed:
        start = self.tokens[0]
        found = self.expression(0)
        if self.here.kind != "end":
            self.fail(f"unexpected {self.here.text!r}")
        if wanted == Type.DOUBLE and found.type == Type.INT:
            return Typed(Type.DOUBLE, _call("to_double", found.node))
        if wanted is not None and found.type != wanted:
            self.fail(f"this is {found.type}, and {wanted} is needed", start)
        return found

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.here
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def takes(self, sign: str) -> bool:
        if self.here.kind == "sign" and self.here.text == sign:
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.takes(sign):
            found = repr(self.here.text) if self.here.text else "the end"
            self.fail(f"expected '{sign}', found {found}")

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        raise self.error(message, token or self.here)

    def error(self, message: str, token: Token) -> ExpressionError:
        return ExpressionError(message, self.source, token.position)

    def expression(self, strength: int) -> Typed:
        self.depth += 1
        if self.depth > DEEPEST_EXPRESSION:
            self.fail(f"nested more than {DEEPEST_EXPRESSION} deep")
        left = self.unary()
        while True:
            token = self.here
            if strength == 0 and self.takes("?"):
                left = self.conditional(left, token)
                continue
            binds = STRENGTH.get(token.text, 0) if token.kind in {"sign", "name"} else 0
            if binds <= strength:
                break
            self.count(token)
            left = self.binary(token, left, self.expression(binds))
        self.depth -= 1
        return left

    def count(self, token: Token) -> None:
        """Take an operator; long chains nest as deep in Python's tree as brackets do."""
        self.next()
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            self.fail(f"more than {MOST_OPERATIONS} operations", token)

    def conditional(self, test: Typed, token: Token) -> Typed:
        if test.type != Type.BOOL:
            self.fail(f"the condition of '?:' is {test.type}, and bool is needed", token)
        yes = self.expression(0)
        self.expect(":")
        no = self.expression(0)
        if yes.type != no.type:
            self.fail(f"'?:' gives {yes.type} or {no.type}; both must be the same", token)
        return Typed(yes.type, ast.IfExp(test.node, yes.node, no.node))

    def binary(self, token: Token, left: Typed, right: Typed) -> Typed:
        if token.text in {"&&", "||"}:
            return self.logic(token, left, right)
        if token.text == "in":
            return self.membership(token, left, right)
        if token.text in COMPARISONS:
            return self.comparison(token, left, right)
        return self.arithmetic(token, left, right)

    def logic(self, token: Token, left: Typed, right: Typed) -> Typed:
        if (left.type, right.type) != (Type.BOOL, Type.BOOL):
            self.fail(
                f"'{token.text}' needs bool and bool, not {left.type} and {right.type}", token
            )
        joint = ast.And() if token.text == "&&" else ast.Or()
        return Typed(Type.BOOL, ast.BoolOp(joint, [left.node, right.node]))

    def membership(self, token: Token, left: Typed, right: Typed) -> Typed:
        if ELEMENTS.get(right.type) != left.type:
            self.fail(f"'in' needs a list of {left.type}, not {right.type}", token)
        return Typed(Type.BOOL, ast.Compare(left.node, [ast.In()], [right.node]))

    def comparison(self, token: Token, left: Typed, right: Typed) -> Typed:
        numbers = left.type in NUMBERS and right.type in NUMBERS
        if left.type != right.type and not numbers:
            self.fail(f"cannot compare {left.type} with {right.type}", token)
        if token.text not in {"==", "!="} and left.type in ELEMENTS:
            self.fail(f"{left.type} has no order", token)
        return Typed(Type.BOOL, ast.Compare(left.node, [COMPARISONS[token.text]()], [right.node]))

    def arithmetic(self, token: Token, left: Typed, right: Typed) -> Typed:
        both = {left.type, right.type}
        if token.text == "+" and both == {Type.STRING}:
            return Typed(Type.STRING, ast.BinOp(left.node, ast.Add(), right.node))
        if len(both) != 1 or not both <= NUMBERS:
            hint = "; write double(...) around the int" if both == NUMBERS else ""
            kinds = f"{left.type} and {right.type}"
            self.fail(f"'{token.text}' does not take {kinds}{hint}", token)
        return self.sum_of(token, left, right)

    def sum_of(self, token: Token, left: Typed, right: Typed) -> Typed:
        is_int = left.type == Type.INT
        if token.text == "/":
            name = "divide_ints" if is_int else "divide_doubles"
            return Typed(left.type, _call(name, left.node, right.node))
        if token.text == "%":
            if not is_int:
                self.fail("'%' needs int and int", token)
            return Typed(Type.INT, _call("remainder", left.node, right.node))
        node: ast.expr = ast.BinOp(left.node, ARITHMETIC[token.text](), right.node)
        return Typed(left.type, _call("checked_int", node) if is_int else node)

    def unary(self) -> Typed:
        token = self.here
        if self.takes("!"):
            part = self.expression(UNARY_STRENGTH)
            if part.type != Type.BOOL:
                self.fail(f"'!' needs bool, not {part.type}", token)
            return Typed(Type.BOOL, ast.UnaryOp(ast.Not(), part.node))
        if self.takes("-"):
            return self.negative(token)
        return self.methods(self.primary())

    def negative(self, token: Token) -> Typed:
        part = self.expression(UNARY_STRENGTH)
        if part.type not in NUMBERS:
            self.fail(f"'-' needs a number, not {part.type}", token)
        node: ast.expr = ast.UnaryOp(ast.USub(), part.node)
        return Typed(part.type, _call("checked_int", node) if part.type == Type.INT else node)

    def primary(self) -> Typed:
        token = self.next()
        if token.kind == "int":
            if int(token.text) > LARGEST_INT:
                self.fail("this number is beyond 64 bits", token)
            return Typed(Type.INT, ast.Constant(int(token.text)))
        if token.kind == "double":
            return Typed(Type.DOUBLE, ast.Constant(float(token.text)))
        if token.kind == "string":
            return Typed(Type.STRING, ast.Constant(self.unquoted(token)))
        if token.kind == "name":
            return self.named(token)
        return self.bracketed(token)

    def bracketed(self, token: Token) -> Typed:
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if token.text == "[":
            return self.list_of(token)
        raise self.error(
            f"unexpected {token.text!r}" if token.text else "the expression ends here", token
        )

    def list_of(self, token: Token) -> Typed:
        parts = [self.expression(0)]
        while self.takes(","):
            parts.append(self.expression(0))
        self.expect("]")
        lists = {element: one for one, element in ELEMENTS.items()}
        kinds = {part.type for part in parts}
        if len(kinds) != 1 or parts[0].type not in lists:
            self.fail("a list holds strings only, or ints only", token)
        return Typed(lists[parts[0].type], ast.Tuple([part.node for part in parts], ast.Load()))

    def named(self, token: Token) -> Typed:
        if token.text in {"true", "false"}:
            return Typed(Type.BOOL, ast.Constant(token.text == "true"))
        if self.here.kind == "sign" and self.here.text == "(":
            return self.function(token)
        kind = self.fields.get(token.text)
        if kind is None:
            self.fail(f"unknown field '{token.text}'{_hint(token.text, self.fields)}", token)
        return Typed(kind, ast.Attribute(ast.Name("f", ast.Load()), token.text, ast.Load()))

    def function(self, token: Token) -> Typed:
        known = FUNCTIONS.get(token.text)
        if known is None:
            self.fail(f"unknown function '{token.text}'{_hint(token.text, FUNCTIONS)}", token)
        self.expect("(")
        parts = [self.expression(0)]
        while self.takes(","):
            parts.append(self.expression(0))
        self.expect(")")
        kinds = [part.type for part in parts]
        fits = len(parts) == len(known.takes) and all(
            kind in allowed for kind, allowed in zip(kinds, known.takes, strict=True)
        )
        if not fits or (known.gives is None and len(set(kinds)) != 1):
            self.fail(f"{token.text}() does not take ({', '.join(kinds)})", token)
        return Typed(known.gives or kinds[0], _call(known.calls, *(part.node for part in parts)))

    def methods(self, subject: Typed) -> Typed:
        while self.takes("."):
            token = self.next()
            if token.text not in METHODS and token.text != "contains":
                known = [*METHODS, "contains"]
                self.fail(f"unknown method '{token.text}'{_hint(token.text, known)}", token)
            self.expect("(")
            argument = self.expression(0)
            self.expect(")")
            if (subject.type, argument.type) != (Type.STRING, Type.STRING):
                self.fail(
                    f".{token.text}() needs string and string, "
                    f"not {subject.type} and {argument.type}",
                    token,
                )
            subject = Typed(Type.BOOL, _method(token.text, subject.node, argument.node))
        return subject

    def unquoted(self, token: Token) -> str:
        def plain(match: re.Match[str]) -> str:
            if match[1] not in _ESCAPES:
                self.fail(f"unknown escape '\\{match[1]}'", token)
            return _ESCAPES[match[1]]

        return re.sub(r"\\(.)", plain, token.text[1:-1])


_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}


def _method(name: str, subject: ast.expr, argument: ast.expr) -> ast.expr:
    if name == "contains":
        return ast.Compare(argument, [ast.In()], [subject])
    return ast.Call(ast.Attribute(subject, METHODS[name], ast.Load()), [argument], [])


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _hint(name: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean '{close[0]}'?" if close else ""
