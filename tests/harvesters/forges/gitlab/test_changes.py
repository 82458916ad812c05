"""Merge requests of GitLab as contributions, told alike by GraphQL and by REST."""

import hashlib

import pytest

from harvesters.forge import ActorRecord, Kind, Role
from harvesters.forges.gitlab.changes import closed_issues
from tests.gitlab_described import moment
from tests.gitlab_items import GHOST, HOST, Account, Change, Commit, patch
from tests.gitlab_items import approval as approved
from tests.gitlab_world import HOME

LI, WU = Account(101, "liming", "Li Ming"), Account(102, "wu", "Wu Fang")
LEAD = Account(104, "maintainer")


def parts(record, role):
    return [one.actor for one in record.participants if one.role is role]


def by_email(email, name):
    return ActorRecord("git", "email:" + hashlib.sha256(email.encode()).hexdigest(), name)


def the_change(told):
    records, gaps = told()
    (record,) = records[Kind.CHANGE]
    return record, gaps


def test_a_merged_change_tells_who_what_and_how_much(world, told):
    world.changes = [Change(7, LI, LEAD, body="Closes #3", labels=["feature"])]

    record, gaps = the_change(told)

    assert gaps == []
    assert (record.external_id, record.state, record.occurred_at.isoformat()) == (
        "70007",
        "merged",
        "2026-03-01T16:00:00+00:00",
    )
    assert record.url == "https://gitlab.com/lab/vision/-/merge_requests/7"
    assert parts(record, Role.AUTHOR) == [ActorRecord(HOST, "101", "liming")]
    assert parts(record, Role.MERGER) == [ActorRecord(HOST, "104", "maintainer")]
    assert parts(record, Role.CO_AUTHOR) == []
    assert record.facts == {
        "sizes": {"code": [12, 3]},
        "files": [["src/config.py", 12, 3]],
        "files_count": 1,
        "labels": ["feature"],
        "pull_requests": [7],
        "closes": [3],
        "commits": [Commit().known_sha],
        "merge_commit": f"{7:040x}",
    }


def test_who_wrote_a_part_is_a_co_author_once(world, told):
    message = (
        "Read it\n\nCo-authored-by: Wu Fang <102-wu@users.noreply.gitlab.com>\n"
        "Co-authored-by: Chen <chen@lab.example>\nCo-authored-by: Li Ming <li@home.example>"
    )
    world.changes = [
        Change(7, LI, LEAD, commits=[Commit(message=message), Commit("Chen", "chen@lab.example")])
    ]

    record, _ = the_change(told)

    assert parts(record, Role.CO_AUTHOR) == [
        ActorRecord(HOST, "102", "wu"),
        by_email("chen@lab.example", "Chen"),
    ]
    assert record.facts["trailers"] == [
        ["co-authored-by", "Wu Fang"],
        ["co-authored-by", "Chen"],
        ["co-authored-by", "Li Ming"],
    ]


@pytest.mark.parametrize("door", ["graphql"], indirect=True)
def test_graphql_tells_whose_address_it_is(world, told):
    world.changes = [Change(7, LI, LEAD, commits=[Commit("Wu", "wu@lab.example", account=WU)])]

    record, _ = the_change(told)

    assert parts(record, Role.CO_AUTHOR) == [ActorRecord(HOST, "102", "wu")]


def test_noreply_addresses_of_a_gitlab_of_ones_own_name_the_account(world, told, monkeypatch):
    monkeypatch.setattr("tests.gitlab_world.HOST", "git.lab.example")
    world.changes = [
        Change(7, LI, LEAD, commits=[Commit("W", "7-w@users.noreply.git.lab.example")])
    ]

    record, _ = the_change(told)

    assert parts(record, Role.CO_AUTHOR) == [ActorRecord("git.lab.example", "7", "w")]


def test_what_brings_another_branch_in_was_not_written_by_who_clicked(world, told):
    message = "Merge branch 'main' into 'read-config'"
    world.changes = [
        Change(7, LI, LEAD, commits=[Commit(), Commit("Bo", "bo@lab.example", message)])
    ]

    record, _ = the_change(told)

    assert parts(record, Role.CO_AUTHOR) == []
    assert len(record.facts["commits"]) == 2


def test_a_squashed_change_knows_both_commits_that_it_became(world, told):
    world.changes = [Change(7, LI, LEAD, squashed="5" * 40)]

    record, _ = the_change(told)

    assert record.facts["commits"] == [Commit().known_sha, "5" * 40]
    assert record.facts["merge_commit"] == f"{7:040x}"


@pytest.mark.parametrize(("by", "is_alone"), [((), True), ((WU,), False), ((LI,), True)])
def test_merging_ones_own_change_is_told_unless_another_approved(world, told, by, is_alone):
    threads = [approved(50 + number, one) for number, one in enumerate(by)]
    world.changes = [Change(7, LI, LI, threads=threads)]

    record, _ = the_change(told)

    assert record.facts.get("merged_by_author", False) is is_alone


def test_what_takes_a_commit_back_names_it(world, told):
    said = f"This reverts commit {'a' * 40}"
    world.changes = [Change(7, LI, LEAD, title='Revert "Read it"', body=said)]

    record, _ = the_change(told)

    assert record.facts["reverts"] == "a" * 40


@pytest.mark.parametrize(("state", "shown"), [("closed", "closed"), ("opened", "open")])
def test_what_is_not_merged_is_not_asked_for_sizes(world, told, state, shown):
    world.changes = [Change(7, LI, state=state)]

    record, gaps = the_change(told)

    assert record.state == shown
    assert "sizes" not in record.facts
    assert gaps == []


def test_a_gone_account_is_nobody(world, told):
    world.changes = [Change(7, GHOST, LEAD)]

    record, _ = the_change(told)

    assert parts(record, Role.AUTHOR) == [ActorRecord(HOST, "0", "ghost")]


@pytest.mark.parametrize("username", ["ghost7", "casper"])
def test_somebody_who_is_only_called_so_is_somebody(world, told, username):
    world.changes = [Change(7, Account(9, username, "Ghost" * (username == "ghost7")), LEAD)]

    record, _ = the_change(told)

    assert parts(record, Role.AUTHOR) == [ActorRecord(HOST, "9", username)]


@pytest.mark.parametrize(
    "username", ["project_42_bot_0f3a", "group_7_bot", "service_account_1", "renovate-bot"]
)
def test_accounts_of_tokens_are_programs(world, told, username):
    world.changes = [Change(7, Account(9, username), LEAD)]

    record, _ = the_change(told)

    assert parts(record, Role.AUTHOR)[0].is_bot


def test_what_was_imported_is_not_counted_for_who_imported_it(world, told):
    world.founded = "2026-03-01T15:00:00.000Z"
    world.changes = [Change(5, LI, LI, created=moment(5)), Change(7, LI, LI, created=moment(7))]

    records, _ = told()

    old, new = sorted(records[Kind.CHANGE], key=lambda record: record.external_id)
    assert {one.actor.external_id for one in old.participants} == {"0"}
    assert parts(new, Role.AUTHOR) == [ActorRecord(HOST, "101", "liming")]


BINARY = "Binary files a/a.png and b/a.png differ\n"
WITH_HEAD = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n"


@pytest.mark.parametrize("door", ["rest"], indirect=True)
@pytest.mark.parametrize(
    ("file", "sizes"),
    [
        (patch("src/a.py", 2, 1), {"code": [2, 1]}),
        (patch("a.py", 0, 0, diff="", old_path="b.py", renamed_file=True), {"code": [0, 0]}),
        (
            patch("a.png", 0, 0, diff=BINARY),
            {"binary": [0, 0]},
        ),
        (
            patch("a.py", 0, 0, diff=WITH_HEAD),
            {"code": [1, 1]},
        ),
        (patch("a.py", 0, 0, diff="", too_large=True), None),
        (patch("a.py", 0, 0, diff="", collapsed=True), None),
    ],
    ids=["lines", "a new name", "binary", "with a head", "too large", "collapsed"],
)
def test_lines_are_counted_in_patches_or_not_known(world, told, file, sizes):
    world.changes = [Change(7, LI, LEAD, patches=[file])]

    record, gaps = the_change(told)

    assert record.facts["sizes"] == sizes
    assert [gap.subject for gap in gaps] == ([] if sizes else ["size of merge request 7"])


@pytest.mark.parametrize("door", ["rest"], indirect=True)
def test_an_old_server_that_does_not_tell_what_it_left_out_is_not_believed(world, told):
    file = patch("a.py", 0, 0, diff="")
    world.changes = [
        Change(
            7, LI, LEAD, patches=[{k: v for k, v in file.items() if k[:3] not in {"col", "too"}}]
        )
    ]

    assert the_change(told)[0].facts["sizes"] is None


@pytest.mark.parametrize("door", ["rest"], indirect=True)
def test_patches_are_asked_for_in_pages_that_gitlab_can_bear(world, told):
    world.changes = [Change(7, LI, LEAD, files=[(f"src/{n}.py", 1, 0) for n in range(70)])]

    record, gaps = the_change(told)

    assert record.facts["files_count"] == 70
    assert gaps == []


@pytest.mark.parametrize("door", ["rest"], indirect=True)
@pytest.mark.parametrize("part", ["commits", "diffs", "discussions"])
@pytest.mark.parametrize("how", ["hidden", "broken"])
def test_a_part_that_is_not_told_is_a_gap(world, told, part, how):
    world.changes = [Change(7, LI, LEAD)]
    setattr(world, how, [part])

    record, gaps = the_change(told)

    name = {"diffs": "size"}.get(part, part)
    assert [gap.subject for gap in gaps] == [f"{name} of merge request 7"]
    assert record.state == "merged"


class WithoutAuthor(Change):
    def rest(self):
        told = super().rest()
        del told["author"]
        return told


def test_a_change_that_lacks_what_gitlab_promises_is_a_gap_and_its_neighbours_count(world, told):
    world.changes = [Change(5, LI, LEAD), WithoutAuthor(6, LI, LEAD), Change(7, LI, LEAD)]

    records, gaps = told()

    assert [record.external_id for record in records[Kind.CHANGE]] == ["70005", "70007"]
    assert [gap.subject for gap in gaps] == ["merge_requests 6"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Closes #4, #6 and #7", [4, 6, 7]),
        ("This fixes: #12.", [12]),
        ("Implements issue #3", [3]),
        ("Resolving https://gitlab.com/lab/vision/-/issues/9", [9]),
        ("Closes https://gitlab.com/other/project/-/issues/9", []),
        ("Closes other/project#9", []),
        ("See #4", []),
        ("encloses #4", []),
    ],
)
def test_issues_are_closed_in_gitlabs_words(text, numbers):
    assert closed_issues([text], HOME) == numbers
