"""A GitLab in memory, read without a database: by GraphQL, or by REST alone."""

import pytest

from harvesters.forges.gitlab import GitLab
from tests.gitlab_world import HOME, NOW, Direct, GitLabWorld


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
