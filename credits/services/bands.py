"""Bands proposed from the history of a project."""

from datetime import datetime

from credits.core.band_proposals import BandProposal, propose_bands
from credits.core.facts import LINE_KINDS, facts_of
from credits.models import Project
from credits.services.preview import months_before
from credits.services.preview_rows import read_history

MONTHS = 36
"""Three years: enough to tell sizes, and how the project works now, not how it began."""


def bands_of(project: Project, *, now: datetime) -> list[BandProposal]:
    """Bands for each kind of lines, from merged changes and from commits that count themselves."""
    history = read_history(project, start=months_before(now, MONTHS), now=now)
    facts = (facts_of(item, now=now) for item in history.items)
    merged = (one for one in facts if one.is_merged and one.size_known and not one.is_merge)
    return propose_bands(merged, LINE_KINDS)
