"""How long a harvest will still take, by how fast it was until now. Pure."""

from datetime import datetime, timedelta

SHORTEST = timedelta(seconds=5)
FEWEST = 10
"""Of less nobody can tell how fast it goes."""

LONGEST = timedelta(days=99)


def time_left(
    done: int, total: int | None, *, since: datetime | None, begun_at: int, now: datetime
) -> timedelta | None:
    """The time until ``total`` items are read, of which ``begun_at`` were read ``since`` then.

    None where nobody can tell: without a total, at its end, and at the very start.
    """
    if total is None or since is None:
        return None
    read, left, passed = done - begun_at, total - done, now - since
    if left <= 0 or passed < SHORTEST or read < max(FEWEST, (total - begun_at) // 100):
        return None
    if left / read >= LONGEST / passed:
        return LONGEST
    return passed * (left / read)
