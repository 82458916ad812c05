"""What a query costs on GitHub, by its published rule: one point for a hundred lists it asks for.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: a list
within a list is asked for as often as the outer ones may have items, and the sum of all is divided
by 100. The same walk counts the nodes, of which one query may ask for 500,000.
"""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)


@dataclass
class Cost:
    """What one operation asks for at most."""

    lists: int = 0
    nodes: int = 0

    @property
    def points(self) -> int:
        return max(1, round(self.lists / 100))


def cost_of(document: DocumentNode, operation: str, variables: dict[str, Any]) -> Cost:
    """The cost of ``operation``, before it is executed."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    asked = next(
        one
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode) and one.name and one.name.value == operation
    )
    cost = Cost()
    _walk(asked.selection_set, 1, cost, fragments, variables)
    return cost


def _walk(
    selected: SelectionSetNode | None,
    times: int,
    cost: Cost,
    fragments: dict[str, FragmentDefinitionNode],
    variables: dict[str, Any],
) -> None:
    for one in selected.selections if selected else ():
        inner = times
        if isinstance(one, FragmentSpreadNode):
            _walk(fragments[one.name.value].selection_set, times, cost, fragments, variables)
            continue
        if isinstance(one, FieldNode) and not _is_asked(one, variables):
            continue
        if isinstance(one, FieldNode) and (size := _size_of(one, variables)):
            cost.lists += times
            inner = times * size
            cost.nodes += inner
        _walk(one.selection_set, inner, cost, fragments, variables)


def _is_asked(field: FieldNode, variables: dict[str, Any]) -> bool:
    """Whether the field is asked for at all, where it says ``@include(if: $name)``."""
    for directive in field.directives or ():
        for argument in directive.arguments or ():
            if directive.name.value == "include" and isinstance(argument.value, VariableNode):
                return bool(variables.get(argument.value.name.value, True))
    return True


def _size_of(asked: FieldNode, variables: dict[str, Any]) -> int:
    """How many items a field may bring; none, if it is no list."""
    for argument in asked.arguments or ():
        value = argument.value
        if argument.name.value == "ids" and isinstance(value, VariableNode):
            return len(variables[value.name.value])
        if argument.name.value in {"first", "last"}:
            is_named = isinstance(value, VariableNode)
            number = variables[value.name.value] if is_named else value
            return int(number.value) if isinstance(number, IntValueNode) else int(number)
    return 0
