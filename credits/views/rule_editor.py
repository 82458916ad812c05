"""The form in which maintainers edit a draft: the same draft as the text, without TOML."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from credits.core.rule_fields import TABLES, TOP
from credits.core.rule_form import RuleForm, form_of
from credits.core.rule_writer import read_structure, write_rule_set
from credits.models import Project, RuleSet
from credits.views.maintainer import rule_set_or_none
from credits.views.rule_forms import changed_by, posted_form
from credits.views.rule_sets import UNPROCESSABLE, own_rule_set, saved_or_told


@login_required
def form(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A draft in fields; every button sends the whole form back, so that nothing is lost."""
    project, rule_set = own_rule_set(request, slug, pk)
    if rule_set.state != RuleSet.State.DRAFT:
        return redirect("maintained-rule-set", project.slug, rule_set.pk)
    told: dict[str, Any] = {}
    seen = rule_set.digest
    if request.method == "POST":
        shown = posted_form(request.POST)
        seen = request.POST.get("seen", "")
        place = changed_by(shown, request.POST.get("act", ""))
        if place:
            told = {"place": place}
        else:
            saved, told = _saved(request, project, rule_set, shown)
            if saved is not None:
                return redirect("maintained-rule-set", project.slug, saved.pk)
    else:
        in_force = rule_set_or_none(project, timezone.now())
        others = read_structure(in_force.source) if in_force else None
        shown = form_of(read_structure(rule_set.source), others)
    context = {
        "project": project,
        "rule_set": rule_set,
        "shown": shown,
        "tables": [
            (
                table,
                specs,
                [(f"{table}-{at}", entry) for at, entry in enumerate(shown.tables[table])],
            )
            for table, specs in TABLES.items()
        ],
        "top": TOP,
        "seen": seen,
        **told,
    }
    status = UNPROCESSABLE if told.get("is_wrong") else 200
    return render(request, "credits/maintainer/rule_form.html", context, status=status)


def _saved(
    request: HttpRequest, project: Project, rule_set: RuleSet, shown: RuleForm
) -> tuple[RuleSet | None, dict[str, Any]]:
    """Save what the form says; what is wrong stands beside its field, or is told for the whole."""
    written = write_rule_set(shown.structure())
    if shown.has_errors:
        return None, {"is_wrong": True}
    saved, told = saved_or_told(request, project, rule_set, written.text, RuleSet.Origin.FORM)
    without_field = [
        problem
        for problem in told.get("problems", ())
        if not shown.add_problem(written.path_of(problem), problem)
    ]
    is_wrong = "problems" in told or "error" in told
    return saved, {**told, "problems": without_field, "is_wrong": is_wrong}
