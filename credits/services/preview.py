"""What a rule set would do to a project's real history, before anybody publishes it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from credits.core.rules import RuleSet as CompiledRuleSet
from credits.core.scoring import score_contributions
from credits.models import Project
from credits.services.cells import all_cells, in_chunks, members_of
from credits.services.loading import load_inputs
from credits.services.rules import rule_set_in_force
from harvesters.models import Participation


@dataclass(frozen=True, slots=True)
class ActorChange:
    """An account's points (thousandths) by the rules in force and by those previewed."""

    login: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of a rule set: the largest changes first, those who see none left out.

    ``contributions`` is how many count here: work that counts elsewhere is none of them.
    """

    contributions: int
    before: int
    after: int
    changes: tuple[ActorChange, ...]


def preview_rule_set(rules: CompiledRuleSet, project: Project, *, now: datetime) -> Preview:
    """Score ``project`` by ``rules`` and by what is in force, and compare; nothing is written.

    Raises:
        NoRuleSetError: nothing is in force to compare with.
    """
    in_force = rule_set_in_force(project, now=now).compiled
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    count = 0
    for chunk in in_chunks(all_cells(project)):
        members = members_of(project, chunk)
        loaded = load_inputs(project, members.contributions)
        logins = _logins(members.participations)
        count += len({item.contribution for item in loaded.items if item.counts_with is None})
        for rule_set, totals in ((in_force, before), (rules, after)):
            for result in score_contributions(loaded.items, rule_set, now=now):
                if result.participation in logins:
                    totals[logins[result.participation]] += result.points
    changes = [
        ActorChange(login, before[login], after[login]) for login in before.keys() | after.keys()
    ]
    changed = sorted(
        (item for item in changes if item.change), key=lambda item: (-abs(item.change), item.login)
    )
    return Preview(count, before.total(), after.total(), tuple(changed))


def _logins(participations: Collection[int]) -> dict[int, str]:
    known = Participation.objects.filter(pk__in=participations)
    return dict(known.values_list("pk", "actor__login"))
