"""How a harvest shows how far it is."""

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


def test_a_long_address_leaves_room_for_the_counts():
    terminal = StringIO()
    terminal.isatty = lambda: True

    with shown(f"git:/{'very/' * 30}[red]deep/vision", terminal) as display:
        display.advance(1_000_000, 1_200_000)

    assert "[red]deep/vision" in terminal.getvalue()
    assert "1,000,000 of 1,200,000" in terminal.getvalue()
