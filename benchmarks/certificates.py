"""Issuing and verifying certificates, beside @digitalbazaar/vc on the same credentials.

Both count CPU time of one core and take turns, so that a busy machine slows both. Both begin with
the credential; the peer makes and checks one proof, eddsa-rdfc-2022, while ours makes and checks
two, and its verification also reads the JSON, the shape, the dates and a signed status list (the
list is the same in each, so its own proofs are checked once). ``issue-whole`` builds the credential
and its evidence record as well, which nobody asks of the peer. The floor is what the signatures
alone cost.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credits.core.credential import build_credential
from credits.core.proof import KeySigner, add_proofs
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    ISSUED,
    METHOD,
    NOW,
    SIGNER,
    STATUS_LIST,
    as_bytes,
    certificate,
    facts_with,
    status_list,
)
from tests.interop.node import FOLDER, contexts, install, program

SIZES = (10, 1, 100)
"""Contributions in a certificate; the first is a usual one."""

PROOFS = 2
ROUNDS, QUICK_ROUNDS = 24, 6
WARM_UP = 100
TIMES = 10

Work = Callable[[], object]
Peer = Callable[[str, int, int], float]

FACTS = {size: facts_with(size) for size in SIZES}
UNSIGNED = {size: build_credential(facts) for size, facts in FACTS.items()}
DATA = {size: as_bytes(certificate(facts)) for size, facts in FACTS.items()}
LISTS = {STATUS_LIST: as_bytes(status_list())}


def issue(size: int) -> None:
    """Sign one certificate with both proofs."""
    add_proofs(UNSIGNED[size], SIGNER, verification_method=METHOD, created=ISSUED)


def issue_whole(size: int) -> None:
    """Build one certificate, with the record that it pins, and sign it with both proofs."""
    unsigned = build_credential(FACTS[size])
    add_proofs(unsigned, SIGNER, verification_method=METHOD, created=ISSUED)


def verify(size: int) -> None:
    """Verify one certificate, from its bytes to a verdict."""
    verdict = verify_credential(
        DATA[size], did_documents={DID: DID_DOCUMENT}, status_lists=LISTS, now=NOW
    )
    if not verdict.is_valid:
        raise RuntimeError(f"the benchmark's certificate is {verdict.outcome}")


MESSAGE = bytes(64)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNATURE = KEY.sign(MESSAGE)


def _sign() -> None:
    for _ in range(PROOFS):
        KeySigner(KEY).sign(MESSAGE)


def _check() -> None:
    for _ in range(PROOFS):
        KEY.public_key().verify(SIGNATURE, MESSAGE)


RACES = {
    "issue": (issue, "issue", _sign),
    "verify": (verify, "verify", _check),
    "issue-whole": (issue_whole, "issue", _sign),
}
"""For each measurement: our work, what the peer is asked for, and the floor."""


def run(names: list[str], quick: bool) -> Iterator[dict[str, Any]]:
    """One row for each of ``names`` that is measured here, and each size."""
    install()
    with _peer() as peer:
        for name in RACES:
            if name in names:
                for size in SIZES:
                    yield _row(name, size, peer, QUICK_ROUNDS if quick else ROUNDS)


def _row(name: str, size: int, peer: Peer, rounds: int) -> dict[str, Any]:
    work, verb, floor = RACES[name]

    def ours() -> None:
        work(size)

    # Warm up: contexts are read once, and V8 compiles what runs often.
    ours()
    peer(verb, size, WARM_UP)
    spent = [(_seconds(ours), peer(verb, size, TIMES), _seconds(floor)) for _ in range(rounds)]
    rate, theirs, least = (rounds * TIMES / sum(column) for column in zip(*spent, strict=True))
    return {
        "name": name,
        "ours": round(rate, 1),
        "unit": "certificates per CPU second",
        "peer": "@digitalbazaar/vc",
        "peer_value": round(theirs, 1),
        "ratio": round(rate / theirs, 2),
        "floor": f"{PROOFS} Ed25519 signatures",
        "floor_value": round(least, 1),
        "size": f"{size} contributions, {len(DATA[size])} bytes",
    }


def _seconds(work: Work) -> float:
    start = time.process_time()
    for _ in range(TIMES):
        work()
    return time.process_time() - start


@contextmanager
def _peer() -> Iterator[Peer]:
    """Node, waiting to do the same work; a call answers the CPU seconds that it took."""
    given = {
        "documents": contexts() | {DID: DID_DOCUMENT},
        "unsigned": UNSIGNED,
        "method": METHOD,
        "controller": DID,
        "now": NOW.isoformat(),
    }
    with subprocess.Popen(
        [program("node"), "bench.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        ask, answers = node.stdin, node.stdout
        if ask is None or answers is None:
            raise RuntimeError("node has no pipes")

        def work(verb: str, size: int, times: int) -> float:
            ask.write(f"{verb} {size} {times}\n")
            ask.flush()
            answer = answers.readline()
            if not answer:
                raise RuntimeError("node ended; its error stands above")
            return float(answer) / 1000

        ask.write(json.dumps(given) + "\n")
        yield work
        ask.close()
