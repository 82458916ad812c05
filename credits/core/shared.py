"""Verifying a part of a certificate: the step that holds what is shown against what was sealed."""

from collections.abc import Mapping
from typing import Any

from credits.core.canonical import DocumentError, digest_sri
from credits.core.disclosure import DisclosureError, check_disclosure, seal_bytes
from credits.core.verdict import Outcome, Step, StepState


def disclosure_step(document: Mapping[str, Any], shared: Mapping[str, Any]) -> Step:
    """Whether the credential ``document`` pins the seal of ``shared``, and that what is shown.

    The parameters count what is hidden, by kind.
    """
    try:
        _refuse_other_seal(document, shared.get("seal"))
        found = check_disclosure(shared)
    except DocumentError as error:
        parameters = {"detail": str(error)}
        return Step("disclosure", StepState.FAILED, "not_sealed", parameters, Outcome.ALTERED)
    hidden = {kind.value: str(count) for kind, count in found.hidden.items()}
    return Step("disclosure", StepState.OK, "opened", hidden)


def _refuse_other_seal(document: Mapping[str, Any], seal: Any) -> None:
    if not isinstance(seal, dict):
        raise DisclosureError("seal: not an object")
    pinned = document.get("relatedResource")
    digest = digest_sri(seal_bytes(seal))
    for entry in pinned if isinstance(pinned, list) else []:
        if isinstance(entry, dict) and entry.get("id") == seal.get("id"):
            if entry.get("digestSRI") == digest:
                return
            raise DisclosureError("seal: not the one that was signed")
    raise DisclosureError("seal: the credential pins no such seal")
