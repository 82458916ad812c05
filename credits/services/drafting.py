"""Begin a draft, and find what a version is compared with."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from credits.core.rule_reader import parse_rule_set
from credits.core.rule_versions import next_version, renamed
from credits.models import Project, RuleSet
from credits.services.errors import CreditsError
from credits.services.rules import create_draft, own_slugs, rule_set_in_force


class OtherSlugError(CreditsError):
    """A project's rule sets bear the project's own name."""


def draft_from_rules_in_force(project: Project, *, author: User, now: datetime) -> RuleSet:
    """A draft that says what is in force, under the next free version of the project's own name.

    Raises:
        NoRuleSetError: nothing is in force to begin with.
    """
    in_force = rule_set_in_force(project, now=now)
    is_own = in_force.project_id == project.pk
    slug = in_force.slug if is_own else project.slug
    taken = set(RuleSet.objects.filter(slug=slug).values_list("version", flat=True))
    version = next_version(in_force.version if is_own else "1.0", taken)
    return create_draft(
        renamed(in_force.source, slug=slug, version=version),
        project=project,
        author=author,
        origin=RuleSet.Origin.TEXT,
        now=now,
    )


def refuse_other_slug(source: str, project: Project) -> None:
    """Raise OtherSlugError unless the rule set of ``source`` bears a name of ``project``.

    Raises:
        RuleSetError: it is none.
        OtherSlugError
    """
    slug = parse_rule_set(source).slug
    if slug not in own_slugs(project):
        raise OtherSlugError(
            _('This rule set is named "%(slug)s". Rules of this project are named "%(own)s".')
            % {"slug": slug, "own": project.slug}
        )


def former_version(rule_set: RuleSet) -> RuleSet | None:
    """The version of the same name that was published before ``rule_set``."""
    versions = RuleSet.objects.published().filter(slug=rule_set.slug).exclude(pk=rule_set.pk)
    dated = versions.exclude(published_at=None).order_by("-active_from", "-pk")
    if rule_set.active_from is not None:
        dated = dated.filter(active_from__lte=rule_set.active_from)
    if rule_set.published_at is not None:
        dated = dated.filter(published_at__lte=rule_set.published_at)
    return dated.first()
