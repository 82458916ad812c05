"""The file of a project's own rules: when it is asked for, and what its forge's words mean."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.forge import (
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
    Page,
    SourceNotFoundError,
)
from harvesters.marks import BROKEN_PROMISES
from harvesters.own_rules import (
    LARGEST_BYTES,
    LONGEST_TEXT,
    OWN_RULES,
    NotTextError,
    OwnRules,
    text_of,
    text_told,
)
from tests.kept_files import in_base64

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "size", "encoding", "content"]) | st.text(), parts, max_size=4
        )
    ),
    max_leaves=8,
)
WALKED = {"walk": {"reached": {"issues": "2026-11-01T00:00:00+00:00"}}}


class Asked:
    """Answers one after the other, and then the last one for ever; errors are raised."""

    def __init__(self, *answers):
        self.answers, self.times = list(answers), 0

    def __call__(self):
        answer = self.answers[min(self.times, len(self.answers) - 1)]
        self.times += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def file(text):
    return {"type": "file", **in_base64(text.encode())}


def swept(rules, cursor, *, walked=WALKED):
    """The last page of a sweep of two."""
    pages = [Page([], {}), Page([], dict(walked), is_last=True)]
    *_, last = rules.behind(iter(pages), cursor)
    return last


def test_the_last_page_tells_the_file_and_no_other_does():
    asked = Asked(file("a = 1"))

    first, last = OwnRules(asked, "today").behind(
        iter([Page([], {"walk": {}}), Page([], WALKED, is_last=True)]), {}
    )

    assert (first.files, last.files) == ({}, {OWN_RULES: "a = 1"})
    assert last.subjects == [OWN_RULES]
    assert asked.times == 1
    assert {name: told for name, told in last.cursor.items() if name != "rules"} == WALKED


@pytest.mark.parametrize(
    ("pushed", "walked", "times"),
    [
        ("today", WALKED, 0),
        ("tomorrow", WALKED, 1),
        ("today", {"walk": {"reached": {"issues": "2026-11-02T00:00:00+00:00"}}}, 1),
        ("today", {"reached": {"pulls": "2026-11-02T00:00:00+00:00"}}, 1),
        (None, WALKED, 1),
    ],
)
def test_it_is_asked_for_where_something_is_new(pushed, walked, times):
    cursor = swept(OwnRules(Asked([]), "today"), {}).cursor
    asked = Asked(file("a = 1"))

    last = swept(OwnRules(asked, pushed), cursor, walked=walked)

    assert asked.times == times
    assert last.files == ({OWN_RULES: "a = 1"} if times else {})


def test_a_sweep_that_is_stopped_before_its_end_asks_in_the_next_one():
    pages = OwnRules(Asked([]), "today").behind(iter([Page([], {"walk": {}})]), {})
    stopped = list(pages)[-1].cursor
    asked = Asked(file("a = 1"))

    swept(OwnRules(asked, "today"), stopped)

    assert asked.times == 1


NOTHING = [SourceNotFoundError(), []]


@pytest.mark.parametrize("nothing", NOTHING, ids=["404", "a list"])
def test_that_nothing_is_there_is_believed_at_once_unless_something_was(nothing):
    never, gone, back = Asked(nothing), Asked(nothing), Asked(nothing, file("b = 1"))
    there = swept(OwnRules(Asked(file("a = 1")), "today"), {}).cursor

    told = [
        swept(OwnRules(never, "today"), {}).files,
        swept(OwnRules(gone, "tomorrow"), there).files,
        swept(OwnRules(back, "tomorrow"), there).files,
    ]

    assert told == [{OWN_RULES: None}, {OWN_RULES: None}, {OWN_RULES: "b = 1"}]
    assert [never.times, gone.times, back.times] == [1, 2, 2]


def test_where_the_forge_listed_the_file_one_word_is_not_enough():
    asked = Asked(SourceNotFoundError(), file("a = 1"))

    assert swept(OwnRules(asked, "today", is_listed=True), {}).files == {OWN_RULES: "a = 1"}


@pytest.mark.parametrize(
    "fault",
    [ForgeOverloadedError(), ForgeRefusedError(), ForgeAnswerError(), None, {}, {"size": "x"}, 7],
    ids=repr,
)
def test_a_fault_is_asked_away_or_a_gap_for_three_sweeps(fault):
    once = swept(OwnRules(Asked(fault, file("a = 1")), "today"), {})
    cursor, asked, gaps = {}, Asked(fault), []
    for _ in range(5):
        last = swept(OwnRules(asked, "today"), cursor)
        cursor, gaps = last.cursor, [*gaps, [gap.subject for gap in last.gaps]]
        assert last.files == {}

    assert (once.files, once.gaps) == ({OWN_RULES: "a = 1"}, ())
    assert asked.times == 2 * 3
    assert gaps == [*3 * [[OWN_RULES]], [], []]


def test_whoever_asks_us_to_wait_stops_the_sweep_at_its_end():
    rules = OwnRules(Asked(ForgeBusyError("later")), "today")

    with pytest.raises(ForgeBusyError):
        swept(rules, {})


def test_a_forecast_counts_it_where_it_may_be_asked_for():
    rules = OwnRules(Asked([]), "today")
    cursor = swept(rules, {}).cursor

    assert rules.requests({}, [0]) == 1
    assert (rules.requests(cursor, [0, 0]), rules.requests(cursor, [0, 3])) == (0, 1)
    assert OwnRules(Asked([]), "tomorrow").requests(cursor) == 1


@given(st.text(max_size=300))
def test_a_text_is_told_as_it_is(text):
    storable = text.encode("utf-8", "replace").decode()

    assert text_told(file(storable)) == storable


@pytest.mark.parametrize("size", [int, str], ids=["a number", "a text"])
def test_a_size_may_be_told_as_text_and_base64_in_lines(size):
    told = file("规则" * 100)
    lines = base64.encodebytes(base64.b64decode(told["content"])).decode()

    assert text_told({**told, "size": size(told["size"]), "content": lines}) == "规则" * 100


def test_what_is_too_large_is_not_unpacked():
    assert text_told({"type": "file", "size": LARGEST_BYTES + 1}) is None
    assert text_of(b"a" * LONGEST_TEXT) == "a" * LONGEST_TEXT
    assert text_of(b"a" * (LONGEST_TEXT + 1)) is None


@given(st.binary(max_size=50))
def test_bytes_are_text_or_named_as_none(raw):
    try:
        assert text_of(raw).encode() == raw
    except NotTextError:
        with pytest.raises(UnicodeDecodeError):
            raw.decode()


@given(JSON)
def test_whatever_a_forge_tells_is_a_text_none_or_a_fault(told):
    try:
        text = text_told(told)
    except (ForgeAnswerError, NotTextError, *BROKEN_PROMISES):
        return
    assert text is None or isinstance(text, str)


@given(JSON, JSON)
def test_any_sign_of_a_push_is_kept_and_known_again(pushed, other):
    cursor = swept(OwnRules(Asked([]), pushed), {}).cursor
    asked = Asked([])

    swept(OwnRules(asked, pushed), cursor)

    assert asked.times == 0
    assert all(part.isascii() for part in cursor["rules"].values() if isinstance(part, str))
    assert OwnRules(asked, other).requests(cursor) in {0, 1}
