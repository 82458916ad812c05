"""The page of a teacher: open-source work of a period, to show and to print."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from credits.models import Certificate, Project, Score
from credits.views.records import own_scores, totals_of
from credits.views.student_forms import DayField, a_year_until, midnight

LARGEST = 10


class PeriodForm(forms.Form):
    """The days that the portfolio covers."""

    start = DayField(label=_("First day"))
    end = DayField(label=_("Last day"))


@login_required
def portfolio(request: HttpRequest) -> HttpResponse:
    """The person's own work of a period: totals, projects, what weighed most, certificates."""
    person = cast(User, request.user)
    form = PeriodForm(request.GET or a_year_until(timezone.now().date()))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        start = midnight(form.cleaned_data["start"])
        end = midnight(form.cleaned_data["end"] + timedelta(days=1))
        scores = own_scores(person, start, end).counted()
        held = Certificate.objects.held_by(person).valid(timezone.now())
        context |= {
            "start": start,
            "end": end,
            "totals": totals_of(scores),
            "projects": _projects(scores),
            "largest": _largest(scores),
            "certificates": held.filter(period_start__lt=end, period_end__gt=start)
            .order_by("-issued_at")
            .prefetch_related("projects"),
            "memberships": Membership.objects.of(person).select_related("institution"),
        }
    return render(request, "credits/teacher/portfolio.html", context)


def _projects(scores: Any) -> Any:
    """The projects of ``scores``, with counts and points (thousandths)."""
    counted = Q(scores__in=scores)
    found = Project.objects.filter(counted)
    return found.annotate(
        items_count=Count("scores", filter=counted), points=Sum("scores__points", filter=counted)
    ).order_by("-points")


def _largest(scores: Any) -> list[Score]:
    rows = scores.select_related("project", "participation__contribution__repository")
    return list(rows.order_by("-points", "-participation")[:LARGEST])
