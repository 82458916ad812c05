"""A GitLab in memory, read without a database: by GraphQL, or by REST alone; and on loopback."""

import pytest

from harvesters.forges.gitlab import GitLab
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.transports.rest import RestApi
from tests.gitlab_described import schema
from tests.gitlab_played import world_of
from tests.gitlab_world import HOME, NOW, Direct, GitLabWorld
from tests.simulator import ForgeSimulator

TIMEOUT_SECONDS = 5
TOKEN = "glpat-0123456789abcdef"


@pytest.fixture
def world():
    return GitLabWorld()


@pytest.fixture(params=["graphql", "rest"])
def door(request):
    return request.param


@pytest.fixture
def told(world, door):
    """All that a harvest of the world tells, kind by kind, and its gaps."""

    def read():
        graphql = Direct(world, "/api") if door == "graphql" else None
        transport = Direct(world)
        pages = list(GitLab(transport, NOW, graphql).harvest(HOME.record, {}))
        asked_rest = any("/merge_requests/" in path for path in transport.asked)
        assert not graphql or not asked_rest, "GraphQL told all that it should"
        records = {}
        for record in (record for page in pages for record in page.records):
            records.setdefault(record.kind, []).append(record)
        return records, [gap for page in pages for gap in page.gaps]

    return read


@pytest.fixture
def simulator():
    schema()  # Built before anybody waits for it.
    with ForgeSimulator(world_of()).serving() as serving:
        yield serving


@pytest.fixture
def forge(simulator):
    """The simulated GitLab, as a source opens it."""

    def at(now=NOW):
        rest = RestApi(f"{simulator.url}/api/v4", TOKEN, lambda: now, timeout=TIMEOUT_SECONDS)
        graphql = RestApi(f"{simulator.url}/api", TOKEN, lambda: now, timeout=TIMEOUT_SECONDS)
        return GitLab(rest, now, graphql)

    return at


@pytest.fixture
def harvest(simulator, forge):
    """Harvest the simulated GitLab once; the report."""

    def once(now=NOW, on_page=None, clock=None):
        simulator.clock = clock or (lambda: now)
        opened = forge(now)
        cursor = HarvestCursor.objects.first() or register_source(
            "gitlab:lab/vision", opened.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, opened, clock=lambda: now, on_page=on_page)

    return once
