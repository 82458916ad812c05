"""Pages of a maintainer: how the harvest stands, which rules count, what the project earned."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from credits.models import IntegrityReview, Project, RuleSet, Score
from credits.services.coursework import terms_in_force
from credits.services.harvests import harvest_now, newest_gaps, sources_of
from credits.services.rules import NoRuleSetError, rule_set_in_force
from credits.views.records import points_by_month, totals_of

GAPS_SHOWN = 20


@login_required
def maintained(request: HttpRequest) -> HttpResponse:
    """The projects that a person looks after."""
    projects = Project.objects.maintained_by(cast(User, request.user))
    counted = projects.annotate(repositories_count=Count("repositories"))
    return render(request, "credits/maintainer/projects.html", {"projects": counted})


@login_required
def maintained_project(request: HttpRequest, slug: str) -> HttpResponse:
    """One project: sources, rules, points by kind and month. It names and ranks nobody."""
    project, now = own_project(request, slug), timezone.now()
    scores = Score.objects.in_force().filter(project=project)
    reviews = IntegrityReview.objects.for_reviewer(cast(User, request.user))
    context = {
        "project": project,
        "sources": sources_of(project),
        "gaps": newest_gaps(project, limit=GAPS_SHOWN),
        "rule_set": rule_set_or_none(project, now),
        "totals": totals_of(scores),
        "months": points_by_month(scores, now),
        "claims_waiting": project.work_claims.waiting().count(),
        "reviews": reviews.filter(project=project).counts(),
        "terms": terms_in_force(project, now),
        "asked_count": project.course_assignments.open().count(),
        "now": now,
    }
    return render(request, "credits/maintainer/project.html", context)


@login_required
def maintained_sources(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the harvest is; polled while it runs."""
    project = own_project(request, slug)
    context = {"project": project, "sources": sources_of(project), "now": timezone.now()}
    return render(request, "credits/maintainer/sources.html", context)


@login_required
@require_POST
def maintained_harvest(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the project's sources now."""
    project = own_project(request, slug)
    if harvest_now(project, now=timezone.now()):
        messages.success(request, _("The next free worker reads it. This page follows along."))
    else:
        messages.info(request, _("Everything is being read already."))
    return redirect("maintained-project", project.slug)


def rule_set_or_none(project: Project, now: datetime) -> RuleSet | None:
    """The rule set of ``project`` that counts at ``now``, if any does."""
    try:
        return rule_set_in_force(project, now=now)
    except NoRuleSetError:
        return None


def own_project(request: HttpRequest, slug: str) -> Project:
    """The project of that address name, if the person looks after it."""
    own = Project.objects.maintained_by(cast(User, request.user))
    return get_object_or_404(own, slug=slug)
