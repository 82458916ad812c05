"""How Gitea and Forgejo describe what they tell, and accounts, which stand in all of it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

DATA = Path(__file__).parent / "data" / "gitea"
GITEA, FORGEJO = "gitea-1.21.1", "forgejo-11.0.3"
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
FOUNDED = "2024-01-01T00:00:00Z"

Item = dict[str, Any]


def moment(hours: float) -> str:
    return (BEGAN + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


@cache
def description(server: str) -> Item:
    return json.loads((DATA / f"{server}.json").read_text("utf-8"))


@cache
def validator(server: str, name: str) -> Draft7Validator:
    """Checks an item strictly: no field but those described, and null only as Go writes it."""
    whole = json.loads(json.dumps(description(server)["definitions"]))
    for definition in whole.values():
        if definition.get("properties"):
            definition["additionalProperties"] = False
            definition["properties"] = {
                key: _may_be_null(one) for key, one in definition["properties"].items()
            }
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": whole})


def _may_be_null(schema: Item) -> Item:
    is_value = schema.get("type") in {"integer", "boolean"}
    return schema if is_value else {"anyOf": [schema, {"type": "null"}]}


def whole(server: str, name: str, /, **told: Any) -> Item:
    """An item with every field that ``server`` describes, and nothing in those not ``told``.

    What the server has not is left out, as fields that came later are.
    """
    fields = description(server)["definitions"][name]["properties"]
    return {key: told.get(key, _nothing(schema)) for key, schema in fields.items()}


def _nothing(schema: Item) -> Any:
    if schema.get("format") == "date-time":
        return None
    words: list[Any] = schema.get("enum") or [""]
    return {"integer": 0, "boolean": False, "string": words[0]}.get(schema.get("type", ""))


@dataclass(frozen=True)
class Account:
    number: int
    login: str
    full_name: str = ""
    created: str = FOUNDED

    def item(self, server: str) -> Item:
        return whole(
            server,
            "User",
            id=self.number,
            login=self.login,
            full_name=self.full_name,
            created=self.created,
        )


def user(account: Account | None, server: str) -> Item | None:
    return account.item(server) if account else None
