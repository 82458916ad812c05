"""Pages that say why: of one contribution, and of one that a person misses."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from credits.services.explanations import NotVisibleError, explain_contribution
from credits.services.lookups import look_up
from credits.views.records import with_scores
from credits.views.student_forms import MissingForm
from harvesters.models import Contribution


@login_required
def contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a contribution has its points: for whose it is, and who looks after its project."""
    found = get_object_or_404(Contribution.objects.select_related("repository"), pk=pk)
    try:
        explanation = explain_contribution(found, cast(User, request.user), now=timezone.now())
    except NotVisibleError as error:
        raise Http404 from error
    return render(request, "credits/student/contribution.html", {"explanation": explanation})


@login_required
def missing(request: HttpRequest) -> HttpResponse:
    """What became of the contribution whose address was pasted."""
    form = MissingForm(request.GET if "link" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        found = look_up(form.cleaned_data["link"], cast(User, request.user))
        context |= {"found": found, "own": with_scores(found.own)}
    return render(request, "credits/student/missing.html", context)
