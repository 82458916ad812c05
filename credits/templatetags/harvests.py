"""How harvests stand, as people read it."""

from datetime import datetime

from django import template

from harvesters import words
from harvesters.gap_words import reason_words, subject_words
from harvesters.models import HarvestCursor

register = template.Library()
register.filter(subject_words)
register.filter(reason_words)


@register.filter
def spent(source: HarvestCursor) -> str:
    """What the sweep of ``source`` that is on, or else its last one, took; empty if nothing."""
    if not source.spent_requests:
        return ""
    return words.spent(source.spent_requests, source.spent_points)


@register.simple_tag
def time_left(source: HarvestCursor, now: datetime) -> str:
    """How long the harvest of ``source`` will still take; empty where nobody can tell."""
    left = source.time_left(now)
    return words.left(left) if left is not None else ""
