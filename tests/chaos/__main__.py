"""``python -m tests.chaos [--seconds N] [--seed S]``: forges that fail, parts that are killed.

It ends with one line of JSON; the exit code is 1 where anything is lost or doubled, or took more
than 1.5 times the requests that it takes where nothing fails.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import django

MOST_RATIO = 1.5
"""Asking once more for each answer that is spoilt makes 1.43 of it already."""


def main() -> int:
    """Run, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long all goes wrong")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another story")
    parser.add_argument("--forges", nargs="*", help="these alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oc-chaos-") as home:
        _set_up(home)
        from tests.chaos.findings import Enough  # noqa: PLC0415
        from tests.chaos.histories import HISTORIES  # noqa: PLC0415
        from tests.chaos.rounds import torment  # noqa: PLC0415

        forges = asked.forges or tuple(HISTORIES)
        told = torment(Path(home), Enough(asked.seconds), seed=asked.seed, forges=forges)
    for what in [*told.bad.lost, *told.quiet.lost]:
        sys.stderr.write(f"lost: {what}\n")
    for what in [*told.bad.doubled, *told.quiet.doubled]:
        sys.stderr.write(f"doubled: {what}\n")
    for what in [*told.bad.gaps, *told.quiet.gaps]:
        sys.stderr.write(f"not read: {what}\n")
    sys.stdout.write(json.dumps(told.numbers) + "\n")
    is_well = not told.numbers["lost"] and not told.numbers["doubled"]
    return 0 if is_well and told.ratio <= MOST_RATIO else 1


def _set_up(home: str) -> None:
    """What is stored is compared by the product's own digests."""
    os.environ["OPENCREDITS_HOME"] = home
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


if __name__ == "__main__":
    sys.exit(main())
