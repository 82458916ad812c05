"""Issues as GitHub tells them, and who sorted them."""

from datetime import datetime

import pytest

from harvesters.forge import Kind, Role
from tests.github_nodes import Change, account, act, issue, moment, said
from tests.github_reading import named, of_kind, read
from tests.github_world import GitHubWorld

WU = account(102, "wu")
CHEN = account(103, "chen")
BOT = account(49699333, "labeler", "Bot")
MERGER = account(104, "maintainer")


def read_issues(*issues):
    return read(GitHubWorld(issues=list(issues)))


def issue_of(told):
    return read_issues(told)[0][0]


def triage_of(told):
    return of_kind(read_issues(told)[0], Kind.TRIAGE)


def test_a_node_that_breaks_its_promise_is_a_gap_and_the_others_count():
    broken = issue(1, WU, createdAt="yesterday")

    records, gaps = read(GitHubWorld([Change(7, CHEN, MERGER)], [broken, issue(2, WU)]))

    assert [record.external_id for record in records] == ["7000000007", "9002"]
    assert gaps[0].subject == "issue 1"
    assert [one.external_id for one in gaps[0].concerns] == ["102"]
    assert "GitHub's answer lacks what it promises" in gaps[0].reason


@pytest.mark.parametrize(
    ("closer", "reason", "is_confirmed"),
    [
        ("PullRequest", "COMPLETED", True),
        ("Commit", "COMPLETED", True),
        ("PullRequest", "NOT_PLANNED", False),
        (None, "COMPLETED", False),
    ],
)
def test_an_issue_is_confirmed_by_the_change_that_solves_it(closer, reason, is_confirmed):
    record = issue_of(
        issue(
            3,
            WU,
            state="CLOSED",
            stateReason=reason,
            labels=["bug"],
            acts=[act("Closed", CHEN, closer=closer)],
        )
    )

    assert (record.kind, record.external_id, record.state) == (Kind.ISSUE, "9003", "closed")
    assert record.occurred_at == datetime.fromisoformat(moment(3))
    assert named(record, Role.REPORTER) == [("github.com", "102", "wu")]
    assert record.facts.get("confirmed", False) is is_confirmed
    assert record.facts["state_reason"] == reason.lower()
    assert record.facts["labels"] == ["bug"]


@pytest.mark.parametrize(
    ("label", "who", "standing", "is_confirmed"),
    [
        ("confirmed", MERGER, True, True),
        ("triage/accepted", MERGER, True, True),
        ("Bug: Verified", MERGER, True, True),
        ("confirmed", MERGER, False, False),
        ("confirmed", WU, True, False),
        ("confirmed", BOT, True, False),
        ("unconfirmed", MERGER, True, False),
        ("not reproduced", MERGER, True, False),
        ("bug", MERGER, True, False),
    ],
    ids=[
        "by a maintainer",
        "in a scope",
        "in other words",
        "taken away again",
        "by the author",
        "by a program",
        "its opposite",
        "its negation",
        "another label",
    ],
)
def test_an_issue_is_confirmed_by_a_label_that_a_maintainer_set(label, who, standing, is_confirmed):
    told = issue(3, WU, labels=[label] if standing else [], acts=[act("Labeled", who, label=label)])

    assert issue_of(told).facts.get("confirmed", False) is is_confirmed


def test_an_open_issue_waits():
    record = issue_of(issue(3, None))

    assert (record.state, record.facts) == ("open", {})
    assert named(record, Role.REPORTER) == [("github.com", "0", "ghost")]


def test_comments_are_counted_without_those_that_were_folded_away_which_are_noted():
    talk = [said(), said("spam"), said(), said("spam"), said("off-topic")]

    facts = issue_of(issue(3, WU, comments=talk)).facts

    assert facts == {"comments": 2, "minimized_comments": {"spam": 2, "off-topic": 1}}


def test_what_one_account_did_to_an_issue_on_one_day_is_one_triage_contribution():
    told = issue(
        3,
        WU,
        acts=[
            act("Labeled", CHEN, 1, label="bug"),
            act("Labeled", CHEN, 2, label="loader"),
            act("Assigned", CHEN, 2),
            act("Reopened", MERGER, 3),
            act("Closed", CHEN, 30, reason="NOT_PLANNED"),
        ],
    )

    first, second, third = triage_of(told)

    assert first.external_id == "9003:103:2026-03-01"
    assert first.occurred_at == datetime.fromisoformat(moment(1))
    assert (first.state, first.title, first.url) == ("done", told["title"], told["url"])
    assert named(first, Role.TRIAGER) == [("github.com", "103", "chen")]
    assert first.facts == {
        "triage": ["assigned", "labeled"],
        "labels": ["bug", "loader"],
        "issues": [3],
    }
    assert named(second, Role.TRIAGER) == [("github.com", "104", "maintainer")]
    assert second.facts["triage"] == ["reopened"]
    assert third.external_id == "9003:103:2026-03-02"
    assert third.facts == {"triage": ["closed"], "state_reason": "not_planned", "issues": [3]}


@pytest.mark.parametrize("kind", ["MarkedAsDuplicate", "Transferred"])
def test_duplicates_and_moved_issues_are_triage(kind):
    (record,) = triage_of(issue(3, WU, acts=[act(kind, CHEN)]))

    assert record.facts["triage"] == [
        {"MarkedAsDuplicate": "marked_as_duplicate", "Transferred": "transferred"}[kind]
    ]


def test_neither_the_author_nor_a_change_that_solves_an_issue_sorts_it():
    acts = [act("Labeled", WU), act("Closed", CHEN, closer="PullRequest")]

    assert triage_of(issue(3, WU, acts=acts)) == []


def test_a_program_that_sorts_is_known_as_one():
    (record,) = triage_of(issue(3, WU, acts=[act("Labeled", BOT)]))

    assert record.participants[0].actor.login == "labeler[bot]"
    assert record.participants[0].actor.is_bot
