"""Pages of who decides on disputes: maintainers, and the staff where no maintainer may."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from credits.models import Dispute, Project
from credits.services.disputes import (
    DisputeClosedError,
    decide_appeal,
    decide_dispute,
    may_decide,
)
from credits.services.errors import CreditsError
from credits.services.foresight import score_if_accepted
from credits.views.dispute_forms import VerdictForm
from credits.views.dispute_words import facts_of_work, shares_of, versions_of, wanted_in_words
from credits.views.disputes import CONFLICT, RELATED

ROWS_A_PAGE = 50
MINE, OTHERS, DECIDED = "mine", "others", "decided"


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, what is due first comes first."""
    user, now = _judge(request), timezone.now()
    seen, mine = Dispute.objects.seen_by(user), Dispute.objects.to_decide_by(user, now)
    lists = {
        MINE: mine.by_due_date(),
        OTHERS: seen.pending().exclude(pk__in=mine.order_by().values("pk")).by_due_date(),
        DECIDED: seen.exclude(state__in=Dispute.PENDING).order_by("-opened_at", "-pk"),
    }
    asked = request.GET.get("state", "")
    shown = asked if asked in lists else MINE
    rows = Paginator(lists[shown].select_related(*RELATED), ROWS_A_PAGE)
    context = {
        "state": shown,
        "page": rows.get_page(request.GET.get("page")),
        "mine_count": mine.count(),
        "now": now,
    }
    return render(request, "credits/disputes/inbox.html", context)


@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute with all that it takes to decide: facts, trace, what is wanted."""
    user, now = _judge(request), timezone.now()
    related = Dispute.objects.seen_by(user).select_related(
        *RELATED, "decided_by", "appeal_decided_by"
    )
    dispute = get_object_or_404(related, pk=pk)
    form, status = VerdictForm(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            return _decide(request, dispute, form, user)
        except DisputeClosedError as error:
            dispute.refresh_from_db()
            messages.error(request, str(error))
            status = CONFLICT
        except CreditsError as error:
            form.add_error(None, str(error))
    context = {
        **_decision_context(dispute, now),
        "form": form if may_decide(dispute, user, now=now) else None,
        "is_own": dispute.opened_by_id == user.pk,
        "is_overdue": dispute.is_overdue_at(now),
    }
    return render(request, "credits/disputes/decide.html", context, status=status)


def _decide(request: HttpRequest, dispute: Dispute, form: VerdictForm, user: User) -> HttpResponse:
    is_appeal = dispute.state == Dispute.State.APPEALED
    decided = (decide_appeal if is_appeal else decide_dispute)(
        dispute,
        accept=form.accepts,
        reason=form.cleaned_data["reason"],
        decided_by=user,
        now=timezone.now(),
    )
    if decided.state == Dispute.State.REJECTED:
        messages.success(request, _("Rejected. The person reads your reason."))
    elif decided.after is None:
        messages.success(request, _("Accepted. It is scored anew within a minute."))
    else:
        messages.success(request, _("Accepted, and scored anew: see both versions below."))
    return redirect("dispute-decision", decided.pk)


def _decision_context(dispute: Dispute, now: datetime) -> dict[str, Any]:
    contribution = dispute.participation.contribution
    foreseen = score_if_accepted(dispute, now=now) if dispute.is_pending else None
    return {
        "dispute": dispute,
        "wanted": wanted_in_words(dispute),
        "versions": versions_of(dispute, foreseen),
        "facts": facts_of_work(contribution),
        "shares": shares_of(contribution),
    }


def _judge(request: HttpRequest) -> User:
    """A maintainer or somebody of the staff; to everybody else these pages do not exist."""
    user = cast(User, request.user)
    if user.is_staff or Project.objects.maintained_by(user).exists():
        return user
    raise Http404
