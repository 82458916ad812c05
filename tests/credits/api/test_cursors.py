from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.api.cursors import Cursor, decode_cursor
from credits.api.problems import InvalidCursorError

moments = st.datetimes(timezones=st.just(UTC))


@given(st.sampled_from(["next", "prev"]), moments, st.integers(1, 2**63 - 1))
def test_a_cursor_is_read_as_it_was_written(towards, at, row_id):
    cursor = Cursor(towards, at, row_id)

    assert decode_cursor(cursor.encode()) == cursor


@given(st.text())
def test_what_is_no_cursor_is_refused_by_name(text):
    with pytest.raises(InvalidCursorError):
        decode_cursor(text)


def test_a_cursor_without_a_time_zone_is_refused():
    with pytest.raises(InvalidCursorError):
        decode_cursor(Cursor("next", datetime.fromisoformat("2026-01-01"), 1).encode())
