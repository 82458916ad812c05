"""Verifying a part of a certificate: what is shown is held against what was sealed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from credits.core.canonical import DocumentError, digest_sri
from credits.core.disclosure import SHARED_TYPE, DisclosureError, check_disclosure, seal_bytes
from credits.core.opening import Opened
from credits.core.verdict import Outcome, Step, StepState


def taken_apart(opened: Opened) -> tuple[Opened, Mapping[str, Any] | None]:
    """The sealed credential within a shared part, and the part; what is none stays as it is.

    A token is never one: its signature would stand for the part, and the proofs be passed over.
    """
    part = opened.document
    if opened.token is not None or not isinstance(part, dict) or part.get("type") != SHARED_TYPE:
        return opened, None
    return replace(opened, document=part.get("credential")), part


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
