"""What was told with a gap is read again by the next harvests, and what is newer wins."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.again import LARGEST, MOST_AGAIN, MOST_TIMES
from harvesters.forge import (
    ContributionRecord,
    ForgeBusyError,
    ForgeOverloadedError,
    Gap,
    Kind,
)
from harvesters.streams import Listing, Order, Reading, Stream
from harvesters.sweep import walk

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS = 6


def item(number, day, **told):
    return {"number": number, "updated": (BEGUN + timedelta(days=day)).isoformat(), **told}


@dataclass
class Lab:
    """A forge that tells the items in ``failing`` with a gap; ``reads`` says what was read."""

    items: list = field(default_factory=lambda: [item(n, n) for n in range(1, ITEMS + 1)])
    failing: set = field(default_factory=set)
    fault: Exception | None = None
    reads: list = field(default_factory=list)
    stored: dict = field(default_factory=dict)
    gaps: set = field(default_factory=set)
    cursor: dict = field(default_factory=dict)
    now: datetime = BEGUN + timedelta(days=30)

    def list(self, asked):
        latest = sorted(self.items, key=lambda one: one["updated"], reverse=True)
        start = (asked.number - 1) * asked.size
        return Listing(latest[start : start + asked.size], start + asked.size < len(latest))

    def read(self, one):
        self.reads.append(one["number"])
        if one["number"] in self.failing:
            if self.fault is not None:
                raise self.fault
            return Reading([], [Gap(f"changes {one['number']}", "It fails.")])
        at = datetime.fromisoformat(one["updated"])
        return Reading(
            [ContributionRecord(str(one["number"]), Kind.CHANGE, at, "open", "", "", [])]
        )

    def stream(self):
        return Stream(
            "changes",
            Order.NEWEST_UPDATE_FIRST,
            self.list,
            self.read,
            lambda one: str(one["number"]),
            lambda one: datetime.fromisoformat(one["updated"]),
            at_once=2,
        )

    def sweep(self):
        """What was read by one harvest, an hour later."""
        self.now += timedelta(hours=1)
        self.reads = []
        for page in walk([self.stream()], self.cursor, self.now):
            self.cursor = dict(page.cursor)
            self.gaps -= set(page.subjects)
            self.gaps |= {gap.subject for gap in page.gaps}
            self.stored |= {int(told.external_id): told.occurred_at for told in page.records}
        return self.reads


def test_what_failed_for_a_while_is_read_by_the_next_harvest_though_nothing_happened():
    lab = Lab(failing={1, 3})
    lab.sweep()
    assert lab.gaps == {"changes 1", "changes 3"}
    lab.failing.clear()

    assert set(lab.sweep()) == {1, 3, ITEMS}

    assert lab.gaps == set()
    assert set(lab.stored) == set(range(1, ITEMS + 1))
    assert lab.sweep() == [ITEMS], "the latest is always looked at once more"


def test_what_always_fails_is_read_again_a_few_times():
    lab = Lab(failing={1})

    read = [lab.sweep().count(1) for _ in range(MOST_TIMES + 3)]

    assert read == [1] * (1 + MOST_TIMES) + [0, 0]
    assert lab.gaps == {"changes 1"}


def test_of_an_item_that_was_updated_the_newest_word_counts():
    lab = Lab(failing={1})
    lab.sweep()
    lab.items[0] = item(1, 20)
    lab.failing.clear()

    lab.sweep()
    assert lab.stored[1] == BEGUN + timedelta(days=20)
    lab.sweep()
    assert lab.stored[1] == BEGUN + timedelta(days=20)


def test_a_forge_that_stops_us_is_asked_for_it_by_the_next_harvest():
    lab = Lab(failing={1})
    lab.sweep()
    lab.fault = ForgeBusyError("Later.")

    with pytest.raises(ForgeBusyError):
        lab.sweep()
    lab.failing.clear()

    assert 1 in lab.sweep()
    assert lab.gaps == set()


def test_an_item_that_is_too_much_for_the_forge_stops_nothing():
    lab = Lab(failing={1})
    lab.sweep()
    lab.fault = ForgeOverloadedError("Too much.")
    lab.items.append(item(7, 29))

    lab.sweep()

    assert 7 in lab.stored
    assert lab.gaps == {"changes 1"}


def test_what_the_forge_lists_no_more_is_read_by_nobody():
    lab = Lab(failing={1})
    lab.sweep()

    pages = list(walk([Stream("issues", *_rest(lab.stream()))], lab.cursor, lab.now))

    assert pages[-1].cursor["again"] == []


def _rest(stream):
    return stream.order, stream.list, lambda _: Reading(), stream.key, stream.updated_at


def test_the_last_ones_are_remembered():
    lab = Lab([item(number, 20) for number in range(50)], failing=set(range(50)))

    lab.sweep()

    assert len(lab.cursor["again"]) == MOST_AGAIN


@pytest.mark.parametrize(
    "title",
    ["\0", "\ud800", float("nan"), "x" * LARGEST, {1, 2}],
    ids=["NUL", "surrogate", "NaN", "too large", "no JSON"],
)
def test_what_cannot_be_kept_is_read_again_when_something_happens_to_it(title):
    lab = Lab([item(1, 1, title=title), item(2, 20)], failing={1})

    assert lab.sweep().count(1) == 1
    assert lab.cursor["again"] == []
    assert lab.sweep().count(1) == 0
    lab.items[0] = item(1, 25, title=title)
    assert lab.sweep().count(1) == 1
