"""Discussions as GitHub tells them, and the answers that were accepted."""

from datetime import datetime

import pytest

from harvesters.forge import Kind, Role
from tests.github_nodes import accepted, account, discussion, moment
from tests.github_reading import named, read
from tests.github_world import GitHubWorld

LI = account(101, "liming")
WU = account(102, "wu")
MERGER = account(104, "maintainer")


def read_discussion(told):
    return read(GitHubWorld(discussions=[told]))[0]


def test_a_discussion_is_a_contribution_of_who_began_it():
    (record,) = read_discussion(discussion(3, LI, comments=4, labels=["loader"]))

    assert (record.kind, record.external_id, record.state) == (Kind.DISCUSSION, "5003", "open")
    assert record.occurred_at == datetime.fromisoformat(moment(3))
    assert record.title == "How are checkpoints read?"
    assert record.url == "https://github.com/lab/vision/discussions/3"
    assert named(record, Role.AUTHOR) == [("github.com", "101", "liming")]
    assert record.facts == {"comments": 4, "category": "Q&A", "labels": ["loader"]}


def test_an_accepted_answer_is_a_contribution_of_who_gave_it():
    asked, answer = read_discussion(discussion(3, LI, **accepted(WU, LI, 7)))

    assert asked.state == "answered"
    assert (answer.kind, answer.external_id, answer.state) == (Kind.ANSWER, "5003", "accepted")
    assert answer.occurred_at == datetime.fromisoformat(moment(7))
    assert answer.title == asked.title
    assert answer.url.endswith("#discussioncomment-1")
    assert named(answer, Role.AUTHOR) == [("github.com", "102", "wu")]
    assert answer.facts == {"discussions": [3], "category": "Q&A"}


def test_who_accepts_the_own_answer_is_named_as_such():
    _, answer = read_discussion(discussion(3, LI, **accepted(MERGER, MERGER)))

    assert answer.facts["chosen_by_author"] is True


def test_an_answer_to_ones_own_question_is_none():
    (record,) = read_discussion(discussion(3, LI, **accepted(LI, LI)))

    assert record.kind == Kind.DISCUSSION


@pytest.mark.parametrize("reason", ["RESOLVED", "OUTDATED", "DUPLICATE"])
def test_a_closed_discussion_says_why(reason):
    (record,) = read_discussion(discussion(3, None, closed=True, stateReason=reason))

    assert (record.state, record.facts["state_reason"]) == ("closed", reason.lower())
    assert named(record, Role.AUTHOR) == [("github.com", "0", "ghost")]
