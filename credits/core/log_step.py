"""Whether a certificate comes with the proof that it was logged: one more step of a verdict.

A certificate without it may be valid; one with it cannot have been issued in secret, or earlier
than the log says. It is about the file byte for byte: one that was printed anew has no proof.
"""

from collections.abc import Iterable

from credits.core.canonical import DocumentError
from credits.core.tlog_proof import verify_tlog_proof
from credits.core.verdict import Step, StepState

LOG_STEP = "log"


def log_step(data: bytes, proof: str, keys: Iterable[bytes]) -> Step:
    """What ``proof`` (C2SP tlog-proof) says of the certificate in ``data``; never a failure."""
    try:
        checkpoint = verify_tlog_proof(proof, data, keys, kind="issue")
    except DocumentError as error:
        return Step(LOG_STEP, StepState.UNKNOWN, "not_proved", {"detail": str(error)})
    told = {"log": checkpoint.origin, "size": str(checkpoint.tree_size)}
    return Step(LOG_STEP, StepState.OK, "logged", told)
