"""A shared part of a certificate as a page shows it: what was opened, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.disclosure import SHARED_TYPE, LeafKind, check_disclosure
from credits.core.papers import PaperItem, contribution_items, moment_or_none, thousandths
from credits.core.verdict import StepState, Verdict


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """What stands on the page; ``hidden`` counts what does not, by kind. Points: thousandths."""

    issuer: str
    start: datetime | None
    end: datetime | None
    holder: str
    rule_set: str
    total: int | None
    projects: list[str]
    items: list[PaperItem]
    hidden: Mapping[str, int]


def read_shared(data: bytes | str) -> dict[str, Any] | None:
    """The document, if ``data`` is a shared part of a certificate."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    is_shared = isinstance(document, dict) and document.get("type") == SHARED_TYPE
    return document if is_shared else None


def shared_paper(document: Mapping[str, Any], verdict: Verdict) -> SharedPaper | None:
    """The page of ``document``; None if what it shows is not what was sealed."""
    step = verdict.step("disclosure")
    if verdict.credential is None or step is None or step.state is not StepState.OK:
        return None
    try:
        found = check_disclosure(document)
    except DocumentError:
        return None
    subject = verdict.credential["credentialSubject"]
    issuer = verdict.credential["issuer"]
    names, rules, totals = (
        _objects(found.of(kind)) for kind in (LeafKind.NAME, LeafKind.RULES, LeafKind.TOTAL)
    )
    return SharedPaper(
        issuer=_text(issuer, "name") if isinstance(issuer, dict) else str(issuer),
        start=moment_or_none(subject.get("activityStartDate")),
        end=moment_or_none(subject.get("activityEndDate")),
        holder=_first(names, "name"),
        rule_set=" ".join(filter(None, (_first(rules, "slug"), _first(rules, "version")))),
        total=thousandths(totals[0].get("points")) if totals else None,
        projects=[_text(each, "name") for each in _objects(found.of(LeafKind.PROJECT))],
        items=contribution_items(found.of(LeafKind.CONTRIBUTION)),
        hidden={kind.value: count for kind, count in found.hidden.items()},
    )


def _objects(values: list[Any]) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, dict)]


def _first(values: list[Mapping[str, Any]], name: str) -> str:
    return _text(values[0], name) if values else ""


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
