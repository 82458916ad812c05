"""The web application as a worker of gunicorn loads it."""

import subprocess
import sys

from tests.e2e.site import PROJECT, Site

MOST_OF_WHAT_IS_LOADED = 100_000
SECONDS = 60


def test_the_garbage_collector_passes_over_what_a_worker_loads_at_its_start(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", "import config.wsgi, gc; print(gc.get_freeze_count())"],
        cwd=PROJECT,
        env=Site(tmp_path, 8000).environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )

    assert int(told.stdout) > MOST_OF_WHAT_IS_LOADED
