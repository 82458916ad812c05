"""Pages of the registrar: what waits, what was decided, what is booked."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Institution, Membership, User
from credits.models import Application, CreditPolicy, Recognition
from credits.models.recognition import ApplicationQuerySet
from credits.services.booking import (
    book_recognition,
    keep_recognition,
    reverse_recognition,
)
from credits.services.creditable import creditable
from credits.services.errors import CreditsError
from credits.services.policies import policy_in_force, term_at
from credits.services.recognition import AlreadyDecidedError, decide_application
from credits.views.evidence import (
    checked_certificates,
    contributions_count,
    counted_contributions,
    membership_of,
)
from credits.views.policy_words import policy_in_words
from credits.views.registrar_forms import BookingForm, DecisionForm, KeepingForm, ReversalForm

ROWS_A_PAGE = 50
CONFLICT = 409
TO_REVIEW = "review"
"""Shows recognitions whose certificates lost their force, whatever state they are in."""

STUDENT_NUMBER = Subquery(
    Membership.objects.active()
    .filter(
        user=OuterRef("applicant"),
        institution=OuterRef("institution"),
        role=Membership.Role.STUDENT,
    )
    .values("person_code")
)
"""Of an application: the number under which its institution knows the applicant."""


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The queue: who has waited longest comes first."""
    registrar = _registrar(request)
    addressed = Application.objects.for_registrar(registrar)
    state = _chosen_state(request, Application.State.values, Application.State.SUBMITTED)
    shown = addressed.filter(state=state) if state else addressed
    rows = shown.select_related("applicant", "institution").annotate(student_number=STUDENT_NUMBER)
    context = {
        "page": _page(request, rows.order_by("submitted_at", "pk")),
        "several": _institutions_of(registrar).count() > 1,
        "state": state,
        "counts": _counts(addressed, Application.State.choices),
    }
    return render(request, "credits/university/inbox.html", context)


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what is asked, what the policy says, what stands behind it."""
    registrar = _registrar(request)
    addressed = Application.objects.for_registrar(registrar)
    application = get_object_or_404(
        addressed.select_related("applicant", "institution", "policy", "decided_by"), pk=pk
    )
    form = DecisionForm(
        request.POST or None, application=application, initial=_proposed(application)
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            decided = decide_application(
                application, form.decided(), decided_by=registrar, now=timezone.now()
            )
        except AlreadyDecidedError:
            application.refresh_from_db()
            messages.error(request, _("Somebody decided this meanwhile. Nothing was changed."))
            status = CONFLICT
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            return _after_decision(request, decided)
    context = {"form": form, **_review_context(application, addressed)}
    return render(request, "credits/university/review.html", context, status=status)


@login_required
def recognitions(request: HttpRequest) -> HttpResponse:
    """What was decided, and whether the student system has it."""
    registrar = _registrar(request)
    own = Recognition.objects.filter(institution__in=_institutions_of(registrar))
    state = _chosen_state(request, [*Recognition.State.values, TO_REVIEW], "")
    shown = own.filter(state=state) if state in Recognition.State.values else own
    if state == TO_REVIEW:
        shown = own.to_review()
    rows = shown.select_related("learner", "institution", "application", "decided_by")
    context = {
        "page": _page(request, rows.prefetch_related("events")),
        "state": state,
        "counts": _counts(own, Recognition.State.choices),
        "to_review": own.to_review().count(),
    }
    return render(request, "credits/university/recognitions.html", context)


@login_required
@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the student system holds the credits."""
    registrar, recognition = _own_recognition(request, pk)
    form = BookingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the number under which the student system booked it."))
        return redirect("recognitions")
    try:
        book_recognition(
            recognition,
            actor=str(registrar),
            reference=form.cleaned_data["reference"],
            now=timezone.now(),
        )
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Booked."))
    return redirect("recognitions")


@login_required
@require_POST
def reverse_booking(request: HttpRequest, pk: int) -> HttpResponse:
    """Take credits back; the history keeps what was."""
    registrar, recognition = _own_recognition(request, pk)
    form = ReversalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason; the student reads it."))
        return redirect("recognitions")
    try:
        reverse_recognition(
            recognition,
            actor=str(registrar),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back. The contributions may be claimed again."))
    return redirect("recognitions")


@login_required
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Let credits stand although a certificate behind them lost its force."""
    registrar, recognition = _own_recognition(request, pk)
    form = KeepingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason; the student reads it."))
        return redirect("recognitions")
    reason = form.cleaned_data["reason"]
    try:
        keep_recognition(recognition, actor=str(registrar), reason=reason, now=timezone.now())
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It stays as it is; the history says why."))
    return redirect("recognitions")


@login_required
def policy(request: HttpRequest) -> HttpResponse:
    """The credit policies in force, in words."""
    now = timezone.now()
    registrar = _registrar(request)
    found = [
        policy_in_force(institution, audience, now=now)
        for institution in _institutions_of(registrar)
        for audience in CreditPolicy.Audience
    ]
    context = {"policies": [policy_in_words(one) for one in found if one is not None]}
    return render(request, "credits/university/policy.html", context)


def _registrar(request: HttpRequest) -> User:
    """The registrar who asks; to everybody else these pages do not exist."""
    user = request.user
    held = Membership.objects.active().filter(user=user.pk, role=Membership.Role.REGISTRAR)
    if isinstance(user, User) and held.exists():
        return user
    raise Http404


def _institutions_of(registrar: User) -> QuerySet[Institution]:
    held = Membership.objects.of(registrar, Membership.Role.REGISTRAR)
    return Institution.objects.filter(pk__in=held.values("institution"))


def _own_recognition(request: HttpRequest, pk: int) -> tuple[User, Recognition]:
    registrar = _registrar(request)
    own = Recognition.objects.filter(institution__in=_institutions_of(registrar))
    return registrar, get_object_or_404(own, pk=pk)


def _after_decision(request: HttpRequest, decided: Application) -> HttpResponse:
    """Say what was done and go on with who waits longest."""
    if decided.state == Application.State.APPROVED:
        messages.success(
            request,
            _("Approved: %(credits)s credits for %(person)s.")
            % {"credits": decided.recognition.credits, "person": decided.applicant},
        )
    else:
        messages.success(request, _("Not approved. The student can read your reason."))
    waiting = Application.objects.for_registrar(_registrar(request)).open()
    following = waiting.order_by("submitted_at", "pk").first()
    return redirect("review", following.pk) if following else redirect("inbox")


def _review_context(application: Application, addressed: ApplicationQuerySet) -> dict[str, Any]:
    now = timezone.now()
    checked = checked_certificates(application, now=now)
    certificates = [one.certificate for one in checked]
    is_open = application.state == Application.State.SUBMITTED
    return {
        "application": application,
        "is_open": is_open,
        "membership": membership_of(application),
        "checked": checked,
        "all_valid": all(one.verdict.is_valid for one in checked),
        "counted": counted_contributions(certificates),
        "counted_total": contributions_count(certificates),
        "left_out": creditable(certificates).left_out,
        "policy": policy_in_words(application.policy),
        "waiting": addressed.open().order_by("submitted_at", "pk")[:ROWS_A_PAGE],
    }


def _proposed(application: Application) -> dict[str, Any]:
    """What the form shows at first: what the policy proposes."""
    return {
        "credits": application.proposed_credits,
        "term": term_at(application.institution, timezone.now()),
    }


def _chosen_state(request: HttpRequest, known: Sequence[str], default: str) -> str:
    """The state asked for; ``all`` or an unknown one shows everything."""
    asked = request.GET.get("state", default)
    return asked if asked in known else ""


def _counts(rows: QuerySet[Any], choices: Sequence[tuple[str, Any]]) -> list[tuple[str, Any, int]]:
    """For each state its name in words and how many there are."""
    found = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return [(state, label, found.get(state, 0)) for state, label in choices]


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Any:
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
