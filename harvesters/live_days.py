"""For how many days a demo was live, by the days on which somebody looked.

Who looks once a week misses nothing: between two sightings that are near each other a demo is taken
to have been live all the time. Only what was seen counts, so a demo that nobody harvests has none.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from harvesters.forge import Sighting

VOUCHED = timedelta(days=8)
"""So far back a sighting vouches: a week, and a day for a harvest that is late."""


def live_days(sightings: Iterable[Sighting]) -> int:
    """The days that count, in whatever order and however often they were seen.

    A day counts on which the demo was seen live at any time. So do the days between two of these
    that are at most `VOUCHED` apart, unless it was seen down on a day between them. They add up: a
    demo that was down for a while goes on where it was, and what counts is never taken back.
    """
    found: dict[date, bool] = {}
    for one in sightings:
        found[one.day] = found.get(one.day, False) or one.is_live
    total, before = 0, None
    for day in sorted(found):
        if not found[day]:
            before = None
            continue
        is_vouched_for = before is not None and day - before <= VOUCHED
        total += (day - before).days if before is not None and is_vouched_for else 1
        before = day
    return total
