"""Gitee's lists: paged, counted, hidden in part, or not to be believed."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from harvesters.forge import Answer, ForgeAnswerError, ForgeBusyError, SourceNotFoundError
from harvesters.forges.gitee.lists import HIDDEN, Lists
from harvesters.streams import Asked

FIRST = Asked(None, 1, 20)


@dataclass
class Scripted:
    """Answers as it was told to, in order; the last answer stays."""

    answers: list[Any]
    total: int | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def request(self, method, path, *, params=None, **_):
        self.asked.append(dict(params))
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(body, Exception):
            raise body
        headers = {} if self.total is None else {"total_count": str(self.total)}
        return Answer(200, headers, body)


def items(count, start=0):
    return [{"id": number} for number in range(start, start + count)]


def page_of(*answers, total=None, asked=FIRST):
    return Lists(Scripted(list(answers), total)).page("/pulls", {"sort": "updated"}, asked)


def test_a_page_tells_its_items_and_how_many_there_are():
    listing = page_of(items(20), total=41)

    assert (len(listing.items), listing.has_more, listing.total) == (20, True, 41)


ENDS = {
    "a count that tells of more": (20, 21, [], True),
    "a page that is not full": (19, None, [], False),
    "a full page and nothing behind it": (20, None, [], False),
    "a full page and something behind it": (20, None, items(1), True),
    "as many as are counted": (20, 20, [], False),
    "more than are counted": (20, 20, items(1), True),
    "nothing": (0, 0, [], False),
}


@pytest.mark.parametrize(("count", "total", "behind", "has_more"), ENDS.values(), ids=ENDS)
def test_a_page_knows_whether_it_is_the_last(count, total, behind, has_more):
    assert page_of(items(count), behind, total=total).has_more == has_more


def test_a_count_that_is_too_small_is_none():
    assert page_of(items(20), items(1), total=20).total is None


def test_what_is_counted_and_not_told_is_nobodys_twice():
    listing = page_of(items(18), total=41)

    assert [item for item in listing.items if item is HIDDEN] == [HIDDEN, HIDDEN]
    assert listing.has_more


def test_a_page_that_was_cut_short_once_is_asked_for_again():
    listing = page_of(items(3), items(20), total=41)

    assert len(listing.items) == 20


def test_a_page_that_is_short_in_two_ways_is_not_believed():
    with pytest.raises(ForgeBusyError, match="shorter than it says"):
        page_of(items(3), items(4), total=41)


def test_an_empty_page_is_left_to_whoever_walks():
    assert page_of([], total=41).items == []


@pytest.mark.parametrize("body", [None, {}, "list", {"message": "好的"}])
def test_what_is_no_list_is_refused(body):
    with pytest.raises(ForgeAnswerError, match="is no list"):
        page_of(body)


@pytest.mark.parametrize("count", ["many", "", "-3", "²"])
def test_a_strange_count_is_none(count):
    class Strange(Scripted):
        def request(self, *asked, **more):
            answer = super().request(*asked, **more)
            return Answer(200, {"total_count": count}, answer.body)

    assert Lists(Strange([items(2)])).page("/pulls", {}, FIRST).total is None


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 300])
def test_a_whole_list_is_read_page_by_page(count):
    pages = [items(100, start)[: count - start] for start in range(0, count + 1, 100)]

    assert Lists(Scripted([*pages, []])).whole("/files") == items(count)


@pytest.mark.parametrize("count", [0, 99, 100, 101, 300])
def test_a_list_that_knows_no_pages_is_read_once(count):
    assert Lists(Scripted([items(count)])).whole("/files") == items(count)


def test_a_list_that_is_missing_for_a_moment_is_not_missing():
    lists = Lists(Scripted([SourceNotFoundError(), items(3)]))

    assert lists.whole_or_hidden("/files") == items(3)


def test_a_list_that_is_missing_twice_is_hidden():
    lists = Lists(Scripted([SourceNotFoundError()]))

    assert lists.whole_or_hidden("/files") is None


SPOILT = {"half of it": items(2), "nothing": [], "one twice": [*items(3), *items(1)]}


@pytest.mark.parametrize("second", SPOILT.values(), ids=SPOILT)
def test_a_small_list_that_is_spoilt_twice_and_differently_is_not_believed(second):
    first = [*items(3), None]

    with pytest.raises(ForgeBusyError, match="not what it says"):
        Lists(Scripted([first, second], 4)).whole("/pulls/1/comments")


def test_a_small_list_that_lacks_the_same_twice_hides_it():
    assert Lists(Scripted([items(3)], 4)).whole("/pulls/1/comments") == items(3)
