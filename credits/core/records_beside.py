"""Verifying with the records beside a certificate: that it pins them, and its points follow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from credits.core.canonical import DocumentError, digest_sri
from credits.core.verdict import Outcome, Step, failed, ok, unknown

Recompute = Callable[[Mapping[str, Any]], Sequence[str]]
"""Derives the points of a certificate again; the answer names every difference.

It raises DocumentError if that cannot be done, for want of a record."""


def resources_step(document: Mapping[str, Any], resources: Mapping[str, bytes]) -> Step:
    """Hold copies against the digests that the certificate pins (VCDM 2.0, section 5.3)."""
    pinned = document.get("relatedResource", [])
    checked = []
    for entry in pinned if isinstance(pinned, list) else [pinned]:
        address = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(address, str) and address in resources:
            if digest_sri(resources[address]) != entry.get("digestSRI"):
                return failed("resources", "changed", Outcome.ALTERED, resource=address)
            checked.append(address)
    if not checked:
        return unknown("resources", "none_pinned", Outcome.VALID)
    if others := sorted(resources.keys() - set(checked)):
        return unknown("resources", "not_pinned", Outcome.VALID, resources=", ".join(others))
    return ok("resources", "match", resources=", ".join(checked))


def recompute_step(document: Mapping[str, Any], recompute: Recompute) -> Step:
    try:
        differences = recompute(document)
    except DocumentError as error:
        return unknown("recompute", "cannot_recompute", Outcome.VALID, detail=str(error))
    if differences:
        found = "; ".join(differences[:10])
        return failed("recompute", "points_differ", Outcome.ALTERED, differences=found)
    return ok("recompute", "points_match")
