"""The page on which a certificate is suspended, reinstated or revoked, with a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from credits.models import Certificate
from credits.services.certificate_life import (
    reinstate_certificate,
    revoke_certificate,
    suspend_certificate,
)
from credits.services.certificates import find_certificate
from credits.services.errors import CreditsError

SUSPEND, REINSTATE, REVOKE = "suspend", "reinstate", "revoke"
ACTS: Mapping[str, Promise] = {
    SUSPEND: gettext_lazy("Suspend it: nobody relies on it until it is reinstated"),
    REINSTATE: gettext_lazy("Reinstate it: it is in force again"),
    REVOKE: gettext_lazy("Revoke it: for good, it never comes back"),
}
DONE: Mapping[str, Promise] = {
    SUSPEND: gettext_lazy("Suspended. The holder and the universities that have it were told."),
    REINSTATE: gettext_lazy("Reinstated. The holder and the universities that have it were told."),
    REVOKE: gettext_lazy("Revoked. The holder and the universities that have it were told."),
}


class LifeForm(forms.Form):
    """What is to happen, why, and that it is meant."""

    act = forms.ChoiceField(label=gettext_lazy("What is to happen"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever looks at the certificate reads it. Name no other person."),
    )
    is_meant = forms.BooleanField(
        label=gettext_lazy("I have looked at the certificate and mean it")
    )

    def __init__(self, *args: Any, acts: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["act"].choices = [(act, ACTS[act]) for act in acts]  # type: ignore[attr-defined]
        if len(acts) == 1:
            self.fields["act"].initial = acts[0]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("act") in {SUSPEND, REVOKE} and not (given.get("reason") or "").strip():
            self.add_error("reason", _("Give a reason: whoever looks at the certificate reads it."))
        return given


@login_required
@require_http_methods(["GET", "POST"])
def certificate_life(request: HttpRequest, code: str) -> HttpResponse:
    """The staff suspends, reinstates and revokes; holders may withdraw their own for good."""
    certificate, now = find_certificate(code), timezone.now()
    acts = possible_acts(certificate, request.user, now=now) if certificate else []
    if certificate is None or not acts:
        raise Http404
    form = LifeForm(request.POST or None, acts=acts)
    if request.method == "POST" and form.is_valid():
        try:
            _act(certificate, form.cleaned_data, now)
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, str(DONE[form.cleaned_data["act"]]))
            return redirect(certificate)
    context = {"certificate": certificate, "form": form, "now": now}
    return render(request, "credits/operator/certificate_life.html", context)


def possible_acts(
    certificate: Certificate, user: User | AnonymousUser, *, now: datetime
) -> list[str]:
    """What ``user`` may do with ``certificate`` as it stands at ``now``."""
    is_over = certificate.revoked_at is not None or certificate.has_expired_at(now)
    if is_over or not user.is_authenticated:
        return []
    if user.is_staff:
        return [REINSTATE if certificate.suspended_at else SUSPEND, REVOKE]
    return [REVOKE] if certificate.holder_id == user.pk else []


def _act(certificate: Certificate, given: Mapping[str, Any], now: datetime) -> None:
    if given["act"] == SUSPEND:
        suspend_certificate(certificate, reason=given["reason"], now=now)
    elif given["act"] == REINSTATE:
        reinstate_certificate(certificate, now=now)
    else:
        revoke_certificate(certificate, reason=given["reason"], now=now)
