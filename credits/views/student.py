"""Pages of a person who contributes: the record, its points and reasons, linked accounts."""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseStopPolling

from accounts.models import Identity, User
from credits.models import Certificate, IntegrityReview
from credits.services.harvests import gaps_concerning
from credits.templatetags.pages import zone_of
from credits.views.paging import keyset_page
from credits.views.progress import credit_progress
from credits.views.records import (
    counts_by_day,
    own_participations,
    own_scores,
    states_of,
    totals_of,
    unfinished_harvests,
    with_scores,
)
from credits.views.student_forms import ContributionFilter

LATEST = 6
GAPS_SHOWN = 20


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Everything found, what it scored, and how far it leads."""
    person, now = cast(User, request.user), timezone.now()
    zone = zone_of(person)
    today = now.astimezone(zone).date()
    scores = own_scores(person)
    newest = own_participations(person).order_by("-contribution__occurred_at", "-pk")
    context = {
        "totals": totals_of(scores),
        "today": today,
        "day_counts": counts_by_day(scores, zone, today),
        "latest": with_scores(newest)[:LATEST],
        "identities": Identity.objects.active().filter(user=person).select_related("actor"),
        "certificates": Certificate.objects.held_by(person).prefetch_related("projects")[:3],
        "progresses": credit_progress(person, now=now),
        **_harvest(person, now),
    }
    return render(request, "credits/student/overview.html", context)


@login_required
def overview_harvest(request: HttpRequest) -> HttpResponse:
    """The strip that says what is being read; polled until nothing is."""
    context = _harvest(cast(User, request.user), timezone.now())
    response = render(request, "credits/student/harvest.html", context)
    if not any(harvest.is_read_at(context["now"]) for harvest in context["harvests"]):
        return HttpResponseStopPolling(response.content)
    return response


def _harvest(person: User, now: datetime) -> dict[str, Any]:
    return {"harvests": list(unfinished_harvests(own_participations(person), now)), "now": now}


@login_required
def contributions(request: HttpRequest) -> HttpResponse:
    """Every contribution found, those worth nothing too, each with its reasons."""
    person = cast(User, request.user)
    own = own_participations(person)
    asked = ContributionFilter(request.GET, user=person)
    gaps = gaps_concerning(person)
    page = keyset_page(request, with_scores(asked.narrow(own)), moment="contribution__occurred_at")
    context = {
        "page": page,
        "filter": asked,
        "state": asked.cleaned_data.get("state", ""),
        "states": states_of(own),
        "reviews": IntegrityReview.objects.about(person).counts(),
        "gaps": gaps[:GAPS_SHOWN],
        "gaps_more": max(0, gaps.count() - GAPS_SHOWN),
        "is_filtered": any(request.GET.get(name) for name in asked.fields),
    }
    return render(request, "credits/student/contributions.html", context)


@login_required
def accounts(request: HttpRequest) -> HttpResponse:
    """The forge accounts that are proved to be this person's."""
    person = cast(User, request.user)
    linked = Identity.objects.active().filter(user=person).select_related("actor")
    return render(request, "credits/student/accounts.html", {"identities": linked})
