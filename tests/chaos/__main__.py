"""``python -m tests.chaos [--seconds N] [--seed S]``: forges that fail, parts that are killed.

It ends with one line of JSON; the exit code is 1 where anything is lost or doubled.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.chaos.rounds import torment


def main() -> int:
    """Run, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long all goes wrong")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another story")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oc-chaos-") as home:
        told = torment(Path(home), seconds=asked.seconds, seed=asked.seed)
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if told["lost"] or told["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
