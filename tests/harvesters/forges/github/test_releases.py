"""Releases as GitHub tells them."""

from datetime import datetime, timedelta

from harvesters.forge import Kind, Role
from harvesters.forges.github import GitHub
from tests.github_nodes import account, moment, release
from tests.github_reading import NOW, named, read
from tests.github_world import Direct, GitHubWorld

LI = account(101, "liming")


def test_a_release_is_a_contribution_of_who_published_it():
    ((record,), _) = read(
        GitHubWorld(releases=[release(3, LI, createdAt=moment(1), publishedAt=moment(3))])
    )

    assert (record.kind, record.external_id, record.state) == (Kind.RELEASE, "6003", "published")
    assert record.occurred_at == datetime.fromisoformat(moment(3))
    assert record.title == "Version 0.3"
    assert record.url == "https://github.com/lab/vision/releases/tag/v0.3"
    assert named(record, Role.AUTHOR) == [("github.com", "101", "liming")]
    assert record.facts == {"tag": "v0.3"}


def test_a_release_without_a_name_is_called_by_its_tag():
    ((record,), _) = read(GitHubWorld(releases=[release(3, LI, name="", isPrerelease=True)]))

    assert (record.title, record.state) == ("v0.3", "prerelease")


def test_a_draft_is_no_release_until_it_is_published():
    draft = release(3, LI, isDraft=True, publishedAt=None)
    world = GitHubWorld(releases=[draft, *(release(number, LI) for number in range(4, 90))])
    first = GitHub(Direct(world), NOW)
    repository = first.find_repository("lab/vision")
    pages = list(first.harvest(repository, {}))
    assert sum(len(page.records) for page in pages) == 86
    later = (NOW + timedelta(hours=1)).isoformat()
    world.releases[0] = {**draft, "isDraft": False, "publishedAt": later, "updatedAt": later}
    world.releases.append(release(90, LI))

    second = GitHub(Direct(world), NOW + timedelta(hours=2))
    told = [
        record.facts["tag"]
        for page in second.harvest(repository, pages[-1].cursor)
        for record in page.records
    ]

    assert {"v0.3", "v0.90"} <= set(told)
