"""Pull requests as GitHub tells them, read as contributions."""

from datetime import UTC, datetime

import pytest

from harvesters.forge import Kind, Role
from tests.github_nodes import (
    BEGAN,
    Change,
    account,
    closed_issue,
    commit,
    moment,
    review,
    writer,
)
from tests.github_reading import change_of, named, read_changes
from tests.github_world import recorded

LI = account(101, "liming", name="Li Ming")
WU = account(102, "wu")
MERGER = account(104, "maintainer")


def test_a_merged_pull_request_is_a_contribution_of_its_author():
    wrote = [commit(writer(LI)), commit(writer(LI))]

    merged = change_of(
        Change(7, LI, MERGER, labels=["bug"], closes=[closed_issue(3)], comments=2, commits=wrote)
    )

    assert (merged.kind, merged.external_id, merged.state) == (Kind.CHANGE, "7000000007", "merged")
    assert merged.occurred_at == datetime.fromisoformat(moment(7))
    assert merged.title == "Read configuration from the environment"
    assert merged.url == "https://github.com/lab/vision/pull/7"
    assert named(merged, Role.AUTHOR) == [("github.com", "101", "liming")]
    assert named(merged, Role.MERGER) == [("github.com", "104", "maintainer")]
    assert merged.facts == {
        "sizes": {"code": [12, 3]},
        "files": [["src/config.py", 12, 3]],
        "files_count": 1,
        "labels": ["bug"],
        "pull_requests": [7],
        "closes": [3],
        "comments": 2,
        "commits": [one["commit"]["oid"] for one in wrote],
        "merge_commit": f"{7:040x}",
    }


def test_sizes_are_told_by_kind_of_file_the_largest_file_first():
    files = [("uv.lock", 900, 300), ("tests/test_config.py", 30, 0), ("src/config.py", 40, 2)]

    facts = change_of(Change(7, LI, MERGER, files=files)).facts

    assert facts["sizes"] == {"lock": [900, 300], "tests": [30, 0], "code": [40, 2]}
    assert [path for path, _, _ in facts["files"]] == [
        "uv.lock",
        "src/config.py",
        "tests/test_config.py",
    ]


@pytest.mark.parametrize(("state", "said"), [("OPEN", "open"), ("CLOSED", "closed")])
def test_a_pull_request_that_is_not_merged_says_so(state, said):
    record = change_of(Change(7, LI, MERGER, state=state))

    assert record.state == said
    assert named(record, Role.MERGER) == []


def test_co_authors_are_taken_from_commits_and_from_the_squashed_one_once_each():
    merged = change_of(
        Change(
            7,
            LI,
            MERGER,
            commits=[commit(writer(LI), writer(WU)), commit(writer(WU))],
            squash_writers=[
                writer(LI),
                writer(WU),
                writer(name="Chen", email="103+chen@users.noreply.github.com"),
                writer(name="Zhao", email="zhao@example.org"),
            ],
        )
    )

    wrote = named(merged, Role.CO_AUTHOR)
    assert wrote[:2] == [("github.com", "102", "wu"), ("github.com", "103", "chen")]
    assert [(host, login) for host, _, login in wrote[2:]] == [("git", "Zhao")]


def test_who_merges_by_a_merge_commit_wrote_nothing():
    merged = change_of(Change(7, LI, MERGER, squash_writers=[writer(MERGER)], parents=2))

    assert named(merged, Role.CO_AUTHOR) == []


def test_an_author_who_commits_from_another_address_does_not_share_with_oneself():
    elsewhere = writer(name="li ming", email="li@cluster.internal")

    assert (
        named(change_of(Change(7, LI, MERGER, commits=[commit(elsewhere)])), Role.CO_AUTHOR) == []
    )


def test_ai_help_and_other_trailers_are_told_once():
    message = "Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>\nSigned-off-by: Wu <wu@x.org>"

    facts = change_of(
        Change(7, LI, MERGER, message=message, commits=[commit(message=message)])
    ).facts

    assert facts["trailers"] == [["co-authored-by", "Claude"], ["signed-off-by", "Wu"]]
    assert facts["ai_assistance"] == ["Claude"]


SHA = "0123456789abcdef0123456789abcdef01234567"
REVERT = f"This reverts commit {SHA}."


def test_a_revert_names_what_it_takes_back():
    squashed = Change(7, LI, MERGER, message=REVERT)
    merged = Change(7, LI, MERGER, title='Revert "Fix"', commits=[commit(message=REVERT)])

    assert change_of(squashed).facts["reverts"] == SHA
    assert change_of(merged).facts["reverts"] == SHA


def test_a_change_with_one_revert_among_its_commits_is_none():
    assert "reverts" not in change_of(Change(7, LI, MERGER, commits=[commit(message=REVERT)])).facts


def test_issues_of_other_repositories_are_not_counted_as_closed():
    closes = [closed_issue(3), closed_issue(4, repository=99)]

    assert change_of(Change(7, LI, MERGER, closes=closes)).facts["closes"] == [3]


@pytest.mark.parametrize(
    ("merged_by", "reviews", "is_alone"),
    [
        (LI, [], True),
        (LI, [review(21, WU, "COMMENTED")], True),
        (LI, [review(21, WU, "APPROVED")], False),
        (MERGER, [], False),
    ],
)
def test_who_merges_ones_own_change_needs_another_to_approve_it(merged_by, reviews, is_alone):
    facts = change_of(Change(7, LI, merged_by, reviews=reviews)).facts

    assert facts.get("merged_by_author", False) is is_alone


def test_deleted_accounts_are_one_ghost_who_is_nobodys_double():
    records, _ = read_changes(Change(7, None, None, reviews=[review(21, None)]))

    assert named(records[0], Role.AUTHOR) == [("github.com", "0", "ghost")]
    assert named(records[1], Role.REVIEWER) == [("github.com", "0", "ghost")]
    assert "merged_by_author" not in records[0].facts


def test_programs_are_known_as_such_under_one_name():
    bot = account(49699333, "dependabot", "Bot")
    by_mail = writer(
        name="dependabot[bot]", email="49699333+dependabot[bot]@users.noreply.github.com"
    )

    records, _ = read_changes(
        Change(7, bot, MERGER, commits=[commit(by_mail)]), Change(8, MERGER, MERGER)
    )

    (program,) = [part.actor for part in records[0].participants if part.role == Role.AUTHOR]
    assert (program.external_id, program.login) == ("49699333", "dependabot[bot]")
    assert program.is_bot
    assert named(records[0], Role.CO_AUTHOR) == []
    assert not any(part.actor.is_bot for part in records[1].participants)


def test_an_imported_author_and_an_organisation_are_accounts_of_their_own():
    records, _ = read_changes(
        Change(7, account(88, "imported", "Mannequin"), MERGER),
        Change(8, account(89, "lab", "Organization"), MERGER),
    )

    assert [named(record, Role.AUTHOR)[0][1:] for record in records] == [
        ("88", "imported"),
        ("89", "lab"),
    ]


def test_an_account_of_an_enterprise_is_the_person_behind_it():
    behind = {"__typename": "EnterpriseUserAccount", "login": "li_corp", "user": LI}
    nobody = {"__typename": "EnterpriseUserAccount", "login": "gone_corp", "user": None}

    records, _ = read_changes(Change(7, behind, MERGER), Change(8, nobody, MERGER))

    assert named(records[0], Role.AUTHOR) == [("github.com", "101", "liming")]
    assert named(records[1], Role.AUTHOR) == [("github.com", "0", "ghost")]


def test_an_unknown_size_is_a_gap_and_never_a_smaller_size():
    records, gaps = read_changes(Change(7, LI, MERGER, changed_files=4000))

    assert records[0].facts["sizes"] is None
    assert records[0].facts["files_count"] == 4000
    assert [gap.subject for gap in gaps] == ["size of pull request 7"]
    assert [[one.external_id for one in gap.concerns] for gap in gaps] == [["101"]]


def test_a_real_pull_request_and_its_review_keep_their_numbers():
    """What GitHub sent when it happened; the same numbers come by GraphQL."""
    pull, judged = recorded("pull_request")["pull_request"], recorded("pull_request_review")
    author = account(pull["user"]["id"], pull["user"]["login"], pull["user"]["type"])
    told = judged["review"]
    seen = {
        **review(1, WU, told["state"].upper()),
        "fullDatabaseId": str(told["id"]),
        "submittedAt": told["submitted_at"],
        "url": told["html_url"],
    }

    class Real(Change):
        def node(self):
            return super().node() | {
                "fullDatabaseId": str(pull["id"]),
                "number": pull["number"],
                "url": pull["html_url"],
                "createdAt": pull["created_at"],
            }

    (change, remark), _ = read_changes(
        Real(
            2,
            author,
            title=pull["title"],
            state=pull["state"].upper(),
            files=[("README.md", pull["additions"], pull["deletions"])],
            labels=[label["name"] for label in pull["labels"]],
            reviews=[seen],
        )
    )

    assert (change.external_id, change.state) == ("279147437", "open")
    assert change.occurred_at == datetime(2019, 5, 15, 15, 20, 33, tzinfo=UTC) < BEGAN
    assert named(change, Role.AUTHOR) == [("github.com", "21031067", "Codertocat")]
    assert change.facts["sizes"] == {"docs": [1, 1]}
    assert (remark.external_id, remark.state) == ("237895671", "commented")
    assert (
        remark.url == "https://github.com/Codertocat/Hello-World/pull/2#pullrequestreview-237895671"
    )
