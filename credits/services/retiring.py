"""Take a version of a rule set back, so that what came before it counts again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from credits.models import Project, RuleSet
from credits.services.errors import CreditsError
from credits.services.rule_checks import ApprovalMissingError, needs_two, refuse_stranger
from credits.services.rules import NotADraftError, locked_rule_set, log_rule_set


class LastRuleSetError(CreditsError):
    """Nothing would be in force any more; publish another default rule set first."""


@transaction.atomic
def retire_rule_set(rule_set: RuleSet, *, by: User | None = None, now: datetime) -> RuleSet:
    """Take a version back: what came before it counts again, or else the default.

    Scores and certificates that name it keep it. Projects that it counted for are scored anew.
    Where maintainers publish by two, one alone takes back only what does not count yet.

    Raises:
        NotAllowedError
        NotADraftError: it was never published.
        ApprovalMissingError: it counts, and the project has two maintainers.
        LastRuleSetError: no default would be left.
    """
    locked = locked_rule_set(rule_set)
    refuse_stranger(locked, by)
    if locked.state == RuleSet.State.RETIRED:
        return locked
    if locked.state == RuleSet.State.DRAFT:
        raise NotADraftError(_("A draft is not in force. Throw it away instead."))
    if locked.active_from is not None and locked.active_from <= now:
        _refuse_to_take_back(locked, by, now)
    locked.state, locked.retired_at = RuleSet.State.RETIRED, now
    locked.save(update_fields=["state", "retired_at"])
    log_rule_set(locked, now, retired_at=now.isoformat())
    Project.objects.filter(**({"pk": locked.project_id} if locked.project_id else {})).update(
        scored_at=None
    )
    return locked


def _refuse_to_take_back(rule_set: RuleSet, by: User | None, now: datetime) -> None:
    """What counts is not taken back by one of two, and not if nothing would be left."""
    if rule_set.project is not None:
        if by is not None and needs_two(rule_set.project):
            raise ApprovalMissingError(
                _("What is in force is replaced by two maintainers: publish a new version.")
            )
        return
    others = RuleSet.objects.default().in_force(now).exclude(pk=rule_set.pk)
    if not others.exists():
        raise LastRuleSetError(
            _("Nothing would be in force any more. Publish another default rule set first.")
        )
