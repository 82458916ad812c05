from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.budget import Budget
from harvesters.forge import (
    ForgeAnswerError,
    ForgeOverloadedError,
    ForgeRefusedError,
    RateLimitError,
    SourceNotFoundError,
)
from harvesters.transports.answers import (
    LONGEST_WAIT,
    USUAL_WAIT,
    check_answer,
    reset_at,
    retry_at,
    told_budget,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "30"}, timedelta(seconds=30)),
        ({"retry-after": "Mon, 23 Nov 2026 10:02:00 GMT"}, timedelta(minutes=2)),
        ({}, USUAL_WAIT),
        ({"retry-after": "soon"}, USUAL_WAIT),
        ({"retry-after": "0"}, timedelta(seconds=1)),
        ({"retry-after": "-5"}, USUAL_WAIT),
        ({"retry-after": "Mon, 23 Nov 2020 10:02:00 GMT"}, timedelta(seconds=1)),
        ({"retry-after": "9" * 400}, LONGEST_WAIT),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795429800"}, timedelta(minutes=50)),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "1795429800"}, USUAL_WAIT),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "45"}, timedelta(seconds=45)),
        ({"ratelimit": '"api";r=0;t=55'}, timedelta(seconds=55)),
        ({"ratelimit": '"api";r=3;t=55'}, USUAL_WAIT),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "later"}, USUAL_WAIT),
    ],
)
def test_every_way_to_name_a_wait_is_read_and_none_is_believed_blindly(headers, wait):
    now = datetime.fromtimestamp(1795429800 - 3000, UTC) if "1795429800" in str(headers) else NOW

    assert retry_at(headers, now=now) - now == wait


SOON = str(int((NOW + timedelta(minutes=5)).timestamp()))


@pytest.mark.parametrize(
    ("date", "wait"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", timedelta(minutes=5)),
        ("Mon, 23 Nov 2026 09:57:00 GMT", timedelta(minutes=8)),
        ("Mon, 23 Nov 2026 10:04:00 GMT", timedelta(minutes=1)),
        ("Mon, 23 Nov 2026 12:00:00 +0200", timedelta(minutes=5)),
        ("Mon, 23 Nov 1970 10:00:00 GMT", timedelta(minutes=5)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(minutes=5)),
        ("today", timedelta(minutes=5)),
        ("", timedelta(minutes=5)),
    ],
)
def test_a_reset_is_read_by_the_clock_of_the_forge(date, wait):
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": SOON, "date": date}

    assert retry_at(headers, now=NOW) - NOW == wait


@pytest.mark.parametrize(
    ("headers", "budget"),
    [
        (
            {
                "x-ratelimit-limit": "5000",
                "x-ratelimit-remaining": "4987",
                "x-ratelimit-reset": SOON,
                "x-ratelimit-used": "13",
            },
            Budget(NOW, 5_000, 4_987, NOW + timedelta(minutes=5)),
        ),
        (
            {"ratelimit-limit": "2000", "ratelimit-remaining": "7", "ratelimit-reset": "45"},
            Budget(NOW, 2_000, 7, NOW + timedelta(seconds=45)),
        ),
        (
            {
                "ratelimit": '"api";r=480;t=120',
                "ratelimit-policy": '"fixed window";"api";q=500;w=300',
            },
            Budget(NOW, 500, 480, NOW + timedelta(minutes=2)),
        ),
        ({"ratelimit": '"api";r=0;t=55'}, Budget(NOW, 0, 0, NOW + timedelta(seconds=55))),
        (
            {"x-ratelimit-remaining": "9", "x-ratelimit-reset": SOON},
            Budget(NOW, 9, 9, NOW + timedelta(minutes=5)),
        ),
        (
            {
                "ratelimit-limit": "100, 100;w=60",
                "ratelimit-remaining": "20",
                "ratelimit-reset": "30",
            },
            Budget(NOW, 100, 20, NOW + timedelta(seconds=30)),
        ),
        (
            {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "9" * 400},
            Budget(NOW, 9, 9, NOW + LONGEST_WAIT),
        ),
    ],
    ids=["GitHub", "GitLab", "Hugging Face", "no policy", "no limit", "a list", "absurd"],
)
def test_what_is_left_is_read_in_the_words_of_every_forge(headers, budget):
    assert told_budget(headers, now=NOW) == budget


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining": "9"},
        {"x-ratelimit-reset": SOON},
        {"x-ratelimit-remaining": "many", "x-ratelimit-reset": SOON},
        {"x-ratelimit-remaining": "-1", "x-ratelimit-reset": SOON},
        {"x-ratelimit-remaining": "9" * 400, "x-ratelimit-reset": SOON},
        {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "²"},
        {"ratelimit": '"api";r=many;t=soon'},
    ],
    ids=range(8),
)
def test_what_tells_no_budget_is_none(headers):
    assert told_budget(headers, now=NOW) is None


NAMES = ["ratelimit", "ratelimit-policy", "date", "retry-after"] + [
    f"{prefix}-{word}"
    for prefix in ("x-ratelimit", "ratelimit")
    for word in ("limit", "remaining", "reset")
]
values = st.text(st.characters(max_codepoint=255)) | st.integers().map(str)


@given(st.dictionaries(st.sampled_from(NAMES), values))
def test_whatever_headers_say_nobody_waits_too_long(headers):
    budget = told_budget(headers, now=NOW)

    assert NOW < retry_at(headers, now=NOW) <= NOW + LONGEST_WAIT
    if budget is not None:
        assert budget.remaining <= budget.limit < 2**31
        assert (budget.waits_until(NOW) or NOW) <= NOW + LONGEST_WAIT


def test_a_limit_that_is_not_used_up_has_no_reset():
    assert reset_at({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "99"}, now=NOW) is None


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_good_answer_passes(status):
    check_answer(status, {}, "", now=NOW, what="/repos")


@pytest.mark.parametrize(
    ("status", "headers", "said", "error"),
    [
        (404, {}, "Not Found", SourceNotFoundError),
        (410, {}, "", SourceNotFoundError),
        (451, {}, "", SourceNotFoundError),
        (429, {}, "", RateLimitError),
        (403, {"retry-after": "1"}, "", RateLimitError),
        (403, {"x-ratelimit-remaining": "0"}, "", RateLimitError),
        (403, {}, "You have exceeded a secondary rate limit", RateLimitError),
        (403, {}, "Resource not accessible by integration", ForgeRefusedError),
        (401, {}, "Bad credentials", ForgeRefusedError),
        (500, {}, "", ForgeOverloadedError),
        (502, {}, "<html>", ForgeOverloadedError),
        (504, {}, "", ForgeOverloadedError),
        (422, {}, "Validation Failed", ForgeAnswerError),
    ],
)
def test_any_other_status_has_a_name_that_says_what_to_do(status, headers, said, error):
    with pytest.raises(error):
        check_answer(status, headers, said, now=NOW, what="/repos/lab/vision")
