"""Who accepted on Gitee, and who commented on lines, read as reviews and comments."""

from datetime import datetime

import pytest

from harvesters.forge import Kind, Role
from tests.gitee_reading import CHEN, LI, MERGER, WU, named, told
from tests.gitee_world import Pull, accepting, account, comment, moment


def of(kind, *pulls):
    return [record for record in told(*pulls)[0] if record.kind == kind]


@pytest.mark.parametrize("role", ["assignees", "testers"])
def test_whoever_accepts_has_approved_when_the_change_was_merged(role):
    pull = Pull(4, LI, MERGER, **{role: [accepting(WU), accepting(CHEN, accept=False)]})

    (review,) = of(Kind.REVIEW, pull)

    assert (review.external_id, review.state) == ("2200004:102", "approved")
    assert review.occurred_at == datetime.fromisoformat(moment(4))
    assert review.title == pull.title
    assert named(review, Role.REVIEWER) == [("gitee.com", "102", "wu")]
    assert review.facts == {"review_state": "approved", "pull_requests": [4]}


def test_gitcodes_reviewers_accept_in_a_list_of_their_own():
    pull = Pull(4, LI, MERGER, more={"approval_reviewers": [accepting(WU)]}, assignees=["wu"])

    assert [review.state for review in of(Kind.REVIEW, pull)] == ["approved"]


def test_whoever_accepts_twice_and_comments_has_reviewed_once():
    pull = Pull(
        4,
        LI,
        MERGER,
        assignees=[accepting(WU)],
        testers=[accepting(WU)],
        comments=[comment(2, WU, "src/分词.py"), comment(3, WU, "src/分词.py")],
    )

    (review,) = of(Kind.REVIEW, pull)

    assert review.facts["comments"] == 2
    assert review.state == "approved"
    assert review.occurred_at == datetime.fromisoformat(moment(2))


def test_a_comment_on_a_line_is_a_review_and_a_comment():
    pull = Pull(4, LI, MERGER, comments=[comment(2, WU, "src/分词.py")])

    (review,) = of(Kind.REVIEW, pull)
    (remark,) = of(Kind.COMMENT, pull)

    assert review.facts == {"review_state": "commented", "comments": 1, "pull_requests": [4]}
    assert remark.external_id == "2"
    assert remark.facts == {"path": "src/分词.py", "pull_requests": [4]}
    assert named(remark, Role.AUTHOR) == [("gitee.com", "102", "wu")]
    assert remark.url == "https://gitee.com/lab/vision/pulls/1#note_2"


def test_a_comment_on_no_line_is_neither_and_is_counted():
    records, _ = told(Pull(4, LI, MERGER, comments=[comment(2, WU), comment(3, LI)]))

    assert [record.kind for record in records] == [Kind.CHANGE]
    assert records[0].facts["comments"] == 2


def test_what_authors_say_on_their_own_change_is_neither():
    pull = Pull(4, LI, MERGER, assignees=[accepting(LI)], comments=[comment(2, LI, "src/a.py")])

    assert of(Kind.REVIEW, pull) == of(Kind.COMMENT, pull) == []


def test_gitcodes_threads_are_told_with_their_answers_and_whether_they_were_resolved():
    answer = {"id": 3, "user": LI, "body": "已修改", "created_at": moment(3)}
    thanks = {"id": 5, "user": CHEN, "body": "同意", "created_at": moment(5)}
    wu = account("6822c9b2398335026946a660", "wu")
    thread = comment(
        2,
        wu,
        comment_type="diff_comment",
        diff_file="src/模型.py",
        resolved=True,
        reply=[answer, thanks],
    )
    pull = Pull(4, LI, MERGER, comments=[thread])

    reviews = {review.participants[0].actor.login: review for review in of(Kind.REVIEW, pull)}
    remarks = of(Kind.COMMENT, pull)

    assert reviews["wu"].facts["resolved_threads"] == 1
    assert "resolved_threads" not in reviews["chen"].facts
    assert [remark.external_id for remark in remarks] == ["2", "5"]
    assert all(remark.facts["path"] == "src/模型.py" for remark in remarks)
    assert told(pull)[0][0].facts["resolved_threads"] == 1


def test_the_change_counts_its_reviewers():
    pull = Pull(4, LI, MERGER, assignees=[accepting(WU)], comments=[comment(2, CHEN, "src/a.py")])

    assert told(pull)[0][0].facts["reviewers"] == 2


def test_a_review_of_a_closed_pull_request_is_work_too():
    pull = Pull(4, LI, state="closed", assignees=[accepting(WU)])

    (review,) = of(Kind.REVIEW, pull)

    assert review.occurred_at == datetime.fromisoformat(moment(4))


def test_an_account_that_goes_by_two_numbers_is_known_by_the_lasting_one():
    both = {**account("708", "wu"), "object_id": "6822c9b2398335026946a660"}
    pull = Pull(4, LI, MERGER, comments=[comment(2, both, "src/a.py")])

    (review,) = of(Kind.REVIEW, pull)

    assert named(review, Role.REVIEWER)[0][1] == "6822c9b2398335026946a660"
