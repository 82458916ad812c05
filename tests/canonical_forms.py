"""``python -m tests.canonical_forms [--certificates N] [--seed S]``: ours beside a stranger's.

Random certificates are turned into canonical N-Quads (JSON-LD to RDF, then RDFC-1.0) by us and by
jsonld and rdf-canonize on Node, which share no line with ours. It ends with one line of JSON; the
exit code is 1 if any text differs. Where JavaScript is known to differ (it sorts by UTF-16, and
takes very small numbers for 0) a certificate is not signed; that is counted as ``refused``. The
other's text must differ there, or the refusal was for nothing.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from credits.core.credential import build_credential
from credits.core.jsonld import to_quads
from credits.core.proof import UnsignableError, add_proofs
from credits.core.rdfc import canonicalize
from tests.credentials import ISSUED, METHOD, SIGNER
from tests.interop.node import FOLDER, contexts, install, program
from tests.random_certificates import random_facts

CERTIFICATES = 10_000
PROGRESS_EVERY = 1_000
Canonize = Callable[[dict[str, Any]], str]


@contextmanager
def other_canonize() -> Iterator[Canonize]:
    """The other implementation, which answers the canonical text of a document."""
    install()
    with subprocess.Popen(
        [program("node"), "canonize.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as node:
        ask, answers = node.stdin, node.stdout
        if ask is None or answers is None:
            raise RuntimeError("node has no pipes")

        def told(value: Any) -> None:
            ask.write(json.dumps(value) + "\n")
            ask.flush()

        def canonize(document: dict[str, Any]) -> str:
            told(document)
            answer = json.loads(answers.readline())
            return str(answer.get("canonical", f"error: {answer.get('error')}"))

        told(contexts())
        yield canonize
        ask.close()


def compare(seeds: Sequence[int], canonize: Canonize) -> Iterator[tuple[int, str]]:
    """For each seed: ``equal``, ``refused``, ``different`` or ``refused for nothing``."""
    for seed in seeds:
        document = build_credential(random_facts(seed))
        is_equal = canonicalize(to_quads(document)) == canonize(document)
        if is_signed(document):
            yield seed, "equal" if is_equal else "different"
        else:
            yield seed, "refused for nothing" if is_equal else "refused"


def is_signed(document: dict[str, Any]) -> bool:
    """Whether we would sign it."""
    try:
        add_proofs(document, SIGNER, verification_method=METHOD, created=ISSUED)
    except UnsignableError:
        return False
    return True


def main() -> int:
    """Compare as many as asked for, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.canonical_forms", description=__doc__)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES, metavar="N")
    parser.add_argument("--seed", type=int, default=0, help="the first certificate's seed")
    asked = parser.parse_args()
    found: Counter[str] = Counter()
    wrong = []
    seeds = range(asked.seed, asked.seed + asked.certificates)
    with other_canonize() as canonize:
        for number, (seed, how) in enumerate(compare(seeds, canonize), 1):
            found[how] += 1
            if how not in {"equal", "refused"}:
                wrong.append(seed)
            if number % PROGRESS_EVERY == 0:
                sys.stderr.write(f"{number}: {dict(found)}\n")
    sys.stdout.write(json.dumps({**found, "wrong_seeds": wrong[:20]}) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
