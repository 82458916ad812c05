"""Rule sets: draft, run beside, approve, publish, retire; and find the one in force.

Writing is here; since when a version counts, and until when, `credits.services.standing` derives.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from credits.core.canonical import canonical_json
from credits.core.rule_reader import parse_rule_set
from credits.models import LogEntry, Project, RuleSet, RuleSetApproval
from credits.services.errors import CreditsError
from credits.services.log import append_entry
from credits.services.rule_checks import (
    refuse_published,
    refuse_stranger,
    refuse_unapproved,
)

LATE = timedelta(minutes=1)
"""A form takes a while to be sent; a date is not in the past for that."""


class NoRuleSetError(CreditsError):
    """No rule set is in force; publish the default one first."""


class VersionTakenError(CreditsError):
    """A version that was published never changes; give the new text a new version."""


class NotADraftError(CreditsError):
    """Only a draft can be written anew, run beside or thrown away."""


class DraftChangedError(CreditsError):
    """Somebody else saved this draft meanwhile."""


class DateInThePastError(CreditsError):
    """Rules that replace others come into force now or later, never in the past."""


@transaction.atomic
def create_draft(
    source: str,
    *,
    project: Project | None = None,
    author: User | None = None,
    origin: str = RuleSet.Origin.OPERATOR,
    now: datetime | None = None,
) -> RuleSet:
    """Keep a rule set as a draft; a draft of the same version is replaced.

    Raises:
        RuleSetError: with every problem, its line and column.
        VersionTakenError: this version is published already with another text, or the name
            belongs to another project.
    """
    rules = parse_rule_set(source)
    _refuse_foreign_slug(rules.slug, project)
    same = RuleSet.objects.select_for_update().filter(slug=rules.slug, version=rules.version)
    stored = same.first() or RuleSet(slug=rules.slug, version=rules.version, project=project)
    if stored.state != RuleSet.State.DRAFT:
        if stored.digest == rules.digest:
            return stored
        raise _taken()
    return _written(stored, source, rules.digest, author, origin, now)


@transaction.atomic
def rewrite_draft(
    draft: RuleSet,
    source: str,
    *,
    author: User | None,
    origin: str,
    seen_digest: str = "",
    now: datetime | None = None,
) -> RuleSet:
    """Give ``draft`` another text, which may name another version.

    ``seen_digest`` is that of the text which the author began with: what somebody else saved
    meanwhile is not lost.

    Raises:
        RuleSetError
        NotADraftError
        DraftChangedError
        VersionTakenError: another rule set bears this version already.
    """
    rules = parse_rule_set(source)
    locked = _locked_draft(draft)
    if seen_digest and seen_digest not in {locked.digest, rules.digest}:
        raise DraftChangedError(
            _("Somebody else saved this draft meanwhile. Compare the two texts, then save again.")
        )
    _refuse_foreign_slug(rules.slug, locked.project)
    others = RuleSet.objects.filter(slug=rules.slug, version=rules.version).exclude(pk=locked.pk)
    if others.exists():
        raise _taken()
    locked.slug, locked.version = rules.slug, rules.version
    return _written(locked, source, rules.digest, author, origin, now)


@transaction.atomic
def discard_draft(draft: RuleSet) -> None:
    """Throw a draft away; one that is gone already is gone.

    Raises:
        NotADraftError: it was published meanwhile.
    """
    if RuleSet.objects.filter(pk=draft.pk).exists():
        _locked_draft(draft).delete()


@transaction.atomic
def start_shadow(rule_set: RuleSet, *, by: User | None = None, now: datetime) -> RuleSet:
    """Let a draft be scored beside what counts; from now on its text is final.

    Raises:
        NotAllowedError
        NotADraftError
    """
    locked = locked_rule_set(rule_set)
    refuse_stranger(locked, by)
    if locked.state == RuleSet.State.SHADOW:
        return locked
    if locked.state != RuleSet.State.DRAFT:
        raise NotADraftError(_("Only a draft can be run beside the rules in force."))
    locked.state, locked.shadow_from = RuleSet.State.SHADOW, now
    locked.save(update_fields=["state", "shadow_from"])
    log_rule_set(locked, now, shadow_from=now.isoformat())
    return locked


@transaction.atomic
def approve_rule_set(rule_set: RuleSet, *, by: User, now: datetime) -> RuleSetApproval:
    """``by`` agrees to the rule set as it is now; once is enough.

    Raises:
        NotAllowedError: ``by`` does not maintain the project.
        AlreadyPublishedError
    """
    locked = locked_rule_set(rule_set)
    refuse_stranger(locked, by)
    refuse_published(locked)
    approval, _created = RuleSetApproval.objects.get_or_create(
        rule_set=locked, user=by, digest=locked.digest, defaults={"approved_at": now}
    )
    return approval


@transaction.atomic
def publish_rule_set(
    rule_set: RuleSet, *, active_from: datetime, by: User | None = None, now: datetime
) -> RuleSet:
    """Put a draft or a shadow into force from ``active_from`` on; the log says so.

    Who publishes approves. Without ``by`` it is the operator who acts. Older versions are not
    touched: what counts is the newest whose day has come.

    Raises:
        AlreadyPublishedError
        NotAllowedError
        ApprovalMissingError: the project has two maintainers, and one has not agreed to this text.
        DateInThePastError
    """
    locked = locked_rule_set(rule_set)
    refuse_published(locked)
    refuse_stranger(locked, by)
    _refuse_past(locked, active_from, now)
    if by is not None:
        approve_rule_set(locked, by=by, now=now)
    refuse_unapproved(locked)
    locked.state = RuleSet.State.ACTIVE
    locked.active_from, locked.published_at = active_from, now
    locked.save(update_fields=["state", "active_from", "published_at"])
    log_rule_set(locked, now, active_from=active_from.isoformat())
    return locked


def own_slugs(project: Project) -> set[str]:
    """The names that a rule set of ``project`` may bear: the project's, and those it has."""
    return {project.slug, *project.rule_sets.values_list("slug", flat=True)}


def rule_set_in_force(project: Project | None, *, now: datetime) -> RuleSet:
    """The rule set of ``project`` at ``now``: its own, else the default.

    Raises:
        NoRuleSetError
    """
    in_force = RuleSet.objects.in_force(now)
    own = in_force.filter(project=project).first() if project is not None else None
    found = own or in_force.default().first()
    if found is None:
        raise NoRuleSetError(_("No rule set is in force; publish the default one first."))
    return found


def _written(
    draft: RuleSet,
    source: str,
    digest: str,
    author: User | None,
    origin: str,
    now: datetime | None,
) -> RuleSet:
    draft.source, draft.digest, draft.author, draft.origin = source, digest, author, origin
    draft.written_at = now or timezone.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        # Somebody else saved the same version at the same moment.
        raise _taken() from error
    return draft


def locked_rule_set(rule_set: RuleSet) -> RuleSet:
    """``rule_set`` as it is now, and nobody else changes it until the transaction ends."""
    found: RuleSet = RuleSet.objects.select_for_update(of=["self"]).get(pk=rule_set.pk)
    return found


def _locked_draft(draft: RuleSet) -> RuleSet:
    locked = locked_rule_set(draft)
    if locked.state != RuleSet.State.DRAFT:
        raise NotADraftError(
            _("This version is published and never changes. Make a new version of it.")
        )
    return locked


def _taken() -> VersionTakenError:
    return VersionTakenError(
        _("This version is there already with another text. Give the new text a new version.")
    )


def _refuse_foreign_slug(slug: str, project: Project | None) -> None:
    """A name belongs to the project that bears it, else to whoever used it first."""
    own = project.pk if project else None
    used = RuleSet.objects.filter(slug=slug).values_list("project", flat=True)
    named = Project.objects.filter(slug=slug).exclude(pk__in=[own] if own else [])
    if any(other != own for other in used) or named.exists():
        raise VersionTakenError(_("Another project has a rule set of this name."))


def _refuse_past(rule_set: RuleSet, active_from: datetime, now: datetime) -> None:
    """A project's rules that replace others change nothing that was counted before."""
    if rule_set.project is None or active_from >= now - LATE:
        return
    try:
        rule_set_in_force(rule_set.project, now=now)
    except NoRuleSetError:
        return
    raise DateInThePastError(
        _("Rules that replace others come into force now or later. Choose a later date.")
    )


def log_rule_set(rule_set: RuleSet, now: datetime, **since: str) -> None:
    """Tell the public log what became of a version, and from when on."""
    statement = {
        "rule_set": rule_set.slug,
        "version": rule_set.version,
        "digest": rule_set.digest,
        **since,
    }
    append_entry(LogEntry.Kind.RULE_SET, canonical_json(statement), now=now)
