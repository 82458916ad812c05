"""What harvests say of themselves to people, on pages and in the terminal."""

from datetime import timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

LISTS = {
    "advisories": gettext_lazy("security advisories"),
    "changes": gettext_lazy("pull requests"),
    "discussions": gettext_lazy("discussions"),
    "issues": gettext_lazy("issues"),
    "merge_requests": gettext_lazy("merge requests"),
    "pulls": gettext_lazy("pull requests"),
    "releases": gettext_lazy("releases"),
}
"""The lists of forges, by the names of the streams in which they are read."""

LONG_HOURS = 36
"""From so many hours on, a time is told in days."""


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


def about(duration: timedelta) -> str:
    """``duration`` as people tell it beforehand: no estimate is worth more."""
    minutes = round(duration / timedelta(minutes=1))
    hours = round(duration / timedelta(hours=1))
    days = round(duration / timedelta(days=1))
    if duration < timedelta(minutes=1):
        return _("less than a minute")
    if duration < timedelta(minutes=90):
        return ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {
            "count": minutes
        }
    if hours < LONG_HOURS:
        return ngettext("about %(count)s hour", "about %(count)s hours", hours) % {"count": hours}
    return ngettext("about %(count)s day", "about %(count)s days", days) % {"count": days}


def left(duration: timedelta) -> str:
    """How long a harvest will still take."""
    return _("%(time)s left") % {"time": about(duration)}


def list_name(name: str) -> str:
    """What people call a list of a forge."""
    return str(LISTS.get(name, name.replace("_", " ")))
