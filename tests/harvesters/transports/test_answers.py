from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import (
    ForgeAnswerError,
    ForgeBusyError,
    ForgeOverloadedError,
    ForgeRefusedError,
    SourceNotFoundError,
)
from harvesters.transports.answers import LONGEST_WAIT, USUAL_WAIT, check_answer, reset_at, retry_at

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
        (429, {}, "", ForgeBusyError),
        (403, {"retry-after": "1"}, "", ForgeBusyError),
        (403, {"x-ratelimit-remaining": "0"}, "", ForgeBusyError),
        (403, {}, "You have exceeded a secondary rate limit", ForgeBusyError),
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
