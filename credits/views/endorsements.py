"""Endorse or deny a month's work: one page, by keys, with a preview and a way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from credits.models import Project
from credits.services.endorsement_preview import Difference, preview_acceptance
from credits.services.endorsements import Acceptance, decide_acceptance, undo
from credits.services.errors import CreditsError
from credits.services.rules import NoRuleSetError
from credits.views.decisions import NO, DecisionRow, choose, chosen_in, counts_of
from credits.views.endorsement_rows import ENDORSED, asked_month, months_away, rows_of, work_of

ROWS_A_PAGE = 50
_DECISIONS = {choice: endorsed for endorsed, choice in ENDORSED.items()}


@login_required
def endorse_month(request: HttpRequest, slug: str) -> HttpResponse:
    """The work of a month, what waits for a maintainer first."""
    project, now = _own_project(request, slug), timezone.now()
    month = asked_month(request.GET.get("month", ""), now)
    page = Paginator(work_of(project, month), ROWS_A_PAGE).get_page(request.GET.get("page"))
    step = request.POST.get("step", "") if request.method == "POST" else ""
    chosen = chosen_in(request.POST) if step else {}
    # What was shown may stand on another page by now, because it was scored meanwhile.
    keys = dict.fromkeys([*(found.pk for found in page), *chosen])
    rows = rows_of(project, list(keys), cast(User, request.user))
    choose(rows, chosen, all_yes=step == "all")
    if step in {"look", "all", "save"} and not _check(rows):
        changed = [row for row in rows if row.is_changed]
        if step == "save":
            return _save(request, changed, now)
        if changed:
            return _preview(request, project, changed, now)
        messages.info(request, _("Nothing was chosen that is not so already."))
    context = {
        "project": project,
        "month": month,
        "before": months_away(month, -1),
        "after": months_away(month, 1),
        "now": now,
        "page": page,
        "rows": rows,
        "first": next((row.key for row in rows if not row.obstacle), None),
        "done": _moment(request.GET.get("done", "")),
    }
    return render(request, "credits/maintainer/endorse.html", context)


@login_required
@require_POST
def endorse_undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back what was decided at one moment, all of it."""
    project = _own_project(request, slug)
    decided_at = _moment(request.POST.get("moment", ""))
    count = 0
    if decided_at is not None:
        by = cast(User, request.user)
        count = undo(project, decided_at=decided_at, by=by, now=timezone.now())
    said = ngettext("%(count)d decision was undone.", "%(count)d decisions were undone.", count)
    messages.success(request, said % {"count": count})
    month = asked_month(request.POST.get("month", ""), timezone.now())
    return redirect(f"{reverse('endorse', args=[project.slug])}?month={month:%Y-%m}")


def _check(rows: Sequence[DecisionRow]) -> bool:
    """Whether something is wrong in ``rows``; each says what."""
    for row in rows:
        if row.is_changed and row.choice == NO and not row.reason:
            row.error = _("Say why: whoever did the work reads it.")
    return any(row.error for row in rows)


def _asked(rows: Sequence[DecisionRow]) -> list[Acceptance]:
    return [
        Acceptance(
            row.key,
            _DECISIONS[row.choice],
            row.reason,
            seen=int(row.seen) if row.seen.isascii() and row.seen.isdecimal() else 0,
        )
        for row in rows
    ]


def _preview(
    request: HttpRequest, project: Project, changed: Sequence[DecisionRow], now: datetime
) -> HttpResponse:
    difference: Difference | None
    try:
        difference = preview_acceptance(project, _asked(changed), now=now)
    except NoRuleSetError:
        difference = None
    context = {
        "project": project,
        "rows": changed,
        "counts": counts_of(changed),
        "difference": difference,
        "address": request.get_full_path(),
    }
    return render(request, "credits/maintainer/endorse_preview.html", context)


def _save(request: HttpRequest, changed: Sequence[DecisionRow], now: datetime) -> HttpResponse:
    query = request.GET.copy()
    query.pop("done", None)
    try:
        decided = decide_acceptance(_asked(changed), by=cast(User, request.user), now=now)
    except CreditsError:
        messages.error(request, _("Something changed meanwhile. Nothing was decided; look again."))
        return redirect(f"{request.path}?{query.urlencode()}")
    if decided.rulings:
        count = len(decided.rulings)
        said = ngettext("%(count)d decision is made.", "%(count)d decisions are made.", count)
        messages.success(request, said % {"count": count})
        query["done"] = now.isoformat()
    if decided.overtaken:
        count = len(decided.overtaken)
        said = ngettext(
            "Somebody else decided on %(count)d of them meanwhile; that stays.",
            "Somebody else decided on %(count)d of them meanwhile; those stay.",
            count,
        )
        messages.warning(request, said % {"count": count})
    return redirect(f"{request.path}?{query.urlencode()}")


def _own_project(request: HttpRequest, slug: str) -> Project:
    own = Project.objects.maintained_by(cast(User, request.user))
    return get_object_or_404(own, slug=slug)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
