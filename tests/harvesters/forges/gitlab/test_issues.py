"""Issues of GitLab, who sorted them, and releases."""

import pytest

from harvesters.forge import ActorRecord, Kind, Role
from tests.gitlab_described import moment
from tests.gitlab_items import HOST, Account, Change, Event, Issue, Release

LI, WU, LEAD = Account(101, "liming"), Account(102, "wu"), Account(104, "maintainer")
BOT = Account(9, "triage-bot")


@pytest.fixture
def read(world, told):
    """The records of one issue, and the gaps."""

    def once(**issue):
        world.issues = [Issue(3, LI, **issue)]
        records, gaps = told()
        return records[Kind.ISSUE][0], records.get(Kind.TRIAGE, []), gaps

    return once


def test_an_issue_tells_who_reported_what(read):
    record, triage, gaps = read(labels=["bug"])

    assert (record.external_id, record.state, record.title) == (
        "90003",
        "open",
        "A blank line is a fault",
    )
    assert record.url == "https://gitlab.com/lab/vision/-/issues/3"
    assert [(one.actor, one.role) for one in record.participants] == [
        (ActorRecord(HOST, "101", "liming"), Role.REPORTER)
    ]
    assert record.facts == {"labels": ["bug"]}
    assert (triage, gaps) == ([], [])


@pytest.mark.parametrize(
    ("state", "is_confirmed"), [("merged", True), ("opened", False), ("closed", False)]
)
def test_an_issue_that_a_merged_change_closed_is_confirmed(read, state, is_confirmed):
    change = Change(7, WU, LEAD, state=state)

    record, triage, _ = read(state="closed", closer=LEAD, solved_by=[change])

    assert record.facts.get("confirmed", False) is is_confirmed
    assert record.facts.get("state_reason") == ("completed" if is_confirmed else None)
    assert [one.facts["triage"] for one in triage] == ([] if is_confirmed else [["closed"]])


LABELS = {
    "by somebody else": ([Event(1, LEAD, "status::confirmed")], True),
    "by who reported it": ([Event(1, LI, "status::confirmed")], False),
    "by a program": ([Event(1, BOT, "status::confirmed")], False),
    "by nobody that is left": ([Event(1, None, "status::confirmed")], False),
    "taken away": ([Event(1, LEAD, "status::confirmed", "remove")], False),
    "another label": ([Event(1, LEAD, "bug")], False),
}


@pytest.mark.parametrize(("events", "is_confirmed"), LABELS.values(), ids=LABELS)
def test_an_issue_is_confirmed_by_the_label_of_a_maintainer(read, events, is_confirmed):
    record, _, _ = read(labels=["status::confirmed", "bug"], events=events)

    assert record.facts.get("confirmed", False) is is_confirmed


def test_a_label_that_does_not_stand_any_more_confirms_nothing(read):
    record, _, _ = read(labels=["bug"], events=[Event(1, LEAD, "confirmed")])

    assert "confirmed" not in record.facts


def test_sorting_an_issue_is_triage_once_a_day(read):
    events = [
        Event(1, LEAD, "bug", at=moment(1)),
        Event(2, LEAD, "ux", at=moment(2)),
        Event(3, LEAD, None, at=moment(3)),
        Event(4, LEAD, "later", at=moment(30)),
        Event(5, WU, "help", at=moment(1)),
        Event(6, LI, "own", at=moment(1)),
    ]

    _, triage, _ = read(labels=["bug"], events=events)

    assert [one.external_id for one in triage] == [
        "90003:104:2026-03-01",
        "90003:104:2026-03-02",
        "90003:102:2026-03-01",
    ]
    assert triage[0].facts == {"triage": ["labeled"], "labels": ["bug", "ux"], "issues": [3]}
    assert triage[0].participants[0].role is Role.TRIAGER


@pytest.mark.parametrize(
    ("told_more", "act", "reason"),
    [
        ({}, "closed", None),
        ({"moved_to_id": 77}, "transferred", "transferred"),
        ({"_links": {"closed_as_duplicate_of": "1"}}, "marked_as_duplicate", "duplicate"),
    ],
    ids=["closed", "moved", "duplicate"],
)
def test_closing_an_issue_of_somebody_else_is_triage(read, told_more, act, reason):
    record, (triage,), _ = read(state="closed", closer=LEAD, told=told_more)

    assert triage.facts.get("triage") == [act]
    assert record.facts.get("state_reason") == triage.facts.get("state_reason") == reason


def test_closing_ones_own_issue_is_no_triage(read):
    assert read(state="closed", closer=LI)[1] == []


def test_what_was_closed_before_it_was_imported_has_no_closer(read):
    assert read(state="closed")[1] == []


def test_a_confidential_issue_is_not_told(world, told):
    world.issues = [Issue(3, LI, confidential=True)]

    records, gaps = told()

    assert records == {}
    assert [gap.subject for gap in gaps] == ["issue 3"]


@pytest.mark.parametrize("part", ["resource_label_events", "closed_by"])
def test_what_is_not_told_about_an_issue_is_a_gap(world, read, part):
    world.hidden = [part]

    record, _, gaps = read(
        state="closed", labels=["bug"], closer=LEAD, solved_by=[Change(7, LI, LEAD)]
    )

    assert record.external_id == "90003"
    assert [gap.subject for gap in gaps] == [f"{part} of issue 3"]


def test_an_issue_without_labels_that_nothing_closes_costs_no_request(world, told):
    world.issues = [Issue(3, LI), Issue(4, LI, state="closed", closer=LEAD)]
    world.hidden = [r"issues/\d+"]

    _, gaps = told()

    assert gaps == []


def test_a_release_is_known_by_its_tag(world, told):
    world.releases = [Release("v1", LEAD, "One", released=moment(7))]

    records, _ = told()

    (record,) = records[Kind.RELEASE]
    assert (record.external_id, record.title, record.facts) == ("v1", "One", {"tag": "v1"})
    assert record.occurred_at.isoformat() == "2026-03-01T16:00:00+00:00"
    assert record.url == "https://gitlab.com/lab/vision/-/releases/v1"
    assert record.participants[0].actor == ActorRecord(HOST, "104", "maintainer")


def test_a_release_whose_day_has_not_come_is_none_yet(world, told):
    world.releases = [Release("v2", LEAD, released=moment(9_999), is_upcoming=True)]

    assert told() == ({}, [])


def test_a_release_of_an_unknown_author_is_nobodys(world, told):
    world.releases = [Release("v1", None)]

    records, _ = told()

    assert records[Kind.RELEASE][0].participants[0].actor.external_id == "0"
