"""How harvests stand, as people read it."""

from django import template

from harvesters import words
from harvesters.models import HarvestCursor

register = template.Library()


@register.filter
def spent(source: HarvestCursor) -> str:
    """What the sweep of ``source`` that is on, or else its last one, took; empty if nothing."""
    if not source.spent_requests:
        return ""
    return words.spent(source.spent_requests, source.spent_points)
