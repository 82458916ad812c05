"""A worker that hears nothing, though it has nothing to do, ends."""

import signal
import subprocess
import sys

from config.deafness import DEAF_AFTER_SECONDS, Hearing

SOON, LATE = DEAF_AFTER_SECONDS / 2, DEAF_AFTER_SECONDS + 1


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def hearing_of(busy=()):
    clock = Clock()
    return clock, Hearing(busy, clock)


def test_who_hears_ticks_stays():
    clock, hearing = hearing_of()
    for _ in range(10):
        clock.now += SOON
        hearing.heard(request=None)
        assert not hearing.is_deaf()


def test_who_hears_nothing_for_long_is_deaf():
    clock, hearing = hearing_of()
    clock.now += LATE

    assert hearing.is_deaf()


def test_who_works_need_not_hear():
    busy = ["a long harvest"]
    clock, hearing = hearing_of(busy)
    clock.now += LATE
    assert not hearing.is_deaf()

    busy.clear()
    clock.now += SOON

    assert not hearing.is_deaf()
    clock.now += LATE
    assert hearing.is_deaf()


def test_the_process_of_a_deaf_worker_ends():
    script = "; ".join(
        [
            "import time, config.deafness as d",
            "d.DEAF_AFTER_SECONDS, d.LOOK_EVERY_SECONDS = 0.05, 0.01",
            "d.end_when_deaf(d.Hearing(()))",
            "time.sleep(30)",
        ]
    )

    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=20
    )

    assert ended.returncode == -signal.SIGTERM
    assert "No message for" in ended.stderr
