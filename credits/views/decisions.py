"""Lists on which a maintainer decides by keys: what was chosen for each row, and what was seen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise

YES, NO, LEAVE = "yes", "no", "leave"
CHOICES = (YES, NO, LEAVE)
LONGEST_REASON = 1000


@dataclass(slots=True)
class DecisionRow:
    """One thing to decide on. ``stands`` is what stands now, ``choice`` what is chosen."""

    key: int
    subject: Any
    seen: str
    stands: str = LEAVE
    stands_because: str = ""
    choice: str = ""
    reason: str = ""
    obstacle: str | Promise = ""
    error: str | Promise = ""
    options: Mapping[str, bool] = field(
        default_factory=lambda: {YES: True, NO: True, LEAVE: True},
    )

    def __post_init__(self) -> None:
        self.choice = self.choice or self.stands
        self.reason = self.reason or self.stands_because

    @property
    def is_changed(self) -> bool:
        is_new = (self.choice, self.reason) != (self.stands, self.stands_because)
        return is_new and not self.obstacle


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form said about one row."""

    choice: str
    reason: str
    seen: str


_VERDICT = re.compile(r"verdict-([0-9]{1,18})", re.ASCII)


def chosen_in(form: QueryDict) -> dict[int, Chosen]:
    """What ``form`` says about each row that it names; what is not understood is left out."""
    found = {}
    for name in form:
        named, choice = _VERDICT.fullmatch(name), form.get(name, "")
        if named and choice in CHOICES:
            key = named[1]
            reason = form.get(f"reason-{key}", "").replace("\0", "").strip()
            seen = form.get(f"seen-{key}", "")
            found[int(key)] = Chosen(choice, reason[:LONGEST_REASON], seen)
    return found


def choose(
    rows: Iterable[DecisionRow], chosen: Mapping[int, Chosen], *, all_yes: bool = False
) -> None:
    """Put into ``rows`` what was chosen; with ``all_yes`` also yes where nothing was decided.

    That is of rows which the form showed; others came up since.
    """
    for row in rows:
        said = chosen.get(row.key)
        if said is not None and row.options.get(said.choice):
            row.choice, row.seen = said.choice, said.seen
            row.reason = said.reason if said.choice == NO else ""
        can_be_yes = row.options.get(YES) and not row.obstacle
        if all_yes and said and can_be_yes and row.stands == row.choice == LEAVE:
            row.choice = YES


def counts_of(rows: Iterable[DecisionRow]) -> dict[str, int]:
    """How many of ``rows`` change to yes, to no, and back."""
    changed = [row for row in rows if row.is_changed]
    return {choice: sum(row.choice == choice for row in changed) for choice in CHOICES}
