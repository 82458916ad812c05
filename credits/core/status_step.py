"""The status of a certificate: whether it was revoked or suspended, as signed lists say.

Open Badges 3.0 has room for one status, which is *revocation*: that is final. A suspension, which
is not, stands in a second list, whose address the status names as ``statusReference`` ("material
related to the status", Bitstring Status List 1.0, section 2.1), at the same place. Who knows no
more than the standard sees what was revoked; who reads on sees what is suspended as well.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.status import SUSPENSIONS, is_set
from credits.core.verdict import Outcome, Step, StepState, failed, ok, unknown

INDEX = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
REVOCATION, SUSPENSION = "revocation", "suspension"
PURPOSES = {REVOCATION: Outcome.REVOKED, SUSPENSION: Outcome.SUSPENDED}

ReadList = Callable[[str, str], tuple[bytes, Step] | None]
"""Gives the bits of the list at an address, which must be for that purpose, and whether its dates
cover this moment; None if it was not handed in. Raises `DocumentError` where it cannot be
believed."""


def status_step(document: Mapping[str, Any], read_list: ReadList) -> Step:
    """Whether ``document`` was revoked or is suspended: what was found counts before what is not.

    Its status must have been checked to be an object.
    """
    entry = document.get("credentialStatus")
    if entry is None:
        return ok("status", "cannot_be_revoked")
    steps = [_looked_up(entry, url, purpose, read_list) for url, purpose in _lists_of(entry)]
    for state in (StepState.FAILED, StepState.UNKNOWN):
        for step in steps:
            if step.state is state:
                return step
    return steps[0]


def lists_named(entry: Any) -> list[str]:
    """The addresses of the lists that a status, which may be anything, names."""
    named = _lists_of(entry) if isinstance(entry, dict) else []
    return [url for url, _purpose in named if url != "None"]


def _lists_of(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The lists by address, each with its purpose.

    What else ``statusReference`` may name is for people to read, and nothing to look a place up in.
    """
    url, purpose = str(entry.get("statusListCredential")), str(entry.get("statusPurpose"))
    second = f"{url}{SUSPENSIONS}"
    if purpose == REVOCATION and entry.get("statusReference") == second:
        return [(url, purpose), (second, SUSPENSION)]
    return [(url, purpose)]


def _looked_up(entry: Mapping[str, Any], url: str, purpose: str, read_list: ReadList) -> Step:
    if problem := _entry_problem(entry):
        return unknown("status", problem, Outcome.STATUS_UNKNOWN, url=url)
    try:
        found = read_list(url, purpose)
        if found is None:
            return unknown("status", "status_list_missing", Outcome.STATUS_UNKNOWN, url=url)
        bits, dates = found
        is_listed = is_set(bits, int(entry["statusListIndex"]))
    except DocumentError as error:
        problem = "status_list_wrong"
        return unknown("status", problem, Outcome.STATUS_UNKNOWN, url=url, detail=str(error))
    # In a stale list too, what is revoked stays revoked; a suspension may have ended.
    if is_listed and (purpose == REVOCATION or dates.state is StepState.OK):
        return failed("status", PURPOSES[purpose].value, PURPOSES[purpose], url=url)
    if dates.state is not StepState.OK:
        return unknown("status", "status_list_stale", Outcome.STATUS_UNKNOWN, url=url)
    return ok("status", "not_revoked", url=url)


def _entry_problem(entry: Mapping[str, Any]) -> str:
    """Why the status cannot be looked up; empty if it can."""
    if (
        entry.get("type") != "BitstringStatusListEntry"
        or str(entry.get("statusPurpose")) not in PURPOSES
    ):
        return "unknown_status_type"
    index = entry.get("statusListIndex")
    return "" if isinstance(index, str) and INDEX.fullmatch(index) else "wrong_index"
