"""Lists that change while they are walked, break off and lie: everything is told, at its latest."""

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.forge import (
    ContributionRecord,
    ForgeBusyError,
    ForgeOverloadedError,
    Kind,
)
from harvesters.streams import Asked, Listing, Order, Reading, Stream
from harvesters.sweep import walk

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
UP, DOWN, BY_CREATION = Order
ORDERS = pytest.mark.parametrize(
    "order", [UP, DOWN, BY_CREATION], ids=["upwards", "downwards", "by creation"]
)


@dataclass
class Forge:
    """A list of items with versions, on a forge whose clock we set."""

    order: Order
    now: datetime = BEGUN
    items: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    created: dict[int, datetime] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: int = 0

    def update(self, *keys: int) -> None:
        """One moment in which all of ``keys`` change."""
        for key in keys:
            version = self.items[key][1] + 1 if key in self.items else 1
            self.items[key] = (self.now, version)
            self.created.setdefault(key, self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def list(self, asked):
        self.asked += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "overload":
            raise ForgeOverloadedError("too much")
        rows = sorted((moment, key, version) for key, (moment, version) in self.items.items())
        if self.order is not DOWN:
            rows = [row for row in rows if asked.since is None or row[0] >= asked.since]
        if self.order is BY_CREATION:
            rows.sort(key=lambda row: (self.created[row[1]], row[1]))
        if self.order is not UP:
            rows.reverse()
        start = (asked.number - 1) * asked.size
        page = rows[start : start + asked.size]
        spoilt = {
            "repeated": rows[max(0, start - asked.size) : start] or page,
            "holes": [None] * len(page),
            "empty": [],
            "shuffled": page[1:] + page[:1],
            "cut": page[: len(page) // 2],
        }
        has_more = fault not in {"empty", "cut"} and start + asked.size < len(rows)
        return Listing(spoilt.get(fault, page), has_more, total=len(rows))

    def streams(self):
        return [
            Stream(
                "changes",
                self.order,
                self.list,
                lambda row: Reading([record(row)]),
                lambda row: str(row[1]),
                lambda row: row[0],
                (lambda row: self.created[row[1]]) if self.order is BY_CREATION else None,
            )
        ]


def record(row):
    moment, key, version = row
    return ContributionRecord(str(key), Kind.CHANGE, moment, "merged", str(version), "", [])


@dataclass
class Reader:
    """Walks as a worker does: it stores each page with its cursor, and comes back after a stop."""

    forge: Forge
    cursor: dict = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    pages: int = 0

    def sweep(self, on_page=lambda _: False):
        """One sweep, or as much as there is before ``on_page`` or the forge stops it."""
        try:
            for page in walk(self.forge.streams(), self.cursor, self.forge.now):
                self.pages += 1
                self.versions.update({int(r.external_id): int(r.title) for r in page.records})
                self.cursor = dict(page.cursor)
                if on_page(page):
                    return False
        except ForgeBusyError:
            return False
        return True

    def knows_all(self):
        return self.versions == {key: version for key, (_, version) in self.forge.items.items()}


def filled(order, count, *, seconds=60.0):
    forge = Forge(order)
    for key in range(count):
        forge.update(key)
        forge.pass_time(seconds)
    return forge


@ORDERS
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 730])
def test_every_item_is_told(order, count):
    reader = Reader(filled(order, count))

    assert reader.sweep()
    assert reader.knows_all()


@ORDERS
@pytest.mark.parametrize("count", [0, 49, 50, 51, 100, 150, 730])
def test_every_item_is_told_by_a_forge_that_does_not_count(order, count):
    forge = filled(order, count)
    (stream,) = forge.streams()

    def uncounted(asked):
        told = stream.list(asked)
        return replace(told, total=None, has_more=len(told.items) == asked.size)

    pages = list(walk([replace(stream, list=uncounted)], {}, forge.now))

    assert len({r.external_id for page in pages for r in page.records}) == count
    assert pages[-1].is_last


@ORDERS
def test_a_second_sweep_asks_for_the_latest_only(order):
    reader = Reader(filled(order, 730))
    reader.sweep()
    before = reader.forge.asked
    reader.forge.pass_time(7200)
    reader.forge.update(3, 77)

    assert reader.sweep()
    assert reader.knows_all()
    assert reader.forge.asked - before == 1


@ORDERS
def test_a_history_takes_as_many_requests_as_it_has_pages(order):
    reader = Reader(filled(order, 1_000))

    reader.sweep()

    assert reader.forge.asked <= 1_000 // 50 + 1


@ORDERS
def test_what_all_happened_in_one_moment_is_told(order):
    reader = Reader(filled(order, 730, seconds=0))
    reader.forge.pass_time(1)

    assert reader.sweep()
    assert reader.knows_all()


def test_who_leaves_a_page_of_one_moment_hides_nobody():
    reader = Reader(filled(UP, 730, seconds=0))

    def touch(_):
        reader.forge.pass_time(1)
        reader.forge.update(reader.pages)
        return False

    reader.forge.pass_time(3600)
    reader.sweep(touch)
    reader.sweep()

    assert reader.knows_all()


@pytest.mark.parametrize("order", [DOWN, BY_CREATION], ids=["downwards", "by creation"])
def test_who_is_deleted_while_a_list_is_walked_hides_nobody(order):
    reader = Reader(filled(order, 730))

    def delete(_):
        if reader.pages <= 3:
            for key in range(729 - 40 * reader.pages, 729 - 40 * reader.pages - 30, -1):
                reader.forge.items.pop(key, None)
        return False

    assert reader.sweep(delete)
    assert set(reader.forge.items) <= set(reader.versions)


@ORDERS
def test_a_page_that_is_too_much_is_asked_for_in_halves(order):
    reader = Reader(filled(order, 300))
    reader.forge.faults = ["", "overload", "overload", "", "overload"]

    assert reader.sweep()
    assert reader.knows_all()


@ORDERS
def test_pages_that_had_to_be_halved_grow_again_and_skip_nobody(order):
    forge = filled(order, 1_000)
    forge.faults = ["", "overload", "overload", "overload"]
    reader = Reader(forge)

    assert reader.sweep()
    assert reader.knows_all()
    assert forge.asked <= 1_000 // 50 + 10


@ORDERS
@pytest.mark.parametrize("most", [1, 7, 25, 49])
def test_a_forge_that_always_fails_on_long_pages_is_read_in_short_ones(order, most):
    forge = filled(order, 130)
    (stream,) = forge.streams()

    def fails_on_many(asked):
        if asked.size > most:
            forge.faults = ["overload"]
        return stream.list(asked)

    pages = list(walk([replace(stream, list=fails_on_many)], {}, forge.now))

    assert {r.external_id for page in pages for r in page.records} == {str(n) for n in range(130)}
    assert forge.asked <= 6 * (130 // most + 10)


@ORDERS
def test_a_forge_that_lists_few_at_once_is_asked_for_no_more(order):
    forge = filled(order, 200)
    (stream,) = forge.streams()

    def lists_few(asked):
        assert asked.size <= 30
        return stream.list(asked)

    few = replace(stream, list=lists_few, largest_page=30)
    pages = list(walk([few], {}, forge.now))

    assert {r.external_id for page in pages for r in page.records} == {str(n) for n in range(200)}


@ORDERS
def test_a_forge_that_fails_on_a_single_item_is_asked_again_later(order):
    reader = Reader(filled(order, 300))
    reader.forge.faults = [""] + ["overload"] * 8

    assert not reader.sweep()
    assert reader.sweep()
    assert reader.knows_all()


SPOILT = pytest.mark.parametrize("fault", ["shuffled", "empty", "cut", "repeated", "holes"])


@pytest.mark.parametrize("count", [300, 310])
@SPOILT
def test_a_page_that_contradicts_itself_is_asked_for_once_more(fault, count):
    for place in range(1, 6 + count // 310):
        reader = Reader(filled(DOWN, count))
        reader.forge.faults = [*[""] * place, fault]

        assert reader.sweep()
        assert reader.knows_all()
        assert reader.forge.asked == reader.pages + 1


@pytest.mark.parametrize("fault", ["shuffled", "empty", "cut"])
def test_a_list_that_keeps_contradicting_itself_is_left_for_later(fault):
    reader = Reader(filled(DOWN, 300))
    reader.forge.faults = ["", "", *[fault] * 20]

    assert not reader.sweep()
    assert reader.forge.asked < 12
    reader.forge.faults = []
    assert reader.sweep()
    assert reader.knows_all()


def test_a_hole_that_stays_is_a_gap():
    forge = filled(DOWN, 30)
    forge.faults = ["holes"] * 20

    (page,) = walk(forge.streams(), {}, forge.now)

    assert not page.records
    assert page.gaps
    assert forge.asked == 3


def test_a_list_that_grows_by_just_a_page_does_not_repeat_itself():
    reader = Reader(filled(DOWN, 300))
    grown = []

    def grow(_):
        if not grown:
            reader.forge.update(*range(300, 350))
            grown.append(True)

    assert reader.sweep(grow)
    assert reader.versions.keys() == set(range(350))


def test_an_order_that_was_not_asked_for_is_refused():
    forge = filled(UP, 300)
    forge.order = DOWN
    (stream,) = forge.streams()
    told_wrongly = replace(stream, order=UP)

    with pytest.raises(ForgeBusyError, match="not in the order"):
        next(walk([told_wrongly], {}, forge.now))


def test_a_forge_that_does_not_filter_is_refused():
    reader = Reader(filled(UP, 300))
    (stream,) = reader.forge.streams()

    def unfiltered(asked):
        return stream.list(type(asked)(None, asked.number, asked.size))

    wrong = replace(stream, list=unfiltered)
    pages = walk([wrong], {}, reader.forge.now)
    next(pages)

    with pytest.raises(ForgeBusyError, match="not asked for"):
        next(pages)


@ORDERS
def test_an_item_that_breaks_its_promise_is_a_gap_and_the_others_count(order):
    forge = filled(order, 120)
    (stream,) = forge.streams()

    def read(row):
        if row[1] == 60:
            raise KeyError("author")
        return stream.read(row)

    broken = replace(stream, read=read)
    pages = list(walk([broken], {}, forge.now))

    assert len({r.external_id for page in pages for r in page.records}) == 119
    (gap,) = {gap for page in pages for gap in page.gaps}
    assert (gap.subject, "lacks what it promises" in gap.reason) == ("changes 60", True)


@ORDERS
def test_an_item_that_was_answered_wrongly_once_is_read_again(order):
    forge = filled(order, 3)
    wrong = [KeyError("author")]

    def read(item):
        if wrong:
            raise wrong.pop()
        return Reading([record(item)])

    (stream,) = forge.streams()
    pages = list(walk([replace(stream, read=read)], {}, forge.now))

    assert {told.external_id for page in pages for told in page.records} == {"0", "1", "2"}
    assert not any(page.gaps for page in pages)


def test_streams_are_walked_one_after_the_other_and_the_bar_counts_them_all():
    first, second = filled(UP, 120), filled(DOWN, 30)
    second.now = first.now
    (releases,) = second.streams()
    streams = [*first.streams(), replace(releases, name="releases")]

    pages = list(walk(streams, {}, first.now))

    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[0].total == 120
    assert pages[-1].cursor["began"] == ""
    assert set(pages[-1].cursor["reached"]) == {"changes", "releases"}


def test_pages_grow_while_the_forge_is_quick():
    forge = filled(UP, 2_000)

    sizes = [page.items for page in walk(forge.streams(), {}, forge.now)]

    assert sizes[0] == 50
    assert max(sizes) == 100


@dataclass
class Costly:
    """A forge where each item takes a request of its own, some of which it refuses."""

    forge: Forge
    refused: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def streams(self):
        (stream,) = self.forge.streams()
        return [replace(stream, read=self.read, at_once=10)]

    def read(self, row):
        self.asked.append(row[1])
        if len(self.asked) in self.refused:
            raise ForgeBusyError("the limit is used up")
        return Reading([record(row)])


@ORDERS
def test_what_was_read_before_the_forge_stopped_us_is_told_and_not_asked_for_again(order):
    costly = Costly(filled(order, 120), refused={7, 30, 31, 95})
    reader = Reader(costly)

    sweeps = 1
    while not walked_once(reader, costly):
        sweeps += 1

    assert sweeps == 5
    assert set(reader.versions) == set(range(120))
    assert len(costly.asked) <= 120 + 4 + 2 * 4, "those refused, and the latest second"


@ORDERS
def test_a_few_items_are_told_at_a_time_where_each_takes_requests(order):
    costly = Costly(filled(order, 120))

    pages = list(walk(costly.streams(), {}, costly.forge.now))

    assert max(page.items for page in pages) == 10
    assert sum(page.items for page in pages) == len(costly.asked)
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]


@ORDERS
def test_a_worker_that_dies_after_any_page_leaves_little_to_read_again(order):
    costly = Costly(filled(order, 120))
    reader = Reader(costly)

    while not walked_once(reader, costly, stops=1):
        assert len(costly.asked) < 200

    assert set(reader.versions) == set(range(120))
    assert len(costly.asked) <= 120 + 2 * 13


@ORDERS
def test_a_second_sweep_reads_the_latest_only(order):
    costly = Costly(filled(order, 120))
    reader = Reader(costly)
    walked_once(reader, costly)
    costly.asked.clear()
    costly.forge.pass_time(7200)
    costly.forge.update(3, 77)

    assert walked_once(reader, costly)
    assert set(costly.asked) - set(range(108, 120)) == {3, 77}, "and ten minutes more"


@ORDERS
def test_what_changes_in_the_very_second_in_which_it_was_read_is_read_again(order):
    forge = filled(order, 60, seconds=0)
    costly = Costly(forge, refused={5})
    reader = Reader(costly)
    walked_once(reader, costly)
    forge.update(*range(60))
    forge.pass_time(3600)

    assert walked_once(reader, costly)
    assert walked_once(reader, costly)

    assert set(reader.versions.values()) == {2}


def walked_once(reader, costly, stops=None):
    """A walk until its end, the forge, or after ``stops`` pages we end it."""
    try:
        for number, page in enumerate(walk(costly.streams(), reader.cursor, costly.forge.now), 1):
            reader.versions.update({int(r.external_id): int(r.title) for r in page.records})
            reader.cursor = json.loads(json.dumps(page.cursor))
            if page.is_last or number == stops:
                return page.is_last
    except ForgeBusyError:
        return False
    raise AssertionError("a walk ends with its last page")


@ORDERS
@given(seed=st.integers(0, 10**9), skew=st.sampled_from([0, -7200, 7200, -300]))
def test_whatever_happens_meanwhile_all_is_known_in_the_end(order, seed, skew):
    """Updates, ties, additions, kills, faults and a clock that is wrong; then quiet."""
    chance = random.Random(seed)
    forge = filled(order, chance.randrange(150), seconds=chance.choice([0, 0.4, 30]))
    reader = Reader(forge)

    def live(_):
        for _ in range(chance.randrange(4)):
            forge.update(*chance.choices(range(400), k=chance.choice([1, 1, 60])))
            forge.pass_time(chance.choice([0, 0.3, 1, 90]))
        return chance.random() < 0.2

    for _ in range(6):
        forge.faults = chance.choices(["", "", "overload", "empty", "cut", "shuffled"], k=8)
        sweep_skewed(reader, live, skew)
        forge.pass_time(chance.choice([1, 4000]))
    forge.faults = []
    while not sweep_skewed(reader, lambda _: False, skew):
        forge.pass_time(60)
    forge.pass_time(8000)
    while not sweep_skewed(reader, lambda _: False, skew):
        forge.pass_time(60)

    assert reader.knows_all()


def sweep_skewed(reader, on_page, skew):
    """A sweep by our clock, which is ``skew`` seconds off the forge's."""
    reader.forge.now += timedelta(seconds=skew)
    try:
        pages = walk(reader.forge.streams(), reader.cursor, reader.forge.now)
    finally:
        reader.forge.now -= timedelta(seconds=skew)
    try:
        for page in pages:
            reader.versions.update({int(r.external_id): int(r.title) for r in page.records})
            reader.cursor = dict(page.cursor)
            if on_page(page):
                return False
    except ForgeBusyError:
        return False
    return True


def test_what_the_last_sweep_told_is_not_read_again():
    reader = Reader(filled(DOWN, 730))
    reader.sweep()
    reader.forge.pass_time(7200)
    reader.forge.update(3, 77)
    (stream,) = reader.forge.streams()
    read = []
    counting = replace(stream, read=lambda row: read.append(row[1]) or stream.read(row))

    list(walk([counting], reader.cursor, reader.forge.now))

    assert set(read) >= {3, 77}
    assert len(read) <= 2 + 11, "the two and what ten minutes hold"


def test_a_stream_that_asks_much_about_each_item_is_read_in_small_pages():
    forge = filled(DOWN, 130)
    (stream,) = forge.streams()
    small = replace(stream, name="costly", largest_page=20)

    pages = list(walk([small, stream], {}, forge.now))

    assert [page.items for page in pages] == [20] * 6 + [10] + [50, 50, 30]


def test_small_pages_are_halved_in_their_place():
    reader = Reader(filled(DOWN, 130))
    reader.forge.faults = ["", "", "overload", "overload"]
    (stream,) = reader.forge.streams()
    small = replace(stream, largest_page=20)

    pages = list(walk([small], {}, reader.forge.now))

    assert {r.external_id for page in pages for r in page.records} == set(map(str, range(130)))
    assert [page.items for page in pages][:3] == [20, 20, 5]


@ORDERS
def test_who_is_stopped_after_every_page_comes_to_the_end(order):
    reader = Reader(filled(order, 730))
    runs = 0

    while not reader.sweep(lambda _: True):
        runs += 1
        if reader.cursor["began"] == "":
            break
        assert runs < 30

    assert reader.knows_all()


def test_who_comes_back_reads_no_page_again():
    reader = Reader(filled(DOWN, 730))
    reader.sweep(lambda _: reader.pages == 5)

    reader.sweep()

    assert reader.pages == -(-730 // 50)
    assert reader.forge.asked == reader.pages


def test_a_page_that_is_told_again_is_not_believed_where_pages_grew() -> None:
    """A page of ten that repeats two of five ends with the same item as they did."""
    numbers = range(40, 0, -1)
    spoilt = {(3, 10), (4, 10)}

    def listed(asked: Asked) -> Listing:
        place = (asked.number - 1) * asked.size
        if (asked.number, asked.size) in spoilt:
            spoilt.remove((asked.number, asked.size))
            if asked.number == 3:
                raise ForgeOverloadedError("Too much at once.")
            place -= asked.size
        items = [*numbers[place : place + asked.size]]
        return Listing(items, has_more=place + asked.size < len(numbers), total=len(numbers))

    def at(number: int) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number)

    stream = Stream(
        "issues",
        Order.NEWEST_FIRST,
        listed,
        lambda _: Reading(),
        key=str,
        updated_at=at,
        created_at=at,
        largest_page=10,
    )
    pages = walk([stream], {}, datetime(2026, 4, 1, tzinfo=UTC))
    told = {subject for page in pages for subject in page.subjects}
    assert not spoilt
    assert told == {f"issues {number}" for number in numbers}
