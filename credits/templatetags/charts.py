"""Charts as SVG, drawn on the server: they follow the theme, print, and need no script.

Numbers that a reader needs also stand in words beside each chart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from io import BytesIO

import segno
from django import template
from django.utils.dates import MONTHS_3
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from credits.templatetags.pages import day_in_words
from credits.templatetags.points import category_class, category_name, points

register = template.Library()

DAYS_A_WEEK = 7
WEEKS = 53
STEP = 12.6
CELL = 10.4
LEFT, TOP = 34, 18
QR_CODES_KEPT = 256
WEEKDAYS = {
    0: pgettext_lazy("day of the week", "Mon"),
    2: pgettext_lazy("day of the week", "Wed"),
    4: pgettext_lazy("day of the week", "Fri"),
}
BUSY = (1, 3, 6, 10)
"""From how many contributions a day takes the next shade."""

BAR_WIDTH, BAR_HEIGHT = 640, 170
FLOOR, CEILING = 145, 14
METER_HEIGHT, METER_LONGEST, HATCH_STEP = 18, 900, 8


@register.simple_tag
def heatmap(counts: Mapping[date, int], today: date) -> SafeString:
    """Contributions per day of the last year, one column a week, Monday first."""
    first = first_day(today)
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    cells = format_html_join("", "{}", ((_cell(day, first, counts.get(day, 0)),) for day in days))
    width = LEFT + WEEKS * STEP
    return format_html(
        '<svg viewBox="0 0 {} 108" role="img" aria-label="{}">{}{}{}</svg>',
        f"{width:.0f}",
        _summary(counts, days),
        _month_labels(days, first),
        _weekday_labels(),
        cells,
    )


def first_day(today: date) -> date:
    """The Monday with which the year that ends with ``today`` begins."""
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(weeks=WEEKS - 1)


def _cell(day: date, first: date, count: int) -> SafeString:
    week, weekday = divmod((day - first).days, DAYS_A_WEEK)
    words = ngettext(
        "%(day)s: %(count)d contribution", "%(day)s: %(count)d contributions", count
    ) % {"day": day_in_words(day), "count": count}
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="2.2" class="l{}"><title>{}</title></rect>',
        f"{LEFT + week * STEP:.1f}",
        f"{TOP + weekday * STEP:.1f}",
        CELL,
        CELL,
        sum(count >= bound for bound in BUSY),
        words,
    )


def _month_labels(days: Sequence[date], first: date) -> SafeString:
    starts = [day for day in days if day.day == 1]
    columns = ((day, (day - first).days // DAYS_A_WEEK) for day in starts)
    return format_html_join(
        "",
        '<text x="{}" y="11">{}</text>',
        (
            (f"{LEFT + week * STEP:.1f}", str(MONTHS_3[day.month]).capitalize())
            for day, week in columns
            if week < WEEKS - 1
        ),
    )


def _weekday_labels() -> SafeString:
    return format_html_join(
        "",
        '<text x="0" y="{}">{}</text>',
        ((f"{TOP + weekday * STEP + 9:.1f}", label) for weekday, label in WEEKDAYS.items()),
    )


def _summary(counts: Mapping[date, int], days: Sequence[date]) -> str:
    shown = {day: counts.get(day, 0) for day in days}
    total = sum(shown.values())
    return ngettext(
        "Contributions per day, %(first)s to %(last)s: %(total)d in all.",
        "Contributions per day, %(first)s to %(last)s: %(total)d in all.",
        total,
    ) % {
        "first": day_in_words(days[0]),
        "last": day_in_words(days[-1]),
        "total": total,
    }


@dataclass(frozen=True, slots=True)
class MonthPoints:
    """Points (thousandths) of one month by category."""

    month: date
    points: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.points.values())

    def visible(self) -> dict[str, int]:
        """What a bar can show: less than nothing has no height."""
        return {name: value for name, value in self.points.items() if value > 0}


@register.simple_tag
def month_bars(months: Sequence[MonthPoints]) -> SafeString:
    """Points by month, one bar a month, stacked by category."""
    highest = max((sum(month.visible().values()) for month in months), default=0) or 1
    slot = BAR_WIDTH / max(len(months), 1)
    bars = format_html_join(
        "",
        "{}",
        ((_stack(month, highest, n * slot, slot),) for n, month in enumerate(months)),
    )
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>{}</svg>',
        BAR_WIDTH,
        BAR_HEIGHT,
        _("Points by month. The numbers are in the table below."),
        BAR_WIDTH,
        FLOOR,
        FLOOR,
        bars,
    )


def _stack(month: MonthPoints, highest: int, left: float, slot: float) -> SafeString:
    width = min(slot * 0.62, 46)
    top, parts = float(FLOOR), []
    for category, value in month.visible().items():
        height = (FLOOR - CEILING) * value / highest
        top -= height
        parts.append((left + (slot - width) / 2, top, width, height, category, value))
    return format_html(
        '{}<text x="{}" y="{}" text-anchor="middle">{}</text>',
        _bars(parts),
        f"{left + slot / 2:.1f}",
        FLOOR + 17,
        str(MONTHS_3[month.month.month]).capitalize(),
    )


def _bars(parts: Iterable[tuple[float, float, float, float, str, int]]) -> SafeString:
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}: {}</title></rect>',
        (
            (
                f"{left:.1f}",
                f"{top:.1f}",
                f"{width:.1f}",
                f"{height:.1f}",
                category_class(category),
                category_name(category),
                points(value),
            )
            for left, top, width, height, category, value in parts
        ),
    )


@register.simple_tag
def credit_meter(
    recognised: Decimal, reviewed: Decimal, ready: Decimal, goal: Decimal
) -> SafeString:
    """How far a person is: solid is recognised, hatched under review, outlined ready to apply."""
    whole = max(goal, recognised + reviewed + ready, Decimal(1))
    widths = [float(100 * part / whole) for part in (recognised, reviewed, ready)]
    lefts = (0.0, widths[0], widths[0] + widths[1])
    parts = zip(("m1", "m2", "m3"), lefts, widths, strict=True)
    return format_html(
        '<svg class="meter" aria-hidden="true">{}</svg>',
        format_html_join("", "{}", ((_meter_part(*part),) for part in parts if part[2])),
    )


def _meter_part(kind: str, left: float, width: float) -> SafeString:
    """One part of the bar, as an inner <svg>: what is drawn in it ends where it ends."""
    hatches = format_html_join(
        "",
        '<line x1="{}" y1="0" x2="{}" y2="18"/>',
        ((x, x + METER_HEIGHT) for x in range(-METER_HEIGHT, METER_LONGEST, HATCH_STEP)),
    )
    return format_html(
        '<svg class="{}" x="{}%" width="{}%" height="18"><rect width="100%" height="18"/>{}</svg>',
        kind,
        f"{left:.2f}",
        f"{width:.2f}",
        hatches if kind == "m2" else "",
    )


@register.simple_tag
def qr_code(url: str) -> SafeString:
    """``url`` as a QR code, dark on white in every theme, so that any phone reads it."""
    label = format_html(' role="img" aria-label="{}">', _("QR code of %(url)s") % {"url": url})
    return mark_safe(_drawn_qr_code(url).replace(">", label, 1))  # noqa: S308 - drawn by segno


@lru_cache(maxsize=QR_CODES_KEPT)
def _drawn_qr_code(url: str) -> str:
    """Kept, since to choose the best of its eight forms is a seventh of a certificate's page."""
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(
        out,
        kind="svg",
        scale=3,
        border=2,
        dark="#16233a",
        light="#fff",
        xmldecl=False,
        svgclass="qr",
        omitsize=True,
    )
    return out.getvalue().decode().strip()
