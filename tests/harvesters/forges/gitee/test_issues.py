"""Issues and releases as Gitee and GitCode tell them, read as contributions."""

from datetime import UTC, datetime

import pytest

from harvesters.forge import Kind, Role
from harvesters.forges.gitee import GitCode, Gitee
from harvesters.forges.gitee.nodes import issue_number
from tests.gitee_reading import LI, MERGER, WU, named, told
from tests.gitee_world import Direct, GiteeWorld, Pull, ident_of, issue, moment, release

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SOLVED = {"id": 1, "number": 1, "state": "merged"}


def issue_of(node):
    records, gaps = told(issues=[node])
    assert gaps == []
    (record,) = records
    return record


def test_an_issue_is_a_contribution_of_its_reporter():
    record = issue_of(issue(3, WU, labels=["缺陷"], comments=4))

    assert (record.kind, record.external_id, record.state) == (Kind.ISSUE, "2300003", "open")
    assert record.title == "加载空文件时崩溃"
    assert record.occurred_at == datetime.fromisoformat(moment(3))
    assert record.url == f"https://gitee.com/lab/vision/issues/{ident_of(2300003)}"
    assert named(record, Role.REPORTER) == [("gitee.com", "102", "wu")]
    assert record.facts == {"labels": ["缺陷"], "comments": 4}


STATES = {
    "open": ("open", None),
    "progressing": ("open", None),
    "closed": ("closed", "completed"),
    "rejected": ("closed", "not_planned"),
    "opened": ("open", None),
}


@pytest.mark.parametrize(("state", "read_as"), STATES.items(), ids=STATES)
def test_the_four_states_of_gitee_are_two_and_a_reason(state, read_as):
    record = issue_of(issue(3, WU, state=state))

    assert (record.state, record.facts.get("state_reason")) == read_as


def test_an_issue_is_confirmed_by_a_merged_change_linked_to_it():
    solved = issue_of(issue(3, WU, state="closed", pull_requests=[SOLVED]))
    tried = issue_of(issue(3, WU, state="closed", pull_requests=[{**SOLVED, "state": "closed"}]))
    rejected = issue_of(issue(3, WU, state="rejected", pull_requests=[SOLVED]))

    assert solved.facts["confirmed"] is True
    assert "confirmed" not in tried.facts
    assert "confirmed" not in rejected.facts


@pytest.mark.parametrize(
    ("forge", "address"),
    [
        (Gitee, "/repos/lab/issues/{ident}/pull_requests"),
        (GitCode, "/repos/lab/vision/issues/{ident}/pull_requests"),
    ],
    ids=["gitee", "gitcode"],
)
def test_each_forge_is_asked_for_linked_changes_at_its_own_address(forge, address):
    node = issue(3, WU, state="closed", pull_requests=[SOLVED])
    direct = Direct(GiteeWorld(issues=[node]))
    asking = forge(direct, "gitee.com", NOW)

    pages = list(asking.harvest(asking.find_repository("lab/vision"), {}))

    assert address.format(ident=node["number"]) in direct.asked
    assert any(record.facts.get("confirmed") for page in pages for record in page.records)


def test_an_issue_whose_changes_are_hidden_is_told_with_a_gap():
    node = issue(3, WU, state="closed")
    missing = {f"lab/issues/{node['number']}/pull_requests"}

    records, gaps = told(issues=[node], missing=missing)

    assert len(records) == 1
    assert [gap.subject for gap in gaps] == [f"solution of issue {node['number']}"]


@pytest.mark.parametrize(
    "secret", [{"security_hole": True}, {"visibility_reason": "confidential"}], ids=["own", "code"]
)
def test_a_confidential_issue_is_not_told(secret):
    records, gaps = told(issues=[issue(3, WU, title="提权漏洞", **secret)])

    assert records == []
    assert len(gaps) == 1
    assert "提权漏洞" not in f"{gaps}"


@pytest.mark.parametrize(
    ("ident", "number"), [("I1DACG", 2299552), ("I1DAQF", 2300055), ("15", 15)]
)
def test_the_name_of_an_issue_holds_its_number(ident, number):
    assert issue_number(ident) == number


def test_a_name_that_could_lead_elsewhere_is_a_gap():
    node = {**issue(3, WU, state="closed"), "number": "../../user"}

    records, gaps = told(issues=[node])

    assert records == []
    assert "names no issue" in gaps[0].reason


def test_a_release_is_a_contribution_of_its_author():
    records, _ = told(releases=[release(3, WU), release(4, LI, prerelease=True)])

    first, later = sorted(records, key=lambda record: record.external_id)
    assert (first.kind, first.external_id, first.state) == (Kind.RELEASE, "503", "published")
    assert first.title == "第 3 版"
    assert first.facts == {"tag": "v1.3"}
    assert first.url == "https://gitee.com/lab/vision/releases/tag/v1.3"
    assert named(first, Role.AUTHOR) == [("gitee.com", "102", "wu")]
    assert later.state == "prerelease"


@pytest.mark.parametrize(
    ("prerelease", "state"),
    [(0, "published"), (1, "prerelease"), ("true", "prerelease"), ("false", "published")],
)
def test_a_first_look_is_told_as_truth_number_or_text(prerelease, state):
    records, _ = told(releases=[release(3, WU, prerelease=prerelease)])

    assert records[0].state == state


def test_gitcodes_releases_are_named_by_their_tag():
    nameless = release(3, WU, tag_name="发布/一", name="")
    del nameless["id"]

    records, _ = told(releases=[nameless])

    assert records[0].external_id == "tag:发布/一"
    assert records[0].title == "发布/一"
    assert records[0].url == "https://gitee.com/lab/vision/releases"


def test_a_list_that_the_owner_closed_is_not_asked_for():
    direct = Direct(
        GiteeWorld(
            [Pull(1, LI, MERGER)],
            [issue(1, WU)],
            [release(1, WU)],
            repository={"has_issues": False, "pull_requests_enabled": False},
        )
    )
    gitee = Gitee(direct, "gitee.com", NOW)

    pages = list(gitee.harvest(gitee.find_repository("lab/vision"), {}))

    assert [record.kind for page in pages for record in page.records] == [Kind.RELEASE]
