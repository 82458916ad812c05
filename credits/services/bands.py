"""Bands proposed from the history of a project."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from credits.core.band_proposals import BandProposal, propose_bands
from credits.core.facts import LINE_KINDS, Facts, facts_of, facts_together
from credits.models import Project
from credits.services.preview import months_before
from credits.services.preview_rows import read_history

MONTHS = 36
"""Three years: enough to tell sizes, and how the project works now, not how it began."""


def bands_of(project: Project, *, now: datetime) -> list[BandProposal]:
    """Bands for each kind of lines, by the sizes of work items that were merged."""
    return propose_bands(_work(project, now), LINE_KINDS)


def _work(project: Project, now: datetime) -> Iterator[Facts]:
    """The facts of each work item, once, of what is merged and counts here."""
    seen: set[int] = set()
    for chunk in read_history(project, start=months_before(now, MONTHS)):
        parts: defaultdict[int, list[Facts]] = defaultdict(list)
        for item in chunk.items:
            key = -item.contribution - 1 if item.work_item is None else item.work_item
            facts = facts_of(item, now=now)
            is_whole = facts.is_merged and facts.size_known and not facts.is_merge
            if key not in seen and is_whole and item.counts_with is None:
                parts[key].append(facts)
        seen |= parts.keys()
        yield from map(facts_together, parts.values())
