"""Pages of integrity reviews: the person's own, and those that a maintainer decides."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credits.models import IntegrityReview, Project
from credits.services.errors import CreditsError
from credits.services.integrity import answer_review, decide_review, may_decide
from credits.views.integrity_words import ERRORS, evidence_of
from credits.views.paging import keyset_page


class AnswerForm(forms.Form):
    """What the person says."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Who decides reads it. You can change it until the decision."),
    )


class ReviewDecisionForm(forms.Form):
    """What the reviewer finds, and why."""

    CLEAR, UPHOLD = "clear", "uphold"

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The person reads it. No score changes by this decision."),
    )
    decision = forms.ChoiceField(
        choices=[(CLEAR, _("Nothing is wrong")), (UPHOLD, _("The concern stands"))],
        widget=forms.HiddenInput,
    )


@login_required
def own_reviews(request: HttpRequest) -> HttpResponse:
    """The reviews about a person's own contributions, newest first."""
    own = IntegrityReview.objects.about(cast(User, request.user)).select_related("project")
    context = {"page": keyset_page(request, own, moment="opened_at")}
    return render(request, "credits/student/integrity_reviews.html", context)


@login_required
def own_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what was seen, and what the person says."""
    person, now = cast(User, request.user), timezone.now()
    own = IntegrityReview.objects.about(person).select_related("project", "decided_by", "actor")
    review = get_object_or_404(own, pk=pk)
    form = AnswerForm(request.POST or None, initial={"answer": review.answer})
    if request.method == "POST" and form.is_valid():
        try:
            answer_review(review, answered_by=person, answer=form.cleaned_data["answer"], now=now)
        except CreditsError as error:
            messages.error(request, _in_words(error))
        else:
            messages.success(request, gettext("Your answer is kept."))
        return redirect("integrity-review", review.pk)
    context = {"form": form, **_context(review)}
    return render(request, "credits/student/integrity_review.html", context)


@login_required
def project_reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """The reviews of a project, for its maintainers and the operator; none about oneself."""
    project = _reviewed_project(request, slug)
    reviews = IntegrityReview.objects.for_reviewer(cast(User, request.user))
    rows = reviews.filter(project=project).select_related("actor")
    context = {"project": project, "page": keyset_page(request, rows, moment="opened_at")}
    return render(request, "credits/maintainer/integrity_reviews.html", context)


@login_required
def project_review(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of them: the same evidence, the answer, and the decision."""
    reviewer, now = cast(User, request.user), timezone.now()
    reviews = IntegrityReview.objects.for_reviewer(reviewer).filter(project__slug=slug)
    review = get_object_or_404(reviews.select_related("project", "decided_by", "actor"), pk=pk)
    form = ReviewDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_review(
                review,
                decided_by=reviewer,
                uphold=form.cleaned_data["decision"] == form.UPHOLD,
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except CreditsError as error:
            messages.error(request, _in_words(error))
            review.refresh_from_db()
        else:
            messages.success(request, gettext("The decision is kept, and the person sees it."))
            return redirect("maintained-review", slug, review.pk)
    context = {
        "form": form,
        "may_decide": may_decide(review, reviewer),
        "is_answerable": review.is_answerable_at(now),
        **_context(review),
    }
    return render(request, "credits/maintainer/integrity_review.html", context)


def _context(review: IntegrityReview) -> dict[str, Any]:
    return {"review": review, "project": review.project, "evidence": evidence_of(review)}


def _in_words(error: CreditsError) -> str:
    return str(ERRORS.get(type(error), error))


def _reviewed_project(request: HttpRequest, slug: str) -> Project:
    reviewer = cast(User, request.user)
    project = get_object_or_404(Project, slug=slug)
    if not reviewer.is_staff and not project.maintainers.contains(reviewer):
        raise Http404
    return project
