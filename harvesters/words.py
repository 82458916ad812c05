"""What harvests say of themselves to people, on pages and in the terminal."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def grouped(number: int) -> str:
    """``number`` with its thousands apart, as the reader's language has it."""
    return str(number_format(number, force_grouping=True))


def spent(requests: int, points: int) -> str:
    """What a harvest took; points only where the forge counts them apart from requests."""
    asked = ngettext("%(count)s request", "%(count)s requests", requests) % {
        "count": grouped(requests)
    }
    if points == requests:
        return asked
    took = ngettext("%(count)s point", "%(count)s points", points) % {"count": grouped(points)}
    return _("%(requests)s, %(points)s of the forge's limit") % {"requests": asked, "points": took}
