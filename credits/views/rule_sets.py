"""Pages on which maintainers look after their project's rules: versions, states, preview, text."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSetError
from credits.models import Project, RuleSet
from credits.services.drafting import (
    draft_from_rules_in_force,
    former_version,
    refuse_other_slug,
)
from credits.services.errors import CreditsError
from credits.services.preview import case_outcomes, preview_rule_set
from credits.services.retiring import retire_rule_set
from credits.services.rule_checks import approvals_missing, needs_two
from credits.services.rules import (
    approve_rule_set,
    discard_draft,
    publish_rule_set,
    rewrite_draft,
    rule_set_in_force,
    start_shadow,
)
from credits.services.standing import standing_of
from credits.views.maintainer import own_project, rule_set_or_none
from credits.views.rule_forms import PublishForm, RuleTextForm
from credits.views.rule_words import changes_between, versions_in_words

UNPROCESSABLE = 422


@login_required
@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """All versions of a project's rules, and what the files in its repositories say."""
    project, now = own_project(request, slug), timezone.now()
    own = project.rule_sets.select_related("author").order_by("-pk")
    context = {
        "project": project,
        "in_force": rule_set_or_none(project, now),
        "versions": versions_in_words(list(own), now=now),
        "files": project.repository_rules.select_related("repository", "rule_set"),
        "needs_two": needs_two(project),
    }
    return render(request, "credits/maintainer/rules.html", context)


@login_required
@require_POST
def new_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft that says what is in force now."""
    project = own_project(request, slug)
    try:
        draft = draft_from_rules_in_force(
            project, author=cast(User, request.user), now=timezone.now()
        )
    except CreditsError as error:
        messages.error(request, str(error))
        return redirect("maintained-rules", project.slug)
    return redirect("maintained-rule-form", project.slug, draft.pk)


@login_required
@require_safe
def version(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One version: how it stands, what it changes, who approved, and what can be done with it."""
    project, rule_set = own_rule_set(request, slug, pk)
    now = timezone.now()
    in_force = rule_set_or_none(project, now)
    is_open = rule_set.state in {RuleSet.State.DRAFT, RuleSet.State.SHADOW}
    compared = in_force if is_open else former_version(rule_set)
    approvals = rule_set.approvals.filter(digest=rule_set.digest).select_related("user")
    context = {
        "project": project,
        "rule_set": rule_set,
        "standing": standing_of(rule_set, now=now),
        "compared": compared,
        "changes": changes_between(compared, rule_set),
        "cases": case_outcomes(rule_set.compiled),
        "approvals": approvals,
        "approved_by_me": any(approval.user == request.user for approval in approvals),
        "missing": approvals_missing(rule_set) if is_open else 0,
        "needs_two": needs_two(project),
        "is_open": is_open,
        "form": PublishForm(),
    }
    return render(request, "credits/maintainer/rule_set.html", context)


@login_required
@require_safe
def preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a version would change on the project's real history."""
    project, rule_set = own_rule_set(request, slug, pk)
    context = {
        "project": project,
        "rule_set": rule_set,
        **previewed(rule_set.source, project, timezone.now()),
    }
    return render(request, "credits/maintainer/rule_preview.html", context)


@login_required
def text(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A draft as text. Nothing that was typed is lost, whatever is wrong with it."""
    project, rule_set = own_rule_set(request, slug, pk)
    if rule_set.state != RuleSet.State.DRAFT:
        return redirect("maintained-rule-set", project.slug, rule_set.pk)
    typed = RuleTextForm(
        request.POST or None, initial={"source": rule_set.source, "seen": rule_set.digest}
    )
    context: dict[str, Any] = {"project": project, "rule_set": rule_set, "form": typed}
    if request.method == "POST":
        source = typed.data.get("source", "")
        saved, told = saved_or_told(request, project, rule_set, source, RuleSet.Origin.TEXT)
        if saved is not None:
            return redirect("maintained-rule-set", project.slug, saved.pk)
        context |= told
    status = UNPROCESSABLE if context.get("problems") or context.get("error") else 200
    return render(request, "credits/maintainer/rule_text.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, slug: str, pk: int, name: str) -> HttpResponse:
    """Run beside, approve, publish, take back or throw away."""
    project, rule_set = own_rule_set(request, slug, pk)
    if name not in _ACTS:
        raise Http404
    try:
        said = _ACTS[name](request, rule_set)
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    if name == "discard":
        return redirect("maintained-rules", project.slug)
    return redirect("maintained-rule-set", project.slug, rule_set.pk)


def saved_or_told(
    request: HttpRequest, project: Project, rule_set: RuleSet, source: str, origin: str
) -> tuple[RuleSet | None, Mapping[str, Any]]:
    """Save ``source``, or tell what is wrong with it, or, if that was asked, what it changes."""
    now = timezone.now()
    # Browsers end lines with two characters.
    source = source.replace("\r\n", "\n")
    try:
        refuse_other_slug(source, project)
        if request.POST.get("act") == "preview":
            return None, previewed(source, project, now)
        saved = rewrite_draft(
            rule_set,
            source,
            author=cast(User, request.user),
            origin=origin,
            seen_digest=request.POST.get("seen", ""),
            now=now,
        )
    except RuleSetError as error:
        return None, {"problems": error.problems}
    except CreditsError as error:
        return None, {"error": str(error)}
    messages.success(request, _("The draft is saved. Nothing counts by it yet."))
    return saved, {}


def previewed(source: str, project: Project, now: datetime) -> dict[str, Any]:
    """The preview of ``source``, or why there is none."""
    try:
        found = preview_rule_set(parse_rule_set(source), project, now=now)
    except CreditsError as error:
        return {"preview_error": str(error)}
    changes = [change.change for change in found.categories.values()]
    return {
        "preview": found,
        "largest": max((abs(change) for change in changes), default=0),
        "largest_person": max((abs(one.change) for one in found.changes), default=0),
        "has_sources": project.repositories.exists(),
        "in_force": rule_set_in_force(project, now=now),
    }


def own_rule_set(request: HttpRequest, slug: str, pk: int) -> tuple[Project, RuleSet]:
    """A project that the person looks after, and a rule set of it."""
    project = own_project(request, slug)
    return project, get_object_or_404(project.rule_sets.select_related("project"), pk=pk)


def _shadow(request: HttpRequest, rule_set: RuleSet) -> str:
    start_shadow(rule_set, by=cast(User, request.user), now=timezone.now())
    return _("It runs beside the rules in force and does not count.")


def _approve(request: HttpRequest, rule_set: RuleSet) -> str:
    approve_rule_set(rule_set, by=cast(User, request.user), now=timezone.now())
    return _("You approve exactly this text. If it changes, approve it again.")


def _publish(request: HttpRequest, rule_set: RuleSet) -> str:
    form, now = PublishForm(request.POST), timezone.now()
    if not form.is_valid():
        raise CreditsError(_("This is no day. Write it as 2026-03-01, or leave it empty for now."))
    publish_rule_set(rule_set, active_from=form.moment(now), by=cast(User, request.user), now=now)
    return _("It is published. Old scores and certificates keep the rules they were made by.")


def _retire(request: HttpRequest, rule_set: RuleSet) -> str:
    retire_rule_set(rule_set, by=cast(User, request.user), now=timezone.now())
    return _("It is taken back.")


def _discard(request: HttpRequest, rule_set: RuleSet) -> str:
    discard_draft(rule_set)
    return _("The draft is thrown away.")


_ACTS: Mapping[str, Callable[[HttpRequest, RuleSet], str]] = {
    "shadow": _shadow,
    "approve": _approve,
    "publish": _publish,
    "retire": _retire,
    "discard": _discard,
}
