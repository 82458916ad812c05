"""What a harvest would take, before it is begun: in words, and as JSON."""

from collections.abc import Iterator
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from harvesters.budget import Budget
from harvesters.estimates import ListEstimate
from harvesters.services.previewing import Forecast
from harvesters.words import about, grouped, list_name, spent


def forecast_json(forecast: Forecast) -> dict[str, Any]:
    """The forecast for a script; ``is_least``: the forge does not count all of it."""
    estimate, budget = forecast.estimate, forecast.budget
    return {
        "lists": [
            {
                "name": one.name,
                "items": one.items,
                "is_least": one.is_least,
                "requests": one.requests,
                "points": one.points,
            }
            for one in estimate.lists
        ],
        "requests": estimate.requests,
        "points": estimate.points,
        "is_least": estimate.is_least,
        "seconds": round(forecast.duration.total_seconds()),
        "budget": _budget_json(budget) if budget else None,
    }


def forecast_lines(source: str, forecast: Forecast) -> Iterator[str]:
    """The forecast for a person: in all, by list, and what is left of the limit."""
    estimate = forecast.estimate
    yield _(
        "%(source)s: a harvest would take about %(spent)s, and %(time)s; nothing was stored"
    ) % {
        "source": source,
        "spent": spent(estimate.requests, estimate.points),
        "time": about(forecast.duration),
    }
    yield from map(_list_line, estimate.lists)
    if estimate.is_least:
        yield "  " + _("+ There may be more: the forge does not count all of it.")
    yield "  " + _limit(forecast.budget)


def _budget_json(budget: Budget) -> dict[str, Any]:
    return {
        "limit": budget.limit,
        "remaining": budget.remaining,
        "resets_at": budget.resets_at.isoformat() if budget.resets_at else None,
    }


def _list_line(one: ListEstimate) -> str:
    count = grouped(one.items) + ("+" if one.is_least else "")
    return f"  {count:>9}  {list_name(one.name)}: {spent(one.requests, one.points)}"


def _limit(budget: Budget | None) -> str:
    if budget is None or budget.resets_at is None:
        return _("The forge told no limit.")
    return _("Left of the forge's limit: %(left)s of %(limit)s, until %(time)s") % {
        "left": grouped(budget.remaining),
        "limit": grouped(budget.limit),
        "time": localtime(budget.resets_at).strftime("%Y-%m-%d %H:%M:%S %Z"),
    }
