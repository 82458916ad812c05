"""Reviews and comments on lines, read as contributions."""

from datetime import datetime

from harvesters.forge import Kind, Role
from tests.github_nodes import Change, account, moment, remark, review, thread
from tests.github_reading import named, of_kind, read_changes

LI = account(101, "liming")
WU = account(102, "wu")
CHEN = account(103, "chen")
MERGER = account(104, "maintainer")


def test_each_review_is_a_contribution_of_its_own():
    change = Change(
        7,
        LI,
        MERGER,
        reviews=[review(21, WU, "CHANGES_REQUESTED"), review(22, CHEN)],
        threads=[
            thread(remark(31, WU, 21), remark(32, LI), remark(33, WU, 21), resolved=True),
            thread(remark(34, WU, 21)),
            thread(remark(35, CHEN, 22), resolved=True),
        ],
    )

    (merged, asked, approved, *_), _ = read_changes(change)

    assert (asked.kind, asked.external_id, asked.state) == (Kind.REVIEW, "21", "changes_requested")
    assert asked.occurred_at == datetime.fromisoformat(moment(21))
    assert named(asked, Role.REVIEWER) == [("github.com", "102", "wu")]
    assert asked.facts == {
        "review_state": "changes_requested",
        "comments": 3,
        "resolved_threads": 1,
        "pull_requests": [7],
    }
    assert approved.facts["review_state"] == "approved"
    assert (merged.facts["reviewers"], merged.facts["resolved_threads"]) == (2, 2)


def test_a_remark_on_ones_own_change_and_a_draft_of_a_review_are_no_reviews():
    change = Change(7, LI, MERGER, reviews=[review(21, LI, "COMMENTED"), review(22, WU, "PENDING")])

    records, gaps = read_changes(change)

    assert [record.kind for record in records] == [Kind.CHANGE]
    assert "reviewers" not in records[0].facts
    assert gaps == []


def test_a_comment_on_a_line_is_a_contribution_of_who_wrote_it():
    change = Change(7, LI, MERGER, threads=[thread(remark(31, WU, 21, path="src/loader.py"))])

    (comment,) = of_kind(read_changes(change)[0], Kind.COMMENT)

    assert (comment.external_id, comment.state) == ("31", "shown")
    assert comment.occurred_at == datetime.fromisoformat(moment(31))
    assert comment.url == "https://github.com/lab/vision/pull/1#discussion_r31"
    assert comment.title == "Read configuration from the environment"
    assert named(comment, Role.AUTHOR) == [("github.com", "102", "wu")]
    assert comment.facts == {"path": "src/loader.py", "pull_requests": [7]}


def test_an_answer_on_ones_own_change_and_a_draft_are_no_comments():
    threads = [thread(remark(31, WU), remark(32, LI), remark(33, WU, state="PENDING"))]

    records, _ = read_changes(Change(7, LI, MERGER, threads=threads))

    assert [one.external_id for one in of_kind(records, Kind.COMMENT)] == ["31"]


def test_a_comment_that_maintainers_folded_away_says_why():
    threads = [thread(remark(31, WU, minimized="spam"), remark(32, None))]

    spam, plain = of_kind(read_changes(Change(7, LI, MERGER, threads=threads))[0], Kind.COMMENT)

    assert (spam.state, spam.facts["minimized"]) == ("minimized", "spam")
    assert named(plain, Role.AUTHOR) == [("github.com", "0", "ghost")]
