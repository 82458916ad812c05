"""Whether a certificate comes with the proof that it was logged: one more step of a verdict.

A certificate without it may be valid; one with it cannot have been issued in secret, or earlier
than the log says. It is about what the certificate says, in whatever file it comes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.log import document_body
from credits.core.sound_log import sound_checkpoint_over
from credits.core.tlog_proof import verify_tlog_proof
from credits.core.verdict import Step, StepState

LOG_STEP = "log"


def log_step(document: Mapping[str, Any], proof: str, keys: Iterable[bytes]) -> Step:
    """What ``proof`` (C2SP tlog-proof) says of the certificate ``document``; never a failure."""
    known = list(keys)
    try:
        checkpoint = verify_tlog_proof(proof, document_body(document), known, kind="issue")
    except DocumentError as error:
        sound = sound_checkpoint_over(document, proof, known)
        if sound is None:
            return Step(LOG_STEP, StepState.UNKNOWN, "not_proved", {"detail": str(error)})
        checkpoint = sound.checkpoint
    told = {"log": checkpoint.origin, "size": str(checkpoint.tree_size)}
    return Step(LOG_STEP, StepState.OK, "logged", told)
