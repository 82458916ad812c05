"""Approvals and threads on GitLab as reviews, one of each account and merge request."""

import pytest

from harvesters.forge import ActorRecord, Kind, Role
from tests.gitlab_described import moment
from tests.gitlab_items import HOST, Account, Change, Note, Thread, approval

LI, WU, CHEN = Account(101, "liming"), Account(102, "wu"), Account(103, "chen")


@pytest.fixture
def spoken(world, told):
    """The reviews and comments that threads become."""

    def read(*threads, **change):
        world.changes = [Change(7, LI, WU, threads=threads, **change)]
        records, gaps = told()
        assert gaps == []
        return records.get(Kind.REVIEW, []), records.get(Kind.COMMENT, [])

    return read


def test_an_approval_is_a_review(spoken):
    ((review,), comments) = spoken(approval(50, WU))

    assert review.external_id == "70007:102"
    assert (review.kind, review.state) == (Kind.REVIEW, "approved")
    assert review.url == "https://gitlab.com/lab/vision/-/merge_requests/7#note_50"
    assert review.participants[0].actor == ActorRecord(HOST, "102", "wu")
    assert review.participants[0].role is Role.REVIEWER
    assert review.facts == {"review_state": "approved", "pull_requests": [7]}
    assert comments == []


def test_threads_and_an_approval_of_one_account_are_one_review(spoken):
    threads = [
        Thread([Note(51, WU, path="src/config.py"), Note(52, LI, "Because.")], resolved=True),
        Thread([Note(53, WU, "And the tests?")], resolved=False),
        approval(54, WU),
    ]

    ((review,), (comment,)) = spoken(*threads)

    assert review.facts == {
        "review_state": "approved",
        "comments": 2,
        "resolved_threads": 1,
        "pull_requests": [7],
    }
    assert comment.external_id == "51"
    assert comment.facts == {"path": "src/config.py", "pull_requests": [7]}
    assert comment.url.endswith("/7#note_51")


def test_who_answers_in_a_thread_reviews_and_who_opened_it_has_it_resolved(spoken):
    thread = Thread(
        [Note(51, WU, path="a.py"), Note(52, CHEN, path="a.py"), Note(53, LI, path="a.py")],
        resolved=True,
    )

    reviews, comments = spoken(thread)

    assert {review.external_id: review.facts.get("resolved_threads") for review in reviews} == {
        "70007:102": 1,
        "70007:103": None,
    }
    assert [comment.external_id for comment in comments] == ["51", "52"]


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        (["approved this merge request", "unapproved this merge request"], "dismissed"),
        (["requested changes", "approved this merge request"], "approved"),
        (["approved this merge request", "requested changes"], "changes_requested"),
        (["approved this merge request", "changed the description"], "approved"),
    ],
)
def test_the_last_decision_counts(spoken, bodies, state):
    notes = [
        Thread([Note(50 + place, WU, body, system=True, at=moment(place))])
        for place, body in enumerate(bodies)
    ]

    ((review,), _) = spoken(*reversed(notes))

    assert review.state == state


def test_an_approval_taken_back_leaves_the_remarks(spoken):
    ((review,), _) = spoken(
        approval(50, WU, "unapproved this merge request"), Thread([Note(51, WU)], resolved=False)
    )

    assert review.state == "commented"


def test_somebody_who_writes_that_they_approve_has_not(spoken):
    assert spoken(Thread([Note(50, WU, "approved this merge request")])) == ([], [])


def test_a_plain_comment_is_counted_with_the_change_alone(world, spoken, told):
    assert spoken(Thread([Note(50, WU, "Thanks!")])) == ([], [])

    records, _ = told()
    assert records[Kind.CHANGE][0].facts["comments"] == 1


def test_what_somebody_says_on_their_own_change_is_no_review(spoken):
    thread = Thread([Note(51, LI, path="a.py")], resolved=True)

    assert spoken(thread, approval(52, LI)) == ([], [])


def test_what_is_said_among_members_is_not_told(spoken):
    thread = Thread([Note(51, WU, path="a.py", internal=True)], resolved=False)

    assert spoken(thread) == ([], [])


@pytest.mark.parametrize("state", ["opened", "closed"])
def test_changes_that_were_not_merged_were_reviewed_too(spoken, state):
    reviews, _ = spoken(approval(50, CHEN), state=state)

    assert len(reviews) == 1


def test_a_change_counts_its_reviewers_and_what_they_had_resolved(world, told):
    thread = Thread([Note(51, WU, path="a.py")], resolved=True)
    world.changes = [Change(7, LI, WU, threads=[thread, approval(52, CHEN)])]

    records, _ = told()

    facts = records[Kind.CHANGE][0].facts
    assert (facts["reviewers"], facts["resolved_threads"], facts["comments"]) == (2, 1, 1)
