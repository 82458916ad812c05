"""What a signature is worth whose key was stolen: something only with a proof of the log."""

from collections.abc import Mapping, Sequence
from typing import Any

from credits.core.sound_log import stands_in_sound_log
from credits.core.verdict import Outcome, Step, failed


def revoked_step(
    document: Mapping[str, Any],
    issuer: Mapping[str, Any],
    method: str,
    since: str,
    log_proofs: Sequence[str],
) -> Step | None:
    """None if ``document``, signed by the revoked key ``method``, was logged before the theft."""
    if stands_in_sound_log(document, log_proofs, issuer, method):
        return None
    return failed("proof", "key_revoked", Outcome.KEY_REVOKED, method=method[:200], since=since)
