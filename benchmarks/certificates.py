"""Issuing and verifying certificates, beside @digitalbazaar/vc on the same credential.

Both count CPU time of one core and take turns, so that a busy machine slows both. The peer makes
and checks one proof, eddsa-rdfc-2022; ours makes and checks two, and its verification also reads
the JSON, the shape, the dates and a signed status list. The floor is what the signatures alone
cost.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credits.core.credential import build_credential
from credits.core.proof import KeySigner
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    METHOD,
    NOW,
    STATUS_LIST,
    as_bytes,
    certificate,
    facts_with,
    status_list,
)
from tests.interop.node import FOLDER, contexts, install, program

NAMES = ("issue", "verify")
CONTRIBUTIONS = 20
PROOFS = 2
ROUNDS, QUICK_ROUNDS = 12, 4
TIMES = 20

Work = Callable[[], object]
Peer = Callable[[str, int], float]

CERTIFICATE_FACTS = facts_with(CONTRIBUTIONS)
DATA = as_bytes(certificate(CERTIFICATE_FACTS))


def issue() -> None:
    """Build one certificate and sign it with both proofs."""
    certificate(CERTIFICATE_FACTS)


def verify() -> None:
    """Verify one certificate, from its bytes to a verdict."""
    verdict = verify_credential(
        DATA, did_documents={DID: DID_DOCUMENT}, status_lists=LISTS, now=NOW
    )
    if not verdict.is_valid:
        raise RuntimeError(f"the benchmark's certificate is {verdict.outcome}")


LISTS = {STATUS_LIST: as_bytes(status_list())}


def run(names: list[str], quick: bool) -> list[dict[str, Any]]:
    """One row for each of ``names`` that is measured here."""
    wanted = [name for name in NAMES if name in names]
    if not wanted:
        return []
    install()
    with _peer() as peer:
        return [_row(name, peer, QUICK_ROUNDS if quick else ROUNDS) for name in wanted]


def _row(name: str, peer: Peer, rounds: int) -> dict[str, Any]:
    work = {"issue": issue, "verify": verify}[name]
    floor = {"issue": _sign, "verify": _check}[name]
    # Warm up: contexts are read once, and V8 compiles what runs often.
    work()
    peer(name, TIMES)
    spent = [(_seconds(work), peer(name, TIMES), _seconds(floor)) for _ in range(rounds)]
    ours, theirs, least = (rounds * TIMES / sum(column) for column in zip(*spent, strict=True))
    return {
        "name": name,
        "ours": round(ours, 1),
        "unit": "certificates per CPU second",
        "peer": "@digitalbazaar/vc",
        "peer_value": round(theirs, 1),
        "ratio": round(ours / theirs, 2),
        "floor": f"{PROOFS} Ed25519 signatures",
        "floor_value": round(least, 1),
        "size": f"{CONTRIBUTIONS} contributions, {len(DATA)} bytes",
    }


def _seconds(work: Work) -> float:
    start = time.process_time()
    for _ in range(TIMES):
        work()
    return time.process_time() - start


MESSAGE = bytes(64)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNATURE = KEY.sign(MESSAGE)


def _sign() -> None:
    for _ in range(PROOFS):
        KeySigner(KEY).sign(MESSAGE)


def _check() -> None:
    for _ in range(PROOFS):
        KEY.public_key().verify(SIGNATURE, MESSAGE)


@contextmanager
def _peer() -> Iterator[Peer]:
    """Node, waiting to do the same work; a call answers the CPU seconds that it took."""
    given = {
        "documents": contexts() | {DID: DID_DOCUMENT},
        "unsigned": build_credential(CERTIFICATE_FACTS),
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

        def work(name: str, times: int) -> float:
            ask.write(f"{name} {times}\n")
            ask.flush()
            answer = answers.readline()
            if not answer:
                raise RuntimeError("node ended; its error stands above")
            return float(answer) / 1000

        ask.write(json.dumps(given) + "\n")
        yield work
        ask.close()
