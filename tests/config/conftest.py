"""One served site for all tests that only look at it or kill parts that come back."""

from collections.abc import Iterator

import pytest

from tests.served import ServedSite


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    served = ServedSite(tmp_path_factory.mktemp("served"))
    try:
        served.start()
        # The first tick of beat comes after ten seconds; the tests need not wait for it.
        served.send("harvesters.tasks.tick")
        yield served
    finally:
        served.clean_up()


@pytest.fixture
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    """A site that a test may stop; it is not started yet."""
    served = ServedSite(tmp_path_factory.mktemp("own"))
    yield served
    served.clean_up()
