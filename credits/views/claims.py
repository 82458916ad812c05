"""Claims of a person's work that no forge shows: make one, see what became of it, take it back."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from credits.models import Project, WorkClaim
from credits.services.claims import claim_work, confirm_as_mentee, name_mentee, withdraw_claim
from credits.services.errors import CreditsError
from credits.views.claim_forms import ClaimForm, MenteeForm, contributor_named
from credits.views.claim_words import in_words
from credits.views.paging import keyset_page


@login_required
def own_claims(request: HttpRequest) -> HttpResponse:
    """What is claimed of the person's work, by whomever, and who says that the person helped."""
    person = cast(User, request.user)
    own = WorkClaim.objects.about(person).select_related(
        "project", "mentee", "nominated_by", "contribution"
    )
    mentored = WorkClaim.objects.mentored(person).filter(
        mentee_confirmed_at=None, state=WorkClaim.State.CLAIMED
    )
    context = {
        "page": keyset_page(request, own, moment="claimed_at"),
        "mentored": mentored.select_related("project", "claimant", "nominee"),
    }
    return render(request, "credits/student/claims.html", context)


@login_required
def claim_new(request: HttpRequest) -> HttpResponse:
    """Claim work; a maintainer of the project decides."""
    now = timezone.now()
    chosen = {"project": request.GET.get("project", "")}
    form = ClaimForm(request.POST or None, now=now, initial=chosen)
    if request.method == "POST" and form.is_valid():
        project: Project = form.cleaned_data["project"]
        try:
            claim_work(project, cast(User, request.user), form.work(), now=now)
        except CreditsError as error:
            form.add_error(None, in_words(error))
        else:
            messages.success(request, _("Claimed. A maintainer of the project decides on it."))
            return redirect("claims")
    return render(request, "credits/student/claim_new.html", {"form": form})


@login_required
@require_POST
def claim_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a claim back."""
    person = cast(User, request.user)
    claim = get_object_or_404(WorkClaim.objects.about(person), pk=pk)
    try:
        withdraw_claim(claim, by=person, now=timezone.now())
    except CreditsError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("Withdrawn. It counts no more."))
    return redirect("claims")


@login_required
@require_POST
def claim_mentored(request: HttpRequest, pk: int) -> HttpResponse:
    """Say, as the mentee, that it is true."""
    person = cast(User, request.user)
    claim = get_object_or_404(WorkClaim.objects.mentored(person), pk=pk)
    try:
        confirm_as_mentee(claim, by=person, now=timezone.now())
    except CreditsError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("Thank you. A maintainer of the project decides now."))
    return redirect("claims")


@login_required
@require_POST
def claim_mentee(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who was mentored: the mentor does, or a maintainer."""
    person = cast(User, request.user)
    seen = WorkClaim.objects.filter(
        Q(pk__in=WorkClaim.objects.about(person)) | Q(project__maintainers=person)
    ).distinct()
    claim = get_object_or_404(seen.select_related("project"), pk=pk)
    form = MenteeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the login of the person who was mentored."))
        return _back(request, claim)
    try:
        name_mentee(claim, contributor_named(claim.project, form.cleaned_data["mentee"]), by=person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except CreditsError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("Named. The mentee confirms it here, after signing in."))
    return _back(request, claim)


def _back(request: HttpRequest, claim: WorkClaim) -> HttpResponse:
    if request.POST.get("from") == "project":
        return redirect("project-claims", claim.project.slug)
    return redirect("claims")
