"""Every field of what a forge was recorded to tell is read, or ignored by its name.

GitHub's and Hugging Face's webhooks and GitHub's advisories are recordings; what is asked for by
GraphQL names its fields itself. Of Gitea, Forgejo, GitLab and the Hub the world of our tests stands
in: it tells every field that their description promises.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from harvesters.forge import RepositoryRecord
from harvesters.forges.gitea import Gitea
from harvesters.forges.github.advisories import advisory_records
from harvesters.forges.gitlab import GitLab
from harvesters.forges.huggingface import HuggingFace
from harvesters.webhooks import WEBHOOKS
from tests import gitea_world, gitlab_world, huggingface_world
from tests.chaos.histories.gitea import GiteaHistory
from tests.chaos.histories.gitlab import GitLabHistory
from tests.chaos.histories.huggingface import HuggingFaceHistory
from tests.chaos.history import read
from tests.gitea_described import FORGEJO, GITEA
from tests.gitea_items import HOST
from tests.recordings import DATA, Fields, Ignored, Noting, idle_patterns, unknown_fields

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def recording(forge, name):
    return json.loads((DATA / forge / f"{name}.json").read_text("utf-8"))


def play_github(fields, _home):
    repository = RepositoryRecord("github.com", "1", "lab/vision", "https://github.com/lab/vision")
    for advisory in recording("github", "advisories"):
        assert advisory_records(fields.note(advisory, "advisory"), repository)
    for event in ("pull_request", "release"):
        payload = fields.note(recording("github", f"webhook.{event}"), "webhook")
        assert WEBHOOKS["github"].subject_of(payload)


def play_gitea(fields, home):
    for server in (GITEA, FORGEJO):
        world = GiteaHistory(1, home).world
        world.server = server
        transport = Noting(gitea_world.Direct(world), fields)
        assert read(Gitea(transport, HOST, NOW))


def play_gitlab(fields, home):
    world = GitLabHistory(1, home).world
    transport = Noting(gitlab_world.Direct(world), fields)
    # What is asked for by GraphQL is told as it is: the question names the fields.
    assert read(GitLab(transport, NOW, gitlab_world.Direct(world, "/api")))


def play_huggingface(fields, home):
    payload = fields.note(recording("huggingface", "webhook"), "webhook")
    assert WEBHOOKS["huggingface"].subject_of(payload)
    transport = Noting(huggingface_world.Direct(HuggingFaceHistory(1, home).world), fields)
    assert read(HuggingFace(transport, "127.0.0.1", NOW, transport))
    space = huggingface_world.HuggingFaceWorld(kind="spaces")
    transport = Noting(huggingface_world.Direct(space), fields)
    assert read(HuggingFace(transport, "127.0.0.1", NOW, transport), "spaces/lab/vision")


PLAYS = {
    "gitea": play_gitea,
    "github": play_github,
    "gitlab": play_gitlab,
    "huggingface": play_huggingface,
}


@pytest.fixture(params=PLAYS)
def forge(request):
    return request.param


@pytest.fixture
def fields(forge, tmp_path):
    found = Fields()
    PLAYS[forge](found, tmp_path)
    return found


def test_every_field_is_read_or_ignored_by_name(forge, fields):
    assert unknown_fields(fields, Ignored.of(forge)) == []


def test_nothing_is_ignored_that_is_read_or_told_no_more(forge, fields):
    assert idle_patterns(fields, Ignored.of(forge)) == []


def test_a_new_field_is_named():
    fields, ignored = Fields(), Ignored(("pull.labels", "*.node_id"))
    told = {"id": 7, "node_id": "A", "labels": [{"name": "bug"}], "user": {"id": 1, "age": 3}}
    payload = fields.note({**told, "merge_queue": {"place": 1}}, "pull")
    assert isinstance(payload, Mapping)
    assert payload["id"] == payload["user"]["id"] + 6

    assert unknown_fields(fields, ignored) == ["pull.merge_queue", "pull.user.age"]
    assert idle_patterns(fields, ignored) == []


def test_an_ignored_name_that_is_read_is_named():
    fields = Fields()
    assert fields.note({"id": 7}, "pull")["id"] == 7

    assert idle_patterns(fields, Ignored(("pull.id", "pull.gone"))) == ["pull.gone", "pull.id"]
