"""What can be disputed about a score, and where that cannot help, what does."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credits.core.facts import LINE_KINDS
from credits.core.rules import RuleSet
from credits.core.work_items import GROUPED_KINDS
from credits.models import Dispute, Ruling, Score
from credits.services.rulings import bots_among
from harvesters.models import Participation

DENIED, NO_RULE, NOT_NAMED = "denied", "no-rule", "no-longer-named"
LARGEST_WEIGHT = 1_000

_NO_WORK = re.compile(r"\b(is_merge|humans)\b")
"""What a guard looks at that no decision can lift: there is no work in it, or no person."""

ADVICE: dict[str, Any] = {
    "counts-elsewhere": _(
        "The same work counts with another contribution, which the reason names."
        " If something is wrong with that one, dispute that one."
    ),
    "bot": _("The account is taken for a bot: dispute that, and all its work is scored anew."),
    "no-human": _("The account is taken for a bot: dispute that, and all its work is scored anew."),
    "cannot-evaluate": _(
        "A rule cannot be computed for it. The maintainers must mend the rule set; then it is"
        " scored anew by itself."
    ),
    NO_RULE: _(
        "No rule of the rule set gives points for this. Ask the maintainers for a rule, or dispute"
        " the kind of work."
    ),
    NOT_NAMED: _(
        "The forge no longer names this account. Mend it there, for example by a co-author line;"
        " or dispute the share."
    ),
    "withdrawn": _("You took this back. You can let it count again."),
}
BEYOND_RULES = _(
    "It has no work of its own, or is no person's, so no decision lets it count: what it brought"
    " in counts where it was made. If the account is taken for a bot, dispute that."
)
A_LIMIT = _(
    "A limit of the rule set left nothing of it. Limits hold for everybody alike; ask the"
    " maintainers to change the rule set."
)
NOT_SCORED = _("No rule set has looked at this yet, so there is nothing to dispute.")
COUNTS = _("It counts already.")


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the owner of a participation may dispute, by subject.

    ``categories`` are the kinds of work that it may be instead, ``sharers`` who shares it,
    ``can_count`` whether a decision can lift what keeps it from counting; if not, ``advice`` says
    what to do instead.
    """

    score: Score | None
    categories: tuple[str, ...] = ()
    sharers: tuple[Participation, ...] = ()
    can_count: bool = False
    is_bot: bool = False
    advice: str | Promise = ""

    @property
    def subjects(self) -> list[Dispute.Subject]:
        """The subjects of which a dispute makes sense."""
        offered = {
            Dispute.Subject.CATEGORY: bool(self.categories),
            Dispute.Subject.SHARE: len(self.sharers) > 1,
            Dispute.Subject.STATE: self.can_count,
            Dispute.Subject.BOT: self.is_bot,
        }
        return [subject for subject, makes_sense in offered.items() if makes_sense]


def grounds_of(participation: Participation) -> Grounds:
    """What can be disputed about the score of ``participation`` that is in force."""
    score = score_in_force(participation)
    if score is None:
        return Grounds(None, advice=NOT_SCORED)
    rules, stopped_by = score.rule_set.compiled, decisive_rule(score)
    counts = score.state == Score.State.COUNTED
    can_count = not counts and is_liftable(stopped_by, rules)
    return Grounds(
        score,
        categories=_categories(participation, score) if counts or stopped_by == NO_RULE else (),
        sharers=_sharers(participation, score) if counts or stopped_by == NOT_NAMED else (),
        can_count=can_count,
        is_bot=bool(bots_among([participation.actor])),
        advice="" if can_count else _advice(score, rules),
    )


def score_in_force(participation: Participation) -> Score | None:
    """The score that counts for ``participation`` now."""
    found = Score.objects.in_force().select_related("rule_set", "project")
    return found.filter(participation=participation).first()


def decisive_rule(score: Score) -> str:
    """The rule that had the last word."""
    return str(score.reasons[-1]["rule"]) if score.reasons else ""


def is_liftable(rule: str, rules: RuleSet) -> bool:
    """Whether a decision can lift what ``rule`` says: a maintainer's word, and most guards."""
    guards = {guard.id: guard for guard in rules.guards}
    return rule == DENIED or (rule in guards and not _NO_WORK.search(guards[rule].when))


def _advice(score: Score, rules: RuleSet) -> str | Promise:
    rule = decisive_rule(score)
    if score.state == Score.State.COUNTED:
        return COUNTS
    if rule in ADVICE:
        found: str | Promise = ADVICE[rule]
        return found
    return BEYOND_RULES if any(guard.id == rule for guard in rules.guards) else A_LIMIT


def _categories(participation: Participation, score: Score) -> tuple[str, ...]:
    """Kinds of work with lines of their own that the rule set knows, but not the present one."""
    if participation.contribution.kind not in GROUPED_KINDS:
        return ()
    conditions = " ".join(rule.when for rule in score.rule_set.compiled.rules)
    present = {score.category, f"{score.category}s"}
    return tuple(
        kind for kind in LINE_KINDS if kind not in present and f"lines_{kind}" in conditions
    )


def _sharers(participation: Participation, score: Score) -> tuple[Participation, ...]:
    """The people who share the contribution, bots left out."""
    found = Participation.objects.filter(
        contribution=participation.contribution_id, scores__rule_set=score.rule_set_id
    )
    parts = list(found.select_related("actor").order_by("pk"))
    bots = bots_among([part.actor for part in parts])
    return tuple(part for part in parts if part.actor_id not in bots)


def weights_now(participation: Participation) -> dict[int, int]:
    """The shares that hold now, by participation: as decided, else as the forge told them."""
    rulings = Ruling.objects.standing().filter(subject=Ruling.Subject.SHARES)
    ruling = rulings.filter(contribution=participation.contribution_id).first()
    parts = Participation.objects.filter(contribution=participation.contribution_id)
    told = dict(parts.values_list("pk", "weight"))
    decided = {int(key): part for key, part in ruling.value["weights"].items()} if ruling else {}
    return {key: decided.get(key, weight) for key, weight in told.items()}
