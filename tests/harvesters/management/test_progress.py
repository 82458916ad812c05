"""How a harvest shows how far it is."""

from datetime import timedelta
from io import StringIO

import pytest

from harvesters.management import progress
from harvesters.management.progress import shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "git:/lab/vision: 500 of 1,200\ngit:/lab/vision: 1,000\n"),
        (3600, ""),
    ],
)
def test_a_log_gets_a_line_now_and_then(seconds, said, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", seconds)
    log = StringIO()

    with shown("git:/lab/vision", log) as display:
        display.advance(500, 1_200)
        display.advance(1_000, None)

    assert log.getvalue() == said


def test_a_log_tells_how_long_it_will_still_take(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0)
    log = StringIO()

    with shown("git:/lab/vision", log) as display:
        display.advance(500, 1_200, timedelta(minutes=3))

    assert log.getvalue() == "git:/lab/vision: 500 of 1,200, about 3 minutes left\n"


def test_a_long_address_leaves_room_for_the_counts():
    terminal = StringIO()
    terminal.isatty = lambda: True

    with shown(f"git:/{'very/' * 30}[red]deep/vision", terminal) as display:
        display.advance(1_000_000, 1_200_000, timedelta(hours=2, seconds=7.4))

    assert "2:00:07" in terminal.getvalue()
    assert "[red]deep/vision" in terminal.getvalue()
    assert "1,000,000 of 1,200,000" in terminal.getvalue()
