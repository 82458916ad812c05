"""Pages for everybody: the start, projects, rule sets."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from credits.core.expressions import FUNCTIONS, METHODS
from credits.core.expressions.functions import signature
from credits.core.expressions.operators import STRENGTH, UNARY
from credits.core.fields import FIELDS
from credits.core.rules import describe
from credits.models import Certificate, Project, RuleSet, Score
from credits.services.drafting import former_version
from credits.services.preview import case_outcomes
from credits.services.standing import standing_of
from credits.views.coursework import coursework_of
from credits.views.dispute_words import public_counts
from credits.views.maintainer import rule_set_or_none
from credits.views.records import points_by_month, totals_of
from credits.views.rule_words import changes_between, versions_in_words
from credits.views.verification import LARGEST_UPLOAD
from harvesters.models import Contribution

TOML = "application/toml; charset=utf-8"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, in one sentence, and the box that verifies."""
    context = {
        "contributions_count": Contribution.objects.count(),
        "projects_count": Project.objects.count(),
        "certificates_count": Certificate.objects.count(),
        "limit": LARGEST_UPLOAD,
    }
    return render(request, "credits/public/home.html", context)


@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """A project's public facts; no people."""
    shown, now = get_object_or_404(Project, slug=slug), timezone.now()
    scores = Score.objects.in_force().filter(project=shown)
    context = {
        "project": shown,
        "repositories": shown.repositories.all(),
        "rule_set": rule_set_or_none(shown, now),
        "totals": totals_of(scores),
        "months": points_by_month(scores, now),
        **coursework_of(shown, now),
        "disputes": public_counts(shown),
    }
    return render(request, "credits/public/project.html", context)


@require_safe
def rule_set(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """A published rule set, in sentences and in its source."""
    shown = get_object_or_404(_published().select_related("project"), slug=slug, version=version)
    rules, now = shown.compiled, timezone.now()
    former = former_version(shown)
    others = _published().filter(slug=slug).exclude(pk=shown.pk)
    context = {
        "rule_set": shown,
        "standing": standing_of(shown, now=now),
        "rules": rules,
        "sentences": describe(rules, get_language() or "en"),
        "cases": case_outcomes(rules),
        "former": former,
        "changes": changes_between(former, shown),
        "approvals_count": shown.approvals.filter(digest=shown.digest).count(),
        "versions": versions_in_words(list(others), now=now),
    }
    return render(request, "credits/public/rule_set.html", context)


@require_safe
def rule_set_source(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """The very text whose digest the log and the certificates name."""
    shown = get_object_or_404(_published(), slug=slug, version=version)
    return HttpResponse(shown.source, content_type=TOML)


@require_safe
def rule_reference(request: HttpRequest) -> HttpResponse:
    """The fields and functions that expressions may use, as the code has them."""
    entries = {**FUNCTIONS, **METHODS}
    context = {
        "fields": FIELDS.items(),
        "functions": [(signature(name), entry) for name, entry in entries.items()],
        "operators": [*UNARY, *STRENGTH, "?:"],
    }
    return render(request, "credits/public/rule_reference.html", context)


def _published() -> QuerySet[RuleSet]:
    return RuleSet.objects.published()
