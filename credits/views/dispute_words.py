"""Disputes as pages show them: what is wanted, both versions of the score, counts for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from credits.core.traces import trace
from credits.models import Dispute, Project, RuleSet, Score
from credits.services.grounds import score_in_force
from credits.services.outcomes import snapshot
from credits.views.dispute_forms import KINDS_OF_WORK
from harvesters.models import Contribution, Participation

StateName = str | Promise


@dataclass(frozen=True, slots=True)
class Version:
    """A score at one time, with its reasons in sentences."""

    title: str
    points: int
    category: str
    state: str
    lines: Sequence[dict[str, Any]]
    rule_set: RuleSet | None

    @property
    def state_name(self) -> StateName:
        names = dict(Score.State.choices)
        return names.get(self.state, _("not looked at"))


def versions_of(dispute: Dispute, foreseen: dict[str, Any] | None = None) -> list[Version]:
    """The score that was disputed, and the outcome; until then what holds now, if it differs.

    With what is ``foreseen``, what would come if the dispute were accepted.
    """
    shown = [(_("When it was disputed"), dispute.before)]
    if dispute.after is not None:
        shown.append((_("After the decision"), dispute.after))
    else:
        now = snapshot(score_in_force(dispute.participation))
        if now != dispute.before:
            shown.append((_("Now"), now))
        if foreseen is not None:
            shown.append((_("If it is accepted"), foreseen))
    keys = {one["rule_set"] for _title, one in shown if one["rule_set"] is not None}
    rule_sets = RuleSet.objects.in_bulk(keys)
    return [_version(title, one, rule_sets.get(one["rule_set"])) for title, one in shown]


def _version(title: str, kept: dict[str, Any], rule_set: RuleSet | None) -> Version:
    return Version(
        title=title,
        points=kept["points"],
        category=kept["category"],
        state=kept["state"],
        lines=trace(kept["reasons"], rule_set.compiled) if rule_set else [],
        rule_set=rule_set,
    )


def wanted_in_words(dispute: Dispute) -> str:
    """What the person says would be right."""
    wanted, participation = dispute.wanted, dispute.participation
    match dispute.subject:
        case Dispute.Subject.CATEGORY:
            kind = KINDS_OF_WORK.get(wanted["category"], wanted["category"])
            return _("Count it as: %(kind)s") % {"kind": kind}
        case Dispute.Subject.SHARE:
            return _("Shares: %(shares)s") % {"shares": _shares_in_words(wanted["weights"])}
        case Dispute.Subject.BOT:
            login = participation.actor.login
            return _("%(login)s is a person: count all that was done by the account") % {
                "login": login
            }
        case _other:
            return _("Let it count")


def _shares_in_words(weights: dict[str, int]) -> str:
    parts = Participation.objects.filter(pk__in=list(weights)).select_related("actor")
    return ", ".join(f"{part.actor.login} {weights[str(part.pk)]}" for part in parts.order_by("pk"))


@dataclass(frozen=True, slots=True)
class Share:
    """Who took part, in which role and with what weight, and what that earns now."""

    participation: Participation
    score: Score | None


def shares_of(contribution: Contribution) -> list[Share]:
    """Everybody who took part, as the forge tells it."""
    parts = contribution.participations.select_related("actor").order_by("pk")
    scores = Score.objects.in_force().filter(participation__contribution=contribution)
    found = {score.participation_id: score for score in scores}
    return [Share(part, found.get(part.pk)) for part in parts]


def facts_of_work(contribution: Contribution) -> list[tuple[str, str]]:
    """What the forge said that can be shown in a line each, as it is named in the facts."""
    facts = contribution.facts if isinstance(contribution.facts, dict) else {}
    shown = [("state", contribution.state)]
    sizes = facts.get("sizes")
    if isinstance(sizes, dict):
        shown += [
            (f"sizes.{kind}", _lines_in_words(lines)) for kind, lines in sorted(sizes.items())
        ]
    simple = (str, int, bool)
    for name, value in sorted(facts.items()):
        if isinstance(value, simple) and value not in ("", None):
            shown.append((name, str(value)))
        elif isinstance(value, list) and value and all(isinstance(one, simple) for one in value):
            shown.append((name, ", ".join(map(str, value[:10]))))
    return shown


def _lines_in_words(lines: Any) -> str:
    match lines:
        case [added, deleted]:
            return f"+{added} −{deleted}"
        case _other:
            return str(lines)


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """How disputes ended in a project; it names nobody."""

    opened: int
    decided: int
    accepted: int

    @property
    def accepted_percent(self) -> int:
        """Of those decided, rounded."""
        return round(100 * self.accepted / self.decided) if self.decided else 0


def public_counts(project: Project) -> PublicCounts:
    """Disputes of ``project`` that were not withdrawn."""
    ended = Q(state__in=(Dispute.State.ACCEPTED, Dispute.State.REJECTED))
    found = project.disputes.exclude(state=Dispute.State.WITHDRAWN).aggregate(
        opened=Count("pk"),
        decided=Count("pk", filter=ended),
        accepted=Count("pk", filter=Q(state=Dispute.State.ACCEPTED)),
    )
    return PublicCounts(**found)
