"""Rule sets in words: how a version stands, what differs, who approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from credits.core.rule_diff import EntryChange, diff_rule_sets
from credits.core.rule_writer import read_structure
from credits.models import RuleSet
from credits.services.standing import Standing, standings_of

UNCOMPARED = frozenset({"slug", "version"})
"""What always differs between two versions."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version and how it stands."""

    rule_set: RuleSet
    standing: Standing


def versions_in_words(rule_sets: Sequence[RuleSet], *, now: datetime) -> list[Version]:
    """Each of ``rule_sets`` with its standing, in the order given."""
    standings = standings_of(rule_sets, now=now)
    return [Version(rule_set, standings[rule_set.pk]) for rule_set in rule_sets]


def changes_between(before: RuleSet | None, after: RuleSet) -> tuple[EntryChange, ...]:
    """What differs; nothing, if there is nothing to compare with."""
    if before is None or before.pk == after.pk:
        return ()
    found = diff_rule_sets(read_structure(before.source), read_structure(after.source))
    return tuple(change for change in found if change.table or change.name not in UNCOMPARED)
