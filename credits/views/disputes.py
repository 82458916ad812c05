"""Pages of who disputes a score: open one, follow it, appeal; or take one's own work back."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Identity, User
from credits.models import Dispute
from credits.services.disputes import appeal_dispute, open_dispute, withdraw_dispute
from credits.services.errors import CreditsError
from credits.services.grounds import Grounds, grounds_of, weights_now
from credits.services.withdrawals import (
    is_withdrawn,
    restore_participation,
    withdraw_participation,
)
from credits.views.dispute_forms import AppealForm, DisputeForm
from credits.views.dispute_words import versions_of, wanted_in_words
from credits.views.paging import keyset_page
from harvesters.models import Participation

CONFLICT = 409
RELATED = ("participation__contribution__repository", "participation__actor", "project")


@login_required
def disputes(request: HttpRequest) -> HttpResponse:
    """What the person disputed, the newest first, and by when each is answered."""
    own = Dispute.objects.filter(opened_by=_person(request)).select_related(*RELATED)
    context = {"page": keyset_page(request, own, moment="opened_at"), "now": timezone.now()}
    return render(request, "credits/disputes/list.html", context)


@login_required
def dispute_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with the score of one contribution."""
    participation = _own_participation(request, pk)
    grounds = grounds_of(participation)
    weights = weights_now(participation) if len(grounds.sharers) > 1 else {}
    given = request.POST if request.method == "POST" else None
    form = DisputeForm(given, grounds=grounds, weights=weights)
    if form.is_valid():
        try:
            made = open_dispute(
                participation, form.complaint(), opened_by=_person(request), now=timezone.now()
            )
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your dispute is open. The points stand until then."))
            return redirect(made)
    context = _new_context(participation, grounds, form)
    return render(request, "credits/disputes/new.html", context)


@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute of the person's own: both versions, reasons, decisions, what can be done."""
    return _shown(request, _own_dispute(request, pk), AppealForm())


@login_required
@require_POST
def dispute_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that somebody else decides."""
    shown, form = _own_dispute(request, pk), AppealForm(request.POST)
    if not form.is_valid():
        return _shown(request, shown, form)
    try:
        reason, person = form.cleaned_data["reason"], _person(request)
        appeal_dispute(shown, by=person, reason=reason, now=timezone.now())
    except CreditsError as error:
        form.add_error(None, str(error))
        return _shown(request, shown, form, status=CONFLICT)
    messages.success(request, _("Somebody else decides now, who did not decide before."))
    return redirect(shown)


@login_required
@require_POST
def dispute_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a dispute back."""
    shown = _own_dispute(request, pk)
    try:
        withdraw_dispute(shown, by=_person(request))
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Withdrawn. The points stay as they are."))
    return redirect(shown)


@login_required
@require_POST
def contribution_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own part in a contribution back."""
    participation = _own_participation(request, pk)
    withdraw_participation(participation, by=_person(request), now=timezone.now())
    messages.success(request, _("Taken back: it earns nothing any more. You can undo this."))
    return redirect("dispute-new", participation.pk)


@login_required
@require_POST
def contribution_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it count again."""
    participation = _own_participation(request, pk)
    restore_participation(participation, by=_person(request), now=timezone.now())
    messages.success(request, _("It counts again, by the rules in force."))
    return redirect("dispute-new", participation.pk)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_participation(request: HttpRequest, pk: int) -> Participation:
    actors = Identity.objects.active().filter(user=_person(request)).values("actor")
    own = Participation.objects.filter(actor__in=actors)
    return get_object_or_404(own.select_related("actor", "contribution__repository"), pk=pk)


def _own_dispute(request: HttpRequest, pk: int) -> Dispute:
    own = Dispute.objects.filter(opened_by=_person(request))
    return get_object_or_404(own.select_related(*RELATED, "decided_by", "appeal_decided_by"), pk=pk)


def _new_context(
    participation: Participation, grounds: Grounds, form: DisputeForm
) -> dict[str, Any]:
    earlier = participation.disputes.filter(state__in=Dispute.PENDING)
    return {
        "participation": participation,
        "grounds": grounds,
        "score": grounds.score,
        "form": form,
        "pending": earlier.order_by("opened_at"),
        "is_withdrawn": is_withdrawn(participation),
        "role": participation.get_role_display(),
    }


def _shown(
    request: HttpRequest, dispute: Dispute, form: AppealForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "dispute": dispute,
        "wanted": wanted_in_words(dispute),
        "versions": versions_of(dispute),
        "is_overdue": dispute.is_overdue_at(now),
        "can_appeal": dispute.can_be_appealed_at(now),
        "form": form,
    }
    return render(request, "credits/disputes/detail.html", context, status=status)
