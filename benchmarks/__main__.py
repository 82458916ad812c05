"""``python -m benchmarks NAME... [PATH...] [--quick] [--json]``: one line a measurement.

NAME is a measurement, or a module of this folder for all of its own; without any, all are taken.
PATHs are git repositories, for ``histories``. Rows are written into a PostgreSQL of their own,
which is thrown away: no site is touched.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django

MODULES = {
    "harvest": ("harvest-read", "harvest-rate", "reharvest"),
    "requests": ("harvest-requests", "harvest-thousand"),
    "rules": ("rules",),
    "scoring": ("score",),
    "rescoring": ("rescore", "rescore-whole"),
    "preview": ("preview",),
    "half_years": ("half-years",),
    "certificates": ("issue", "verify", "issue-whole"),
    "issuing": ("issue-batch",),
    "verify_page": ("verify-page",),
    "printing": ("pdf", "share-card"),
    "api": ("list",),
    "histories": ("histories",),
    "cohort": ("cohort",),
    "log": ("log-append", "log-checkpoint", "log-proof", "log-audit", "log-mutants"),
}
OPTIONS = {"harvest": ("repository",), "requests": ("pulls",), "histories": ("paths",)}
WITH_DATABASE = {
    "harvest",
    "preview",
    "api",
    "histories",
    "rescoring",
    "log",
    "issuing",
    "verify_page",
}


def main() -> None:
    """Measure what is asked for, and print each row as soon as it is known."""
    asked = _arguments()
    wanted = _measurements(asked.names)
    modules = [module for module, names in MODULES.items() if wanted.intersection(names)]
    with _surroundings(with_database=not WITH_DATABASE.isdisjoint(modules)):
        for module in modules:
            given = {name: getattr(asked, name) for name in OPTIONS.get(module, ())}
            measure = import_module(f"benchmarks.{module}").run
            for row in measure(sorted(wanted), asked.quick, **given):
                sys.stdout.write((json.dumps(row) if asked.json else _in_words(row)) + "\n")
                sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(sorted(_known())))
    parser.add_argument("--quick", action="store_true", help="fewer rounds, less to do")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--repository", type=Path, metavar="PATH", help="a git repository to harvest"
    )
    parser.add_argument("--pulls", type=int, metavar="N", help="pull requests to be harvested")
    asked = parser.parse_args()
    named = [name for name in asked.names if name in _known() or not Path(name).is_dir()]
    asked.paths = [Path(name).resolve() for name in asked.names if name not in named]
    asked.names = named
    if unknown := sorted(set(asked.names) - _known()):
        known = ", ".join(sorted(_known()))
        parser.error(f"nothing is called {', '.join(unknown)}; known: {known}")
    return asked


def _known() -> set[str]:
    return set(MODULES).union(*MODULES.values())


def _measurements(names: list[str]) -> set[str]:
    """The measurements that ``names`` mean; all, where there are none."""
    return {one for name in names or MODULES for one in MODULES.get(name, (name,))}


def _in_words(row: dict[str, Any]) -> str:
    told = (
        f"{row['name']}: {row['ours']} {row['unit']};"
        f" {row['peer']}: {row['peer_value']} (ratio {row['ratio']});"
        f" floor, {row['floor']}: {row['floor_value']}; {row['size']}"
    )
    return "\n  ".join([told, *row.get("details", ())])


@contextmanager
def _surroundings(*, with_database: bool) -> Iterator[None]:
    """A home of our own for the settings, and a PostgreSQL in it, if one is needed."""
    with tempfile.TemporaryDirectory(prefix="oc-benchmark-") as home:
        (Path(home) / "static").mkdir()
        os.environ.update({"OPENCREDITS_HOME": home, "SECRET_KEY": "only for benchmarks"})
        os.environ["OPENCREDITS_SIGNER_RATE"] = "100000000"
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        if not with_database:
            yield
            return
        with _database(Path(home)):
            yield


@contextmanager
def _database(home: Path) -> Iterator[None]:
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up by now
    from django.db import connection  # noqa: PLC0415

    from config.embedded import EmbeddedPostgres, in_use  # noqa: PLC0415

    with in_use(EmbeddedPostgres(home / "postgres")):
        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connection.close()


if __name__ == "__main__":
    main()
