"""What the Hub tells becomes contributions of accounts that stay, and gaps where it hides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harvesters.forge import Kind, RepositoryKind, Role, SourceNotFoundError
from harvesters.forges.huggingface import HuggingFace
from tests.huggingface_world import (
    REPOSITORY,
    Direct,
    Discussion,
    HuggingFaceWorld,
    account,
    comment,
    commit,
    pushed,
    sha,
    turned,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI, WU, CHEN = account(101, "li"), account(102, "wu"), account(103, "chen")


def forge_of(world):
    return HuggingFace(Direct(world), "huggingface.co", NOW)


def read(world, path="lab/vision"):
    forge = forge_of(world)
    pages = list(forge.harvest(forge.find_repository(path), {}))
    records = [record for page in pages for record in page.records]
    return records, [gap for page in pages for gap in page.gaps]


def only(world, kind):
    records, _ = read(world)
    (record,) = [record for record in records if record.kind == kind]
    return record


def people(record):
    return [(part.role, part.actor.login, part.actor.external_id) for part in record.participants]


@pytest.mark.parametrize(
    ("path", "kind", "url"),
    [
        ("lab/vision", RepositoryKind.MODEL, "https://huggingface.co/lab/vision"),
        ("models/lab/vision", RepositoryKind.MODEL, "https://huggingface.co/lab/vision"),
        (
            "datasets/lab/vision",
            RepositoryKind.DATASET,
            "https://huggingface.co/datasets/lab/vision",
        ),
        ("spaces/lab/vision", RepositoryKind.SPACE, "https://huggingface.co/spaces/lab/vision"),
    ],
)
def test_a_repository_is_known_by_its_id_and_its_kind(path, kind, url):
    kinds = {"model": "models", "dataset": "datasets", "space": "spaces"}
    found = forge_of(HuggingFaceWorld(kind=kinds[kind])).find_repository(path)

    assert (found.external_id, found.kind, found.url) == (REPOSITORY, kind, url)


@pytest.mark.parametrize("path", ["", "lab/vision/more", "../vision", "lab/vi sion", "kernels/a/b"])
def test_what_names_no_repository_is_said(path):
    with pytest.raises(SourceNotFoundError, match="OWNER/NAME"):
        forge_of(HuggingFaceWorld()).find_repository(path)


def test_a_renamed_repository_says_its_present_name():
    world = HuggingFaceWorld(path="lab/eyes", old_path="lab/vision")

    assert forge_of(world).find_repository("lab/vision").path == "lab/eyes"


def test_a_commit_names_its_authors_and_their_tools():
    message = "Co-authored-by: Wu <wu@example.org>\nCo-authored-by: Claude <noreply@anthropic.com>"
    record = only(HuggingFaceWorld([commit(7, LI, message=message)]), Kind.COMMIT)

    assert (record.external_id, record.title, record.state) == (sha(7), "Upload weights", "merged")
    assert record.url == f"https://huggingface.co/lab/vision/commit/{sha(7)}"
    assert [part[:2] for part in people(record)] == [
        (Role.AUTHOR, "li"),
        (Role.CO_AUTHOR, "Wu"),
        (Role.CO_AUTHOR, "Claude"),
    ]
    assert record.facts["ai_assistance"] == ["Claude"]
    assert record.facts["sizes"] is None


def test_an_author_is_the_account_of_that_name_with_that_picture():
    (part,) = only(HuggingFaceWorld([commit(7, LI)]), Kind.COMMIT).participants

    assert (part.actor.host, part.actor.external_id) == ("huggingface.co", LI["_id"])


@pytest.mark.parametrize(
    "overview",
    [None, {"avatarUrl": "/avatars/another.svg"}, {"avatarUrl": ""}, {"_id": ""}],
    ids=["gone", "another picture", "no picture", "no id"],
)
def test_an_author_whose_account_is_not_sure_is_a_name(overview):
    world = HuggingFaceWorld([commit(7, LI)], overviews={"li": overview})
    (part,) = only(world, Kind.COMMIT).participants

    assert part.actor.host == "git"
    assert part.actor.external_id.startswith("name:")


def test_who_wrote_the_name_of_an_account_into_git_is_not_that_account():
    """Without a picture the Hub does not know who it was, whatever they are called."""
    world = HuggingFaceWorld([commit(7, LI), commit(8, None, authors=[{"user": "li"}])])
    records = [record for record in read(world)[0] if record.kind == Kind.COMMIT]
    hosts = {record.external_id: record.participants[0].actor.host for record in records}

    assert hosts == {sha(7): "huggingface.co", sha(8): "git"}


@pytest.mark.parametrize("authors", [[], [{}], [{"user": 7, "avatar": "a"}]])
def test_authors_that_are_not_as_promised_cost_no_neighbour(authors):
    world = HuggingFaceWorld([commit(7, LI), commit(8, LI, authors=authors)])

    assert sha(7) in [record.external_id for record in read(world)[0]]


def test_an_account_is_asked_for_once_however_many_commits_it_wrote():
    world = HuggingFaceWorld([commit(number, LI) for number in range(1, 50)])
    forge = forge_of(world)
    list(forge.harvest(forge.find_repository("lab/vision"), {}))

    assert forge.transport.asked.count("/users/li/overview") == 1


def test_who_has_no_account_is_a_name_that_nobody_can_claim():
    (part,) = only(HuggingFaceWorld([commit(7, None)]), Kind.COMMIT).participants

    assert part.actor.host == "git"
    assert part.actor.external_id.startswith("name:")


@pytest.mark.parametrize("name", ["SFconvertbot", "parquet-converter", "system", "librarian-bot"])
def test_the_hub_s_own_programs_are_bots(name):
    (part,) = only(HuggingFaceWorld([commit(7, account(9, name))]), Kind.COMMIT).participants

    assert part.actor.is_bot


def test_a_release_is_its_creator_s_and_says_what_the_card_says():
    world = HuggingFaceWorld([commit(1, LI), commit(2, WU)])

    record = only(world, Kind.RELEASE)

    assert (record.external_id, record.title) == (REPOSITORY, "lab/vision")
    assert people(record) == [(Role.AUTHOR, "li", LI["_id"])]
    assert record.facts == {
        "card": True,
        "licence": ["mit"],
        "base_models": ["lab/base"],
        "base_relation": "adapter",
        "languages": ["zh"],
        "task": ["image-classification"],
    }


def test_a_release_without_a_card_says_so_by_saying_nothing():
    world = HuggingFaceWorld([commit(1, LI)], card={"cardData": None, "pipeline_tag": None})

    assert only(world, Kind.RELEASE).facts == {}


@pytest.mark.parametrize(
    "card", [[], "mit", {"license": 7, "datasets": [None, {}], "base_model_relation": {}}]
)
def test_a_card_that_is_nonsense_stops_nothing(card):
    records, gaps = read(HuggingFaceWorld([commit(1, LI)], card={"cardData": card}))

    assert {record.kind for record in records} >= {Kind.COMMIT}
    assert len(gaps) <= 1


MERGED = Discussion(19, LI, events=[pushed(700, LI), comment(71, WU), turned(72, CHEN, "merged")])


def test_a_merged_pull_request_has_author_merger_commits_and_sizes():
    record = only(HuggingFaceWorld(discussions=[MERGED]), Kind.CHANGE)

    assert (record.external_id, record.state) == ("19", "merged")
    assert people(record) == [
        (Role.AUTHOR, "li", LI["_id"]),
        (Role.MERGER, "chen", CHEN["_id"]),
    ]
    assert record.facts == {
        "sizes": {"docs": [2, 1]},
        "files": [["README.md", 2, 1]],
        "files_count": 1,
        "patch_id": "cdea1332582d9ee87919e1c653c3d97960c73496",
        "pull_requests": [19],
        "commits": [sha(700)],
        "merge_commit": sha(900_019),
    }


def test_who_merges_alone_is_said():
    alone = replace(MERGED, events=[turned(72, LI, "merged")])

    assert only(HuggingFaceWorld(discussions=[alone]), Kind.CHANGE).facts["merged_by_author"]


@pytest.mark.parametrize("diff", [None, "diff --git a/x b/x\n@@ -1,9 +1,9 @@\n"])
def test_a_pull_request_whose_diff_is_not_told_has_an_unknown_size(diff):
    records, gaps = read(HuggingFaceWorld(discussions=[replace(MERGED, diff=diff)]))

    assert records[1].facts["sizes"] is None
    assert [gap.subject for gap in gaps] == ["size of pull request 19"]


def test_comments_of_others_count_and_hidden_and_own_ones_do_not():
    events = [comment(71, LI), comment(72, WU), comment(73, CHEN, hidden=True)]

    record = only(HuggingFaceWorld(discussions=[replace(MERGED, events=events)]), Kind.COMMENT)

    assert people(record) == [(Role.AUTHOR, "wu", WU["_id"])]
    assert record.facts == {"pull_requests": [19]}


def test_a_discussion_is_its_author_s_and_closing_it_is_triage():
    events = [comment(71, LI), turned(72, WU, "closed"), turned(73, WU, "closed")]
    world = HuggingFaceWorld(
        discussions=[Discussion(4, LI, "closed", events, is_pull_request=False)]
    )

    assert people(only(world, Kind.DISCUSSION)) == [(Role.AUTHOR, "li", LI["_id"])]
    assert people(only(world, Kind.TRIAGE)) == [(Role.TRIAGER, "wu", WU["_id"])]


def test_who_deleted_the_account_is_the_ghost():
    world = HuggingFaceWorld(discussions=[Discussion(4, None, "open", is_pull_request=False)])

    (part,) = only(world, Kind.DISCUSSION).participants
    assert part.actor.external_id == "0"


def test_a_discussion_that_is_listed_and_hidden_is_a_gap():
    records, gaps = read(HuggingFaceWorld(discussions=[MERGED], hidden={19}))

    assert [record.kind for record in records] == [Kind.RELEASE, Kind.CHANGE]
    assert gaps[0].subject == "discussion 19"


@pytest.mark.parametrize("key", ["title", "status", "createdAt", "num", "isPullRequest"])
def test_an_item_that_breaks_its_promise_is_a_gap_and_its_neighbours_count(key):
    class Lenient(HuggingFaceWorld):
        def _listed(self, page):
            reply = super()._listed(page)
            told = reply.json()
            told["discussions"][0].pop(key)
            return reply.of(told)

    others = [Discussion(number, LI, "open") for number in (1, 2, 3)]
    records, gaps = read(Lenient(discussions=others))

    assert [record.external_id for record in records if record.kind == Kind.CHANGE] == ["2", "1"]
    assert len(gaps) == 1


def test_what_a_harvest_would_take_is_told_beforehand():
    commits = [commit(number, LI) for number in range(1, 31)]
    merged = [replace(MERGED, num=number) for number in range(1, 31)]
    world = HuggingFaceWorld(commits, merged)
    forge = forge_of(world)
    repository = forge.find_repository("lab/vision")

    first, second = forge.estimate(repository, {}).lists
    assert (first.name, first.items, first.is_least) == ("commits", 20, True)
    assert (second.name, second.items, second.requests) == ("discussions", 30, 32)

    *_, last = forge.harvest(repository, {})
    (again,) = forge.estimate(repository, last.cursor).lists
    assert (again.name, again.items) == ("discussions", 0)
