"""Pages on which a person gets certificates and applies for credits with them."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Membership, User
from credits.core.policy import Proposal
from credits.models import Application, Certificate, CreditPolicy
from credits.services.certificates import issue_certificate, preview_certificate
from credits.services.errors import CreditsError
from credits.services.policies import policy_in_force, propose
from credits.services.recognition import submit_application, withdraw_application
from credits.views.paging import keyset_page
from credits.views.student_forms import (
    ApplicationForm,
    CertificateForm,
    a_year_until,
    free_certificates,
)


@login_required
def certificates(request: HttpRequest) -> HttpResponse:
    """The certificates that a person holds, revoked ones too."""
    person = cast(User, request.user)
    held = Certificate.objects.held_by(person)
    rows = held.annotate(items_count=Count("items")).prefetch_related("projects")
    context = {
        "page": keyset_page(request, rows, moment="issued_at"),
        "unsigned_count": Certificate.entered.held_by(person).filter(signed_at=None).count(),
        "now": timezone.now(),
    }
    return render(request, "credits/student/certificates.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def certificate_new(request: HttpRequest) -> HttpResponse:
    """Choose a project and a period, see what the certificate will say, then have it."""
    person, now = cast(User, request.user), timezone.now()
    given = request.POST or request.GET or a_year_until(now.date())
    form = CertificateForm(given, user=person, now=now)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        start, end = form.bounds
        chosen = {"start": start, "end": end, "project": form.cleaned_data["project"]}
        if _is_meant(request):
            try:
                issued = issue_certificate(person, now=now, wishes=form.wishes, **chosen)
            except CreditsError as error:
                form.add_error(None, str(error))
            else:
                return _issued(request, issued)
        context["preview"] = preview_certificate(person, **chosen)
    return render(request, "credits/student/certificate_new.html", context)


def _issued(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """Show the certificate, or say that it still has to be signed."""
    if certificate.signed_at is None:
        messages.info(request, _("Your certificate is entered in the log. It is signed soon."))
        return redirect("certificates")
    messages.success(request, _("Your certificate is issued."))
    return redirect(certificate)


@login_required
def applications(request: HttpRequest) -> HttpResponse:
    """What a person applied for, and what came of it."""
    own = Application.objects.filter(applicant=cast(User, request.user))
    rows = own.select_related("institution", "policy", "recognition")
    context = {"page": keyset_page(request, rows, moment="submitted_at")}
    return render(request, "credits/student/applications.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def application_new(request: HttpRequest) -> HttpResponse:
    """Choose certificates, see what they would give, then apply."""
    person, now = cast(User, request.user), timezone.now()
    form = ApplicationForm(request.POST or request.GET or None, user=person, now=now)
    context: dict[str, Any] = {"form": form, **_what_is_there(person, now)}
    if form.is_bound and form.is_valid():
        if _is_meant(request):
            try:
                submitted = submit_application(person, now=now, **form.cleaned_data)
            except CreditsError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Your application is on its way to the registrar."))
                return redirect("application", submitted.pk)
        context |= _proposed(person, form, now)
    return render(request, "credits/student/application_new.html", context)


def _is_meant(request: HttpRequest) -> bool:
    """Whether a filled form is to be done, rather than looked at first."""
    return request.method == "POST" and "preview" not in request.POST


def _what_is_there(person: User, now: datetime) -> dict[str, Any]:
    """Whether there is anything to apply with, and anywhere to apply."""
    return {
        "has_institution": Membership.objects.of(person, Membership.Role.STUDENT).exists(),
        "has_certificates": free_certificates(person, now).exists(),
    }


def _proposed(person: User, form: ApplicationForm, now: datetime) -> dict[str, Any]:
    """What the institution's policy would give for the chosen certificates."""
    institution = form.cleaned_data["institution"]
    policy = policy_in_force(institution, CreditPolicy.Audience.STUDENT, now=now)
    proposal: Proposal | None = None
    if policy is not None:
        proposal = propose(person, form.cleaned_data["certificates"], policy, now=now)
    return {"institution": institution, "policy": policy, "proposal": proposal}


@login_required
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what was asked, each step so far, and what was decided."""
    own = _own_application(request, pk)
    recognition = getattr(own, "recognition", None)
    context = {
        "application": own,
        "recognition": recognition,
        "events": recognition.events.all() if recognition else [],
        "certificates": own.certificates.prefetch_related("projects"),
        "now": timezone.now(),
    }
    return render(request, "credits/student/application.html", context)


@login_required
@require_POST
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back."""
    own = _own_application(request, pk)
    try:
        withdraw_application(own, now=timezone.now())
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Withdrawn. The contributions are free again."))
    return redirect("application", own.pk)


def _own_application(request: HttpRequest, pk: int) -> Application:
    own = Application.objects.filter(applicant=cast(User, request.user))
    return get_object_or_404(own.select_related("institution", "policy", "recognition"), pk=pk)
