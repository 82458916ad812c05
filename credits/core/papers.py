"""The certificate as a sheet of paper: what the signed document says, and nothing else.

The page shows what was signed, never rows of ours beside it, so that the verdict above it is
about what the reader sees.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, DecimalException
from typing import Any

from credits.core.code import CodeError, parse_code

ITEMS_SHOWN = 10
POINTS, COUNT = "-points", "-contributions"
WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One kind of work: how often, and its points (thousandths)."""

    category: str
    count: int | None
    points: int


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One contribution on the sheet."""

    title: str
    category: str
    url: str = ""
    detail: str = ""
    points: int | None = None
    occurred_at: datetime | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the sheet."""

    code: str
    holder: str
    issuer: str
    issued_at: datetime | None
    start: datetime | None
    end: datetime | None
    points: int
    count: int | None
    rule_set: str
    rule_set_url: str
    projects: list[str]
    rows: list[PaperRow]
    items: list[PaperItem]
    address: str = ""
    language: str = ""
    expires_at: datetime | None = None

    @property
    def largest(self) -> list[PaperItem]:
        """The contributions with most points."""
        return sorted(self.items, key=lambda item: -(item.points or 0))[:ITEMS_SHOWN]


def read_paper(credential: str | bytes, evidence: str = "") -> Paper | None:
    """The sheet of a credential, or None for what is no Open Badges 3.0 credential at all.

    Strangers bring these documents: whatever is missing or malformed is left out.
    """
    document = _object(_parsed(credential))
    subject = _object(document.get("credentialSubject"))
    if not subject:
        return None
    record = _object(_parsed(evidence)) if evidence else {}
    results = _results(subject)
    achievement = _object(subject.get("achievement"))
    return Paper(
        code=_code(document),
        holder=_holder(subject),
        issuer=_text(_object(document.get("issuer")), "name") or _text(document, "issuer"),
        issued_at=moment_or_none(document.get("validFrom")),
        start=moment_or_none(subject.get("activityStartDate")),
        end=moment_or_none(subject.get("activityEndDate")),
        points=thousandths(results.get("points")) or 0,
        count=_count(results.get("contributions")),
        rule_set=_text(achievement, "humanCode"),
        rule_set_url=_text(_object(achievement.get("criteria")), "id") if record else "",
        projects=[_text(_object(each), "name") for each in _list(record.get("projects"))],
        rows=_rows(results),
        items=contribution_items(record.get("contributions"))
        if record
        else _evidence_items(document),
        address=_web_address(document.get("id")),
        language=_text(achievement, "inLanguage"),
        expires_at=moment_or_none(document.get("validUntil")),
    )


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _rows(results: Mapping[str, str]) -> list[PaperRow]:
    kinds = [name.removesuffix(POINTS) for name in results if name.endswith(POINTS)]
    return [
        PaperRow(kind, _count(results.get(kind + COUNT)), thousandths(results[kind + POINTS]) or 0)
        for kind in kinds
    ]


def _results(subject: Mapping[str, Any]) -> dict[str, str]:
    """Values by the name that ends the address of their description."""
    results = (_object(each) for each in _list(subject.get("result")))
    return {
        _text(each, "resultDescription").rpartition("#")[2]: _text(each, "value")
        for each in results
    }


def contribution_items(contributions: Any) -> list[PaperItem]:
    """Contributions as an evidence record has them."""
    items = (_object(each) for each in _list(contributions))
    return [
        PaperItem(
            title=_text(item, "title"),
            category=_text(item, "category"),
            url=_web_address(item.get("url")),
            detail=_text(item, "repository"),
            points=thousandths(item.get("points")),
            occurred_at=moment_or_none(item.get("occurred_at")),
            reasons=[_reason(each) for each in _list(item.get("reasons"))],
        )
        for item in items
    ]


def _evidence_items(document: Mapping[str, Any]) -> list[PaperItem]:
    items = (_object(each) for each in _list(document.get("evidence")))
    return [
        PaperItem(
            title=_text(item, "name"),
            category=_text(item, "genre"),
            url=_web_address(item.get("id")),
            detail=_text(item, "description"),
        )
        for item in items
        if item.get("genre") != "record"
    ]


def _reason(reason: Any) -> dict[str, Any]:
    found = _object(reason)
    return {**found, "points": thousandths(found.get("points")) or 0}


def _code(document: Mapping[str, Any]) -> str:
    try:
        return parse_code(_text(document, "id").rpartition("/")[2])
    except CodeError:
        return ""


def _holder(subject: Mapping[str, Any]) -> str:
    """The name in its forms, which stand there only if the holder chose so."""
    identities = (_object(each) for each in _list(subject.get("identifier")))
    names = (
        _text(identity, "identityHash")
        for identity in identities
        if identity.get("identityType") == "name" and identity.get("hashed") is False
    )
    return " · ".join(filter(None, names))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _web_address(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith(WEB) else ""


def moment_or_none(value: Any) -> datetime | None:
    """A time with its zone as ISO 8601 writes it."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def thousandths(value: Any) -> int | None:
    """A decimal as text, in thousandths."""
    try:
        found = Decimal(value)
    except (DecimalException, TypeError, ValueError):
        return None
    return int(found * 1000) if found.is_finite() and abs(found) < 10**12 else None


def _count(value: Any) -> int | None:
    found = thousandths(value)
    return None if found is None else found // 1000
