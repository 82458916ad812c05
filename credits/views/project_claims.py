"""Claims about a project: maintainers decide on many at once, name people, and import a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from credits.models import Project, WorkClaim
from credits.services.claim_decisions import (
    ClaimDecision,
    decide_claims,
    obstacles_to,
    worth_of,
)
from credits.services.claims import nominate
from credits.services.errors import CreditsError
from credits.services.rules import NoRuleSetError
from credits.views.claim_forms import NominationForm
from credits.views.claim_words import in_words
from credits.views.decisions import (
    LEAVE,
    NO,
    YES,
    DecisionRow,
    choose,
    chosen_in,
    counts_of,
)

ROWS_A_PAGE = 50
State = WorkClaim.State


@login_required
def project_claims(request: HttpRequest, slug: str) -> HttpResponse:
    """The inbox of claims, to decide on by keys; with a preview, many at once."""
    project, person = decided_project(request, slug), cast(User, request.user)
    state = request.GET.get("state", "")
    state = state if state in State.values else State.CLAIMED
    claims = WorkClaim.objects.filter(project=project, state=state)
    page = Paginator(claims, ROWS_A_PAGE).get_page(request.GET.get("page"))
    step = request.POST.get("step", "") if request.method == "POST" else ""
    chosen = chosen_in(request.POST) if step else {}
    keys = list(dict.fromkeys([*(claim.pk for claim in page), *chosen]))
    rows = _rows(project, keys, person)
    choose(rows, chosen, all_yes=step == "all")
    if step in {"look", "all", "save"} and not _check(rows):
        changed = [row for row in rows if row.is_changed]
        if step == "save":
            return _save(request, project, changed)
        if changed:
            return _preview(request, project, changed)
        messages.info(request, _("Nothing was chosen that is not so already."))
    counts = {value: WorkClaim.objects.filter(project=project, state=value) for value in State}
    context = {
        "project": project,
        "page": page,
        "rows": rows,
        "first": next((row.key for row in rows if not row.obstacle), None),
        "state": state,
        "counts": [(value, value.label, found.count()) for value, found in counts.items()],
    }
    return render(request, "credits/maintainer/claims.html", context)


@login_required
def claim_nominate(request: HttpRequest, slug: str) -> HttpResponse:
    """Claim one piece of work for several people; shown first, then done."""
    project, now = _own_project(request, slug), timezone.now()
    form = NominationForm(request.POST or None, project=project, now=now)
    step = request.POST.get("step", "")
    context: dict[str, Any] = {"project": project, "form": form}
    if request.method == "POST" and step != "edit" and form.is_valid():
        nominees, work = form.nominees(), form.work()
        if step != "save":
            context |= {"nominees": nominees, "work": work, "again": again(request)}
            context["kind"] = WorkClaim.Kind(work.kind).label
            return render(request, "credits/maintainer/nominate_preview.html", context)
        try:
            made = nominate(project, nominees, work, by=cast(User, request.user), now=now)
        except CreditsError as error:
            form.add_error(None, in_words(error))
        else:
            said = ngettext(
                "%(count)d claim waits for your decision.",
                "%(count)d claims wait for your decision.",
                len(made),
            )
            messages.success(request, said % {"count": len(made)})
            return redirect("project-claims", project.slug)
    return render(request, "credits/maintainer/nominate.html", context)


def again(request: HttpRequest) -> list[tuple[str, str]]:
    """All that the form sent, to be sent again by a preview."""
    names = [name for name in request.POST if name not in {"csrfmiddlewaretoken", "step"}]
    return [(name, str(value)) for name in names for value in request.POST.getlist(name)]


def decided_project(request: HttpRequest, slug: str) -> Project:
    """A project that the person maintains; the staff of the site see all of them."""
    person = cast(User, request.user)
    seen = Project.objects.all() if person.is_staff else Project.objects.maintained_by(person)
    return get_object_or_404(seen, slug=slug)


def _own_project(request: HttpRequest, slug: str) -> Project:
    own = Project.objects.maintained_by(cast(User, request.user))
    return get_object_or_404(own, slug=slug)


def _rows(project: Project, keys: Sequence[int], person: User) -> list[DecisionRow]:
    found = WorkClaim.objects.filter(project=project, pk__in=keys)
    claims = list(
        found.select_related("claimant", "nominee", "mentee", "nominated_by", "decided_by")
    )
    asked = {one.pk: ClaimDecision(one.pk, confirm=True, seen=State.CLAIMED) for one in claims}
    refuse = {
        one.pk: ClaimDecision(one.pk, confirm=False, reason="-", seen=one.state) for one in claims
    }
    cannot_confirm = obstacles_to(project, claims, asked, by=person)
    cannot_decline = obstacles_to(project, claims, refuse, by=person)
    return [
        _row(claim, cannot_confirm.get(claim.pk), cannot_decline.get(claim.pk)) for claim in claims
    ]


def _row(
    claim: WorkClaim, confirm: CreditsError | None, decline: CreditsError | None
) -> DecisionRow:
    is_decided = claim.state != State.CLAIMED
    obstacle = in_words(decline) if decline else ""
    if claim.state in {State.DECLINED, State.WITHDRAWN}:
        obstacle = claim.get_state_display()
    return DecisionRow(
        claim.pk,
        {"claim": claim, "why_not": in_words(confirm) if confirm and not is_decided else ""},
        seen=claim.state,
        obstacle=obstacle,
        options={YES: confirm is None, NO: decline is None, LEAVE: True},
    )


def _check(rows: Sequence[DecisionRow]) -> bool:
    for row in rows:
        if row.is_changed and row.choice == NO and not row.reason:
            row.error = _("Say why: whoever did the work reads it.")
    return any(row.error for row in rows)


def _preview(
    request: HttpRequest, project: Project, changed: Sequence[DecisionRow]
) -> HttpResponse:
    confirmed = [row.subject["claim"] for row in changed if row.choice == YES]
    worth: int | None
    try:
        worth = worth_of(project, confirmed, now=timezone.now())
    except NoRuleSetError:
        worth = None
    context = {
        "project": project,
        "rows": changed,
        "counts": counts_of(changed),
        "worth": worth,
        "address": request.get_full_path(),
    }
    return render(request, "credits/maintainer/claims_preview.html", context)


def _save(request: HttpRequest, project: Project, changed: Sequence[DecisionRow]) -> HttpResponse:
    asked = [
        ClaimDecision(row.key, confirm=row.choice == YES, reason=row.reason, seen=row.seen)
        for row in changed
    ]
    now: datetime = timezone.now()
    decided = decide_claims(project, asked, by=cast(User, request.user), now=now)
    if decided.done:
        count = len(decided.done)
        said = ngettext("%(count)d decision is made.", "%(count)d decisions are made.", count)
        messages.success(request, said % {"count": count})
    for refusal in decided.refused:
        messages.warning(request, f"{refusal.claim.title}: {in_words(refusal.error)}")
    return redirect(request.get_full_path())
