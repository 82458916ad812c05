"""The operator's handbook says of every setting what it does, and of none that is not there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from config.celery import app
from config.management.commands.serve import Command

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
READERS = {
    *("env_text", "env_flag", "env_number", "env_reach", "env_by_host", "env_folders"),
    *("get", "getenv"),
}
OF_THE_SYSTEM = {"PATH", "DJANGO_SETTINGS_MODULE"}
VARIABLE = re.compile(r"`([A-Z][A-Z_]+)`")


def variables_read() -> Iterator[str]:
    """The names that the code asks the environment for."""
    for package in ("config", "credits", "accounts", "harvesters"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _asks_environment(node.func):
                    yield from _names(node)


def _asks_environment(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in READERS
    is_reader = isinstance(function, ast.Attribute) and function.attr in READERS
    return is_reader and "environ" in ast.unparse(function)


def _names(call: ast.Call) -> Iterator[str]:
    first = call.args[0]
    if isinstance(first, ast.Constant) and first.value not in OF_THE_SYSTEM:
        yield str(first.value)


def variables_told() -> set[str]:
    """The names in the first column of the table of settings."""
    table = HANDBOOK.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in VARIABLE.findall(row)}


def test_every_setting_that_the_code_reads_is_told_and_no_other():
    assert variables_told() == set(variables_read())


def test_every_option_of_serve_is_told():
    parser = Command().create_parser("opencredits", "serve")
    options = {option for action in parser._actions for option in action.option_strings}

    assert {"--host", "--port", "--workers"} <= options
    assert all(f"`{option}`" in HANDBOOK for option in ("--host", "--port", "--workers"))


def test_the_times_of_every_tick_are_told():
    seconds = {entry["schedule"] for entry in app.conf.beat_schedule.values()}

    assert seconds == {10, 15, 30, 60, 600, 3600, 21600, 86400}
    assert "every ten seconds for harvests, every fifteen for scores" in HANDBOOK
    assert "every half minute for notices by e-mail" in HANDBOOK
    assert "every ten minutes [certificates]" in HANDBOOK
    assert "every minute for the log, every hour for status lists" in HANDBOOK
    assert "every six hours for months of maintenance, every day for [signals]" in HANDBOOK
