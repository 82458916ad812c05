"""The grammar: precedence climbing over the tokens; each step gives a typed tree."""

import ast
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from credits.core.expressions.functions import FUNCTIONS, METHODS, apply_function, apply_method
from credits.core.expressions.operators import (
    STRENGTH,
    UNARY,
    UNARY_STRENGTH,
    binary,
    conditional,
    list_of,
)
from credits.core.expressions.tokens import ExpressionError, Token, tokenize
from credits.core.expressions.values import LARGEST_INT, OperandError, Type, Typed, call
from credits.core.suggestions import suggestion

DEEPEST_EXPRESSION = 40
MOST_OPERATIONS = 200
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}


class Parser:
    """Reads one expression over ``fields``, which become attributes of ``f``."""

    def __init__(self, source: str, fields: Mapping[str, Type]) -> None:
        self.source = source
        self.fields = fields
        self.tokens = tokenize(source)
        self.at = 0
        self.depth = 0
        self.operations = 0

    def whole(self, wanted: Type | None) -> Typed:
        """The whole source, as a value of type ``wanted``; an int serves as a double."""
        start = self.tokens[0]
        found = self.expression(0)
        if self.here.kind != "end":
            self.fail(f"unexpected {self.here.text!r}")
        if wanted == Type.DOUBLE and found.type == Type.INT:
            return Typed(Type.DOUBLE, call("to_double", found.node))
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
        raise ExpressionError(message, self.source, (token or self.here).position)

    @contextmanager
    def blaming(self, token: Token) -> Iterator[None]:
        """Point at ``token`` where types do not fit."""
        try:
            yield
        except OperandError as error:
            raise ExpressionError(str(error), self.source, token.position) from None

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
            left = self.operation(token, left, binds)
        self.depth -= 1
        return left

    def operation(self, token: Token, left: Typed, binds: int) -> Typed:
        """An operator's right side; long chains nest as deep in Python's tree as brackets do."""
        self.next()
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            self.fail(f"more than {MOST_OPERATIONS} operations", token)
        right = self.expression(binds)
        with self.blaming(token):
            return binary(token.text, left, right)

    def conditional(self, test: Typed, token: Token) -> Typed:
        yes = self.expression(0)
        self.expect(":")
        no = self.expression(0)
        with self.blaming(token):
            return conditional(test, yes, no)

    def unary(self) -> Typed:
        token = self.here
        if token.kind == "sign" and token.text in UNARY:
            self.next()
            part = self.expression(UNARY_STRENGTH)
            with self.blaming(token):
                return UNARY[token.text](part)
        return self.methods(self.primary())

    def primary(self) -> Typed:
        token = self.next()
        if token.kind == "int":
            return self.whole_number(token)
        if token.kind == "double":
            return self.fraction(token)
        if token.kind == "string":
            return Typed(Type.STRING, ast.Constant(self.unquoted(token)))
        if token.kind == "name":
            return self.named(token)
        return self.bracketed(token)

    def whole_number(self, token: Token) -> Typed:
        value = int(token.text)
        if value > LARGEST_INT:
            self.fail("this number is beyond 64 bits", token)
        return Typed(Type.INT, ast.Constant(value))

    def fraction(self, token: Token) -> Typed:
        value = float(token.text)
        if math.isinf(value):
            self.fail("this number is beyond a double", token)
        return Typed(Type.DOUBLE, ast.Constant(value))

    def bracketed(self, token: Token) -> Typed:
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if token.text == "[":
            parts = self.parts("]")
            with self.blaming(token):
                return list_of(parts)
        found = f"unexpected {token.text!r}" if token.text else "the expression ends here"
        raise ExpressionError(found, self.source, token.position)

    def parts(self, end: str) -> list[Typed]:
        """Expressions with commas between them, up to ``end``."""
        parts = [self.expression(0)]
        while self.takes(","):
            parts.append(self.expression(0))
        self.expect(end)
        return parts

    def named(self, token: Token) -> Typed:
        if token.text in {"true", "false"}:
            return Typed(Type.BOOL, ast.Constant(token.text == "true"))
        if self.takes("("):
            return self.function(token)
        kind = self.fields.get(token.text)
        if kind is None:
            self.fail(f"unknown field '{token.text}'{suggestion(token.text, self.fields)}", token)
        return Typed(kind, ast.Attribute(ast.Name("f", ast.Load()), token.text, ast.Load()))

    def function(self, token: Token) -> Typed:
        if token.text not in FUNCTIONS:
            self.fail(f"unknown function '{token.text}'{suggestion(token.text, FUNCTIONS)}", token)
        parts = self.parts(")")
        with self.blaming(token):
            return apply_function(token.text, parts)

    def methods(self, subject: Typed) -> Typed:
        while self.takes("."):
            subject = self.method(subject)
        return subject

    def method(self, subject: Typed) -> Typed:
        token = self.next()
        if token.text not in METHODS:
            self.fail(f"unknown method '{token.text}'{suggestion(token.text, METHODS)}", token)
        self.expect("(")
        argument = self.expression(0)
        self.expect(")")
        with self.blaming(token):
            return apply_method(token.text, subject, argument)

    def unquoted(self, token: Token) -> str:
        def plain(match: re.Match[str]) -> str:
            if match[1] not in _ESCAPES:
                self.fail(f"unknown escape '\\{match[1]}'", token)
            return _ESCAPES[match[1]]

        return re.sub(r"\\(.)", plain, token.text[1:-1])
