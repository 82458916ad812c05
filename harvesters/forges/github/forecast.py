"""What a harvest of GitHub would take, by one look at how many items there are."""

from collections.abc import Iterator
from datetime import datetime

from harvesters.estimates import Estimate, ListEstimate
from harvesters.forges.github.freshness import begin
from harvesters.forges.github.nodes import Node
from harvesters.forges.github.stand import GROWTH, LARGEST_PAGE, Stand, count_of
from harvesters.forges.github.streams import STREAMS, Stream

SECONDS_A_PAGE = 2.0
"""GitHub takes about so long for a page of pull requests; other pages come sooner."""


def forecast(stand: Stand, outlook: Node, now: datetime, first_requests: int) -> Estimate:
    """What a harvest from ``stand`` on would take."""
    begun = begin(stand, outlook, now) if stand.is_at_rest else stand
    due = [stream for stream in STREAMS if stream.name in begun.due]
    lists = []
    for stream in due:
        seen = begun.seen if stream is due[0] else 0
        lists.append(_estimate(stream, begun, outlook, seen))
    return Estimate(lists, first_requests, kind="graphql")


def _estimate(stream: Stream, stand: Stand, outlook: Node, seen: int) -> ListEstimate:
    count = stream.count(outlook)
    is_sweep = stream.name in stand.reached
    if is_sweep:
        # GitHub does not count what was updated: all that is sure is what came, or else one item.
        count = max(1, count - count_of(stand.marks.get(stream.name, "")))
    items = max(0, count - seen)
    pages = list(_pages(items, stand.page))
    rest = len(pages) if stream.lists else 0
    points = sum(points_of(stream.lists, size) for size in pages)
    requests = len(pages) + rest
    is_least = is_sweep or not stream.is_counted
    return ListEstimate(stream.name, items, requests, points + rest, SECONDS_A_PAGE, is_least)


def _pages(items: int, first: int) -> Iterator[int]:
    """The sizes of the pages by which so many items are read; there is always one."""
    size = first
    yield size
    while (items := items - size) > 0:
        size = min(size + GROWTH, LARGEST_PAGE)
        yield size


def points_of(lists: int, size: int) -> int:
    """What a page costs: a point for a hundred lists, its own and those of each of its items.

    https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    return max(1, round((1 + lists * size) / 100))
