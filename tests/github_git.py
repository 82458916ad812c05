"""A GitHub on loopback that is read by git and by API into the database."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from harvesters.forges.github.queries import queries
from harvesters.models import HarvestCursor
from harvesters.services.harvesting import HarvestReport, harvest_source, register_source
from harvesters.services.leasing import lease_source
from harvesters.sources import open_forge
from tests.git_server import GitServer
from tests.github_hosted import Hosted, Merging
from tests.github_played import NOW
from tests.github_world import GitHubWorld, document
from tests.repositories import GitRepository
from tests.simulator import ForgeSimulator

__all__ = ["harvest", "hosted", "merging", "repository", "simulator"]

TOKEN = "ghp_0123456789"
SOURCE = "github:lab/vision"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """What GitHub serves by git."""
    return GitRepository.at(tmp_path / "served" / "vision")


@pytest.fixture
def hosted(repository: GitRepository) -> Hosted:
    return Hosted(GitHubWorld(history=repository), GitServer(repository.folder.parent))


@pytest.fixture
def merging(hosted: Hosted, repository: GitRepository) -> Merging:
    """Merges into a repository that was begun."""
    made = Merging(hosted.world, repository)
    made.push("Begin", "begin.py")
    return made


@pytest.fixture
def simulator(hosted: Hosted, settings: LazySettings, tmp_path: Path):
    document(queries())  # Built before anybody waits for it.
    settings.HOME = tmp_path / "home"
    with ForgeSimulator(hosted).serving() as serving:
        settings.GITHUB_URL, settings.GITHUB_TOKEN = serving.url, TOKEN
        yield serving


@pytest.fixture
def harvest(simulator: ForgeSimulator):
    """Harvest it once, as a worker does; the report."""

    def once(now=NOW, on_page=None, clock=None) -> HarvestReport:
        cursor = HarvestCursor.objects.first()
        if cursor is None:
            forge, path = open_forge(SOURCE, now=now)
            cursor = register_source(SOURCE, forge.find_repository(path), now=now)
        leased = lease_source(cursor, now=now)
        return harvest_source(leased, clock=clock or (lambda: now), on_page=on_page)

    return once
