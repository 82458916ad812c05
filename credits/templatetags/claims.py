"""Claims of work, as people read them."""

from django import template
from django.utils.translation import gettext

from credits.models import WorkClaim
from credits.models.work_claims import UNITS
from credits.templatetags.pages import day_in_words
from credits.templatetags.points import number

register = template.Library()
register.filter("day", day_in_words)


@register.filter
def claimed_amount(claim: WorkClaim) -> str:
    """How much, in the unit of its kind."""
    amount = {"count": number(claim.amount), "unit": UNITS[WorkClaim.Kind(claim.kind)]}
    return gettext("%(count)s %(unit)s") % amount
