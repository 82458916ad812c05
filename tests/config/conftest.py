"""One served site for all tests that only look at it or kill parts that come back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import ServedSite


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    served = ServedSite(tmp_path_factory.mktemp("served"))
    try:
        served.start()
        yield served
    finally:
        served.clean_up()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database is up to date; to copy, because migrating takes seconds."""
    served = ServedSite(tmp_path_factory.mktemp("migrated"))
    served.run("migrate", "--verbosity", "0").check_returncode()
    return served.home


@pytest.fixture
def stopped_site(migrated: Path, tmp_path: Path) -> Iterator[ServedSite]:
    """A site that ran before, for a test that starts and stops it."""
    served = ServedSite(shutil.copytree(migrated, tmp_path / "home"))
    yield served
    served.clean_up()


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    """A site in an empty folder, not started yet."""
    served = ServedSite(tmp_path_factory.mktemp("own"))
    yield served
    served.clean_up()
