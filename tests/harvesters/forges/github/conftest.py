"""A GitHub on loopback, and a harvest of it into the database."""

import pytest

from harvesters.forges.github import GitHub
from harvesters.forges.github.queries import queries
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.github import GitHubApi
from tests.github_played import NOW, world_of
from tests.github_world import document
from tests.simulator import ForgeSimulator

PATIENCE_SECONDS = 20
TOKEN = "ghp_0123456789"


@pytest.fixture
def simulator():
    document(queries())  # Built before anybody waits for it.
    with ForgeSimulator(world_of()).serving() as serving:
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest the simulated GitHub once; the report."""

    def once(now=NOW, on_page=None, timeout=PATIENCE_SECONDS):
        forge = GitHub(GitHubApi(simulator.url, TOKEN, lambda: now, timeout=timeout), now)
        cursor = HarvestCursor.objects.first() or register_source(
            "github:lab/vision", forge.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, forge, clock=lambda: now, on_page=on_page)

    return once
