"""A preview as the terminal shows it."""

from decimal import Decimal
from typing import IO, Any, cast

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from credits.core.comparison import Change
from credits.services.preview import ContributionChange, Preview

MOST_PEOPLE_SHOWN = 20


def show_preview(preview: Preview, out: Any) -> None:
    """Say who gains and who loses, and by which contributions."""
    out.write(
        _(
            "%(count)d contributions since %(day)s: %(before)s points become %(after)s."
            " %(gain)d accounts gain, %(lose)d lose."
        )
        % {
            "count": preview.contributions,
            "day": preview.start.date().isoformat(),
            "before": _decimal(preview.before),
            "after": _decimal(preview.after),
            "gain": preview.gain,
            "lose": preview.lose,
        }
    )
    console = Console(file=cast(IO[str], out))
    rows = [(name, change) for name, change in preview.categories.items() if change.change]
    _print(console, _("Kind"), rows)
    people = [(one.login, Change(one.before, one.after)) for one in preview.changes]
    _print(console, _("Account"), people[:MOST_PEOPLE_SHOWN])
    groups = [
        (
            _("Newcomers (%(count)d)") % {"count": preview.newcomers.people},
            preview.newcomers.points,
        ),
        (_("Top accounts (%(count)d)") % {"count": preview.top.people}, preview.top.points),
    ]
    _print(console, _("Together"), groups if preview.changes else [])
    for item in preview.biggest:
        _show_contribution(item, out)
    _show_cases(preview, out)


def _show_cases(preview: Preview, out: Any) -> None:
    for case in preview.cases:
        if case.problem:
            out.write(f"{case.name}: {case.problem}")
    out.write(
        ngettext(
            "%(count)d test case, %(failing)d of them fails.",
            "%(count)d test cases, %(failing)d of them fail.",
            len(preview.cases),
        )
        % {"count": len(preview.cases), "failing": preview.failing}
    )


def _print(console: Console, heading: str, rows: list[tuple[str, Change]]) -> None:
    if not rows:
        return
    table = Table(box=None)
    table.add_column(heading)
    for name in (_("Before"), _("After"), _("Change")):
        table.add_column(name, justify="right")
    for name, change in rows:
        signed = f"{Decimal(change.change) / 1000:+.1f}"
        table.add_row(name, _decimal(change.before), _decimal(change.after), signed)
    console.print(table)


def _show_contribution(item: ContributionChange, out: Any) -> None:
    in_chinese = (get_language() or "").startswith("zh")
    before, after = (_decimal(points) for points in (item.points.before, item.points.after))
    out.write(f"\n{item.title}: {before} -> {after}  {item.url}")
    for side in item.sides:
        for heading, lines in ((_("before"), side.before), (_("after"), side.after)):
            for line in lines:
                words = line.text.zh if in_chinese else line.text.en
                out.write(f"  {side.login}, {heading}: {line.points / 1000:+.3f}  {words}")


def _decimal(points: int) -> str:
    return f"{Decimal(points) / 1000:.1f}"
