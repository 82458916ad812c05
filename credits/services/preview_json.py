"""A preview for machines: points as decimals, reasons in both languages."""

from typing import Any

from credits.core.comparison import Change, Group
from credits.core.points import THOUSAND
from credits.services.preview import ContributionChange, Line, Preview


def as_json(preview: Preview) -> dict[str, Any]:
    """The whole preview."""
    return {
        "start": preview.start.isoformat(),
        "end": preview.end.isoformat(),
        "contributions": preview.contributions,
        "total": _change(preview.total),
        "categories": {name: _change(points) for name, points in preview.categories.items()},
        "gain": preview.gain,
        "lose": preview.lose,
        "accounts": [
            {"login": item.login, **_change(Change(item.before, item.after))}
            for item in preview.changes
        ],
        "biggest": [_contribution(item) for item in preview.biggest],
        "newcomers": _group(preview.newcomers),
        "top": _group(preview.top),
        "cases": [
            {"name": case.name, "points": _points(case.points), "problem": case.problem}
            for case in preview.cases
        ],
    }


def _contribution(item: ContributionChange) -> dict[str, Any]:
    return {
        "contribution": item.contribution,
        "kind": item.kind,
        "title": item.title,
        "url": item.url,
        **_change(item.points),
        "reasons": [
            {"login": side.login, "before": _lines(side.before), "after": _lines(side.after)}
            for side in item.sides
        ],
    }


def _lines(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [
        {"points": _points(line.points), "en": line.text.en, "zh": line.text.zh} for line in lines
    ]


def _group(group: Group) -> dict[str, Any]:
    return {"people": group.people, **_change(group.points)}


def _change(points: Change) -> dict[str, float]:
    return {"before": _points(points.before), "after": _points(points.after)}


def _points(thousandths: int) -> float:
    return thousandths / THOUSAND
