"""How GitLab describes what it tells: REST as JSON Schema, GraphQL as its schema."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from graphql import DocumentNode, FieldNode, GraphQLSchema, build_schema, parse, validate
from graphql import VariableNode as Variable
from jsonschema import Draft7Validator

DATA = Path(__file__).parent / "data" / "gitlab"
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
FOUNDED = "2024-01-01T00:00:00.000Z"
MOST_COMPLEX = 200
"""What GitLab allows those who do not sign in."""

Item = dict[str, Any]


def moment(hours: float) -> str:
    """So long after all began, in milliseconds, as REST tells it."""
    return (BEGAN + timedelta(hours=hours)).isoformat(timespec="milliseconds")[:-6] + "Z"


@cache
def definitions() -> Item:
    return json.loads((DATA / "rest.json").read_text("utf-8"))["definitions"]


@cache
def validator(name: str) -> Draft7Validator:
    """Checks an item strictly: no field but those described."""
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions()})


def whole(name: str, /, **told: Any) -> Item:
    """An item with every field that is described, and nothing in those not ``told``."""
    fields = definitions()[name]["properties"]
    item = {key: _nothing(schema) for key, schema in fields.items()} | told
    validator(name).validate(item)
    return item


def _nothing(schema: Item) -> Any:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        fields = definitions()[name].get("properties", {})
        return {key: _nothing(part) for key, part in fields.items()}
    kind = schema.get("type", "null")
    empty = {"integer": 0, "boolean": False, "string": "", "array": [], "object": {}}
    return None if isinstance(kind, list) else empty.get(kind)


@cache
def schema() -> GraphQLSchema:
    return build_schema((DATA / "schema.graphql").read_text("utf-8"))


@cache
def document(query: str) -> DocumentNode:
    """The query, which the schema allows."""
    parsed = parse(query)
    assert validate(schema(), parsed) == []
    return parsed


def complexity(query: str, variables: Item) -> int:
    """What GitLab counts at most for ``query``: one for each field, more for each page."""
    (operation,) = document(query).definitions
    return sum(_complexity(field, variables) for field in operation.selection_set.selections)


def _complexity(field: FieldNode, variables: Item) -> int:
    parts = field.selection_set.selections if field.selection_set else ()
    # One for a resolver, one for asking for the repository itself.
    below = sum(_complexity(part, variables) for part in parts) + (2 if parts else 1)
    first = next((one.value for one in field.arguments or () if one.name.value == "first"), None)
    if first is None:
        return below
    is_variable = isinstance(first, Variable)
    count = variables[first.name.value] if is_variable else int(first.value)
    return below + below * count // 100
