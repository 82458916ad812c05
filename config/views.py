"""The operator's page: whether everything runs, and how each harvest stands."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.checks import run_checks
from harvesters.models import HarvestCursor, Heartbeat

SOURCES_SHOWN = 100


@login_required
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Every check with its mend, and every source; what has stopped comes first."""
    if not request.user.is_staff:
        raise Http404
    now = timezone.now()
    checks = run_checks()
    sources = HarvestCursor.objects.select_related("repository").annotate(gaps_count=Count("gaps"))
    due = HarvestCursor.objects.due(now)
    context = {
        "checks": checks,
        "failed_count": sum(not check.is_good for check in checks),
        "sources": sources.order_by("is_waiting", F("error").desc(), "source")[:SOURCES_SHOWN],
        "sources_count": HarvestCursor.objects.count(),
        "due_count": due.count(),
        "held_count": HarvestCursor.objects.filter(lease_until__gt=now).count(),
        "oldest_due": due.order_by("next_at").values_list("next_at", flat=True).first(),
        "heartbeats": Heartbeat.objects.order_by("name"),
        "now": now,
    }
    return render(request, "credits/operator/operations.html", context)
