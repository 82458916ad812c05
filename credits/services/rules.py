"""Rule sets: draft, publish, find the one in force."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credits.core.canonical import canonical_json
from credits.core.rule_reader import parse_rule_set
from credits.models import LogEntry, Project, RuleSet
from credits.services.errors import CreditsError
from credits.services.log import append_entry


class NoRuleSetError(CreditsError):
    """No rule set is in force; publish the default one first."""


class VersionTakenError(CreditsError):
    """A version that was published never changes; give the new text a new version."""


class AlreadyPublishedError(CreditsError):
    """The rule set was published before; make a new version instead."""


@transaction.atomic
def create_draft(source: str, *, project: Project | None = None) -> RuleSet:
    """Keep a rule set as a draft; a draft of the same version is replaced.

    Raises:
        RuleSetError: with every problem, its line and column.
        VersionTakenError: this version is published already with another text, or belongs to
            another project.
    """
    rules = parse_rule_set(source)
    same = RuleSet.objects.select_for_update().filter(slug=rules.slug, version=rules.version)
    stored = same.first()
    if stored is None:
        stored = RuleSet(slug=rules.slug, version=rules.version, project=project)
    elif stored.project_id != (project.pk if project else None):
        raise VersionTakenError(_("Another project has a rule set of this name and version."))
    elif stored.state != RuleSet.State.DRAFT:
        if stored.digest == rules.digest:
            return stored
        raise VersionTakenError
    stored.source, stored.digest = source, rules.digest
    stored.save()
    return stored


@transaction.atomic
def publish_rule_set(rule_set: RuleSet, *, active_from: datetime, now: datetime) -> RuleSet:
    """Put a draft into force from ``active_from`` on; the log says so.

    Raises:
        AlreadyPublishedError
    """
    locked = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    if locked.state != RuleSet.State.DRAFT:
        raise AlreadyPublishedError
    locked.state = RuleSet.State.ACTIVE
    locked.active_from, locked.published_at = active_from, now
    locked.save(update_fields=["state", "active_from", "published_at"])
    statement = {
        "rule_set": locked.slug,
        "version": locked.version,
        "digest": locked.digest,
        "active_from": active_from.isoformat(),
    }
    append_entry(LogEntry.Kind.RULE_SET, canonical_json(statement), now=now)
    return locked


def rule_set_in_force(project: Project | None, *, now: datetime) -> RuleSet:
    """The rule set of ``project`` at ``now``: its own, else the default.

    Raises:
        NoRuleSetError
    """
    in_force = RuleSet.objects.in_force(now)
    own = in_force.filter(project=project).first() if project is not None else None
    found = own or in_force.default().first()
    if found is None:
        raise NoRuleSetError
    return found
