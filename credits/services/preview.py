"""What a rule set would do to a project's real history, before anybody publishes it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from credits.core.facts import Participant, ScoredInput
from credits.core.rules import RuleSet as CompiledRuleSet
from credits.core.scoring import EARNING_ROLES, score_contributions
from credits.models import Project
from credits.services.duplicates import duplicates_of
from credits.services.rules import compiled, rule_set_in_force
from harvesters.models import Contribution

CHUNK = 2_000


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
    in_force = compiled(rule_set_in_force(project, now=now))
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    count = 0
    for items, logins in _chunks(project):
        count += len(items)
        for rule_set, totals in ((in_force, before), (rules, after)):
            for result in score_contributions(items, rule_set, now=now):
                totals[logins[result.participation]] += result.points
    changes = [
        ActorChange(login, before[login], after[login]) for login in before.keys() | after.keys()
    ]
    changed = sorted(
        (item for item in changes if item.change), key=lambda item: (-abs(item.change), item.login)
    )
    return Preview(count, before.total(), after.total(), tuple(changed))


def _chunks(project: Project) -> Iterator[tuple[list[ScoredInput], dict[int, str]]]:
    """The project's contributions a chunk at a time, with the login of each participation."""
    rows = Contribution.objects.filter(repository__projects=project).order_by("pk")
    rows = rows.select_related("repository").prefetch_related("participations__actor")
    elsewhere = duplicates_of(project)
    items: list[ScoredInput] = []
    logins: dict[int, str] = {}
    for row in rows.iterator(chunk_size=CHUNK):
        if row.pk in elsewhere:
            continue
        items.append(_as_input(row))
        logins |= {part.pk: part.actor.login for part in row.participations.all()}
        if len(items) == CHUNK:
            yield items, logins
            items, logins = [], {}
    yield items, logins


def _as_input(row: Contribution) -> ScoredInput:
    earning = EARNING_ROLES.get(row.kind, frozenset())
    return ScoredInput(
        contribution=row.pk,
        kind=row.kind,
        state=row.state,
        title=row.title,
        occurred_at=row.occurred_at,
        facts=row.facts,
        repository_kind=row.repository.kind,
        participants=tuple(
            Participant(part.pk, part.role, part.weight, part.actor.is_bot)
            for part in row.participations.all()
            if part.role in earning
        ),
    )
