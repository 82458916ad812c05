"""The surroundings of a test run, set before Django loads: a home and a PostgreSQL of its own.

Loaded by ``-p tests.environment``, and so before any settings are read. The first process of a
run starts one cluster without ``fsync``; workers of pytest-xdist inherit its address. With
``DATABASE_URL`` set, that server is used instead.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from django.conf import settings

from config.embedded import EmbeddedPostgres

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
OWNED = "OPENCREDITS_TEST_HOME"


def _settle() -> Path | None:
    """Set the environment; the home made for this run, or None in a worker."""
    if OWNED in os.environ:
        return None
    home = Path(tempfile.mkdtemp(prefix="oc-test-"))
    (home / "static").mkdir()  # whitenoise warns of a site without
    os.environ.update(
        {
            OWNED: str(home),
            "OPENCREDITS_HOME": str(home),
            "OPENCREDITS_BASE_URL": "http://testserver",
            "SECRET_KEY": "only for tests",
        }
    )
    os.environ.pop("OPENCREDITS_DEMO", None)
    return home


HOME = _settle()


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster of this run, and stop it at the end.

    Pages name static files as they are: collecting them is for a site, as the browser tests have.
    """
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    if HOME is None:
        return
    server = EmbeddedPostgres(HOME / "postgres", FAST)
    if not os.environ.get("DATABASE_URL"):
        server.start()
    config.add_cleanup(lambda: _clean_up(server, HOME))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of a group in one process.

    pytest-xdist 3.8 writes the group into a field that pytest 9.2 no longer reads (`_nodeid`), so
    that groups were scattered and each process started a site of its own.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        if mark := item.get_closest_marker("xdist_group"):
            item._id = NodeId.parse(f"{item.nodeid}@{mark.args[0]}")


def _clean_up(server: EmbeddedPostgres, home: Path) -> None:
    server.stop()
    shutil.rmtree(home, ignore_errors=True)
