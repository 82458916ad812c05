"""Who may decide about a rule set, and whether enough of them agree."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from credits.models import Project, RuleSet
from credits.services.errors import CreditsError

APPROVALS_NEEDED = 2
"""Maintainers who must agree, where a project has as many."""


class AlreadyPublishedError(CreditsError):
    """The rule set was published before; make a new version instead."""


class NotAllowedError(CreditsError):
    """A project's rules are its maintainers' affair, the default ones the operator's."""


class ApprovalMissingError(CreditsError):
    """Another maintainer must approve this very text first."""


def approvals_missing(rule_set: RuleSet) -> int:
    """How many maintainers must still approve ``rule_set`` as it is now."""
    if rule_set.project is None or not needs_two(rule_set.project):
        return 0
    maintainers = rule_set.project.maintainers.values("pk")
    given = rule_set.approvals.filter(digest=rule_set.digest, user__in=maintainers).count()
    return max(0, APPROVALS_NEEDED - given)


def needs_two(project: Project) -> bool:
    """Whether two maintainers must agree before rules of ``project`` count."""
    return project.maintainers.count() >= APPROVALS_NEEDED


def refuse_unapproved(rule_set: RuleSet) -> None:
    """Raise ApprovalMissingError unless enough maintainers agree to exactly this text."""
    missing = approvals_missing(rule_set)
    if missing:
        raise ApprovalMissingError(
            ngettext(
                "%(count)d more maintainer must approve exactly this text first.",
                "%(count)d more maintainers must approve exactly this text first.",
                missing,
            )
            % {"count": missing}
        )


def refuse_published(rule_set: RuleSet) -> None:
    if rule_set.state not in {RuleSet.State.DRAFT, RuleSet.State.SHADOW}:
        raise AlreadyPublishedError(
            _("The rule set was published before; make a new version instead.")
        )


def refuse_stranger(rule_set: RuleSet, by: User | None) -> None:
    if by is None:
        return
    if rule_set.project is None:
        if not by.is_staff:
            raise NotAllowedError(_("The default rule set is the operator's affair."))
    elif not rule_set.project.maintainers.contains(by):
        raise NotAllowedError(_("Only maintainers of the project decide about its rules."))
