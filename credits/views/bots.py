"""The page on which maintainers see which accounts are taken for bots, and mend mistakes."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from credits.models import BotVerdict, Project, Score
from credits.services.errors import CreditsError
from credits.services.rulings import Author
from credits.services.withdrawals import correct_bot_verdict
from harvesters.models import Actor

MOST = 200


@dataclass(frozen=True, slots=True)
class Account:
    """An account that its forge calls a bot, or on which people decided."""

    actor: Actor
    contributions: int
    verdict: BotVerdict | None

    @property
    def is_bot(self) -> bool:
        return self.actor.is_bot if self.verdict is None else self.verdict.is_bot


class CorrectionForm(forms.Form):
    """What the account is after all, and why."""

    is_bot = forms.TypedChoiceField(
        choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes"
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)


@login_required
def maintained_bots(request: HttpRequest, slug: str) -> HttpResponse:
    """Accounts of the project that are taken for bots, by whom and why."""
    project = _own_project(request, slug)
    found = _accounts(project)
    context = {"project": project, "accounts": found[:MOST], "has_more": len(found) > MOST}
    return render(request, "credits/maintainer/bots.html", context)


@login_required
def maintained_bot(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say what one account is."""
    project = _own_project(request, slug)
    actor = get_object_or_404(_actors(project), pk=pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        author = Author(cast(User, request.user), form.cleaned_data["reason"].strip())
        is_bot = form.cleaned_data["is_bot"]
        try:
            correct_bot_verdict(
                actor, project=project, is_bot=is_bot, author=author, now=timezone.now()
            )
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Decided. All that the account did is scored anew."))
            return redirect("maintained-bots", project.slug)
    verdict = BotVerdict.objects.standing().filter(actor=actor).first()
    context = {"project": project, "form": form, "account": Account(actor, 0, verdict)}
    return render(request, "credits/maintainer/bot.html", context)


def _actors(project: Project) -> QuerySet[Actor]:
    """Accounts with work in ``project`` that are taken for bots, or were judged."""
    work = Score.objects.filter(project=project, rule_set=project.scored_by_id)
    decided = BotVerdict.objects.standing().values("actor")
    taken = Actor.objects.filter(Q(is_bot=True) | Q(pk__in=decided))
    return taken.filter(pk__in=work.values("participation__actor")).order_by("login", "pk")


def _accounts(project: Project) -> list[Account]:
    actors = list(_actors(project)[: MOST + 1])
    verdicts = BotVerdict.objects.standing().filter(actor__in=actors)
    decided = {verdict.actor_id: verdict for verdict in verdicts.select_related("decided_by")}
    work = Score.objects.filter(
        project=project, rule_set=project.scored_by_id, participation__actor__in=actors
    )
    rows = work.values("participation__actor").annotate(count=Count("pk"))
    counts = {row["participation__actor"]: row["count"] for row in rows.order_by()}
    return [Account(one, counts.get(one.pk, 0), decided.get(one.pk)) for one in actors]


def _own_project(request: HttpRequest, slug: str) -> Project:
    own = Project.objects.maintained_by(cast(User, request.user))
    return get_object_or_404(own, slug=slug)
