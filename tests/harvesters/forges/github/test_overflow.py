"""What a page has no room for is read to its end, many lists at once."""

from dataclasses import replace

import pytest

from harvesters.forge import ForgeAnswerError, ForgeBusyError, Kind, Role
from harvesters.forges.github import GitHub
from tests.github_nodes import (
    Change,
    account,
    act,
    commit,
    issue,
    remark,
    review,
    said,
    thread,
    writer,
)
from tests.github_reading import NOW, named, of_kind, read, read_changes
from tests.github_world import Direct, GitHubWorld

LI = account(101, "liming")
WU = account(102, "wu")
MERGER = account(104, "maintainer")


def large(number):
    """A pull request of which every list goes on."""
    return Change(
        number,
        LI,
        MERGER,
        files=[(f"src/part{place}.py", 1, 0) for place in range(130)],
        reviews=[review(1000 * number + place, WU, "COMMENTED") for place in range(45)],
        commits=[commit(writer(account(1000 + place, f"w{place}"))) for place in range(130)],
        threads=[thread(remark(10**6 * number + place, WU), resolved=True) for place in range(125)],
    )


class Spoiling(Direct):
    """Spoils the answers to requests for more."""

    def __init__(self, world, spoil):
        super().__init__(world)
        self.spoil = spoil

    def request(self, method, path, **asked):
        answer = super().request(method, path, **asked)
        if (asked.get("body") or {}).get("operationName") != "More":
            return answer
        return self.spoil(answer, asked["body"]["variables"])


def harvested(world, spoil):
    forge = GitHub(Spoiling(world, spoil), NOW)
    pages = list(forge.harvest(forge.find_repository("lab/vision"), {}))
    return (
        [record for page in pages for record in page.records],
        [gap for page in pages for gap in page.gaps],
    )


def test_every_list_is_read_to_its_end():
    records, gaps = read_changes(large(7))

    assert records[0].facts["sizes"] == {"code": [130, 0]}
    assert len(named(records[0], Role.CO_AUTHOR)) == 130
    assert len(records[0].facts["commits"]) == 130
    assert len(of_kind(records, Kind.REVIEW)) == 45
    assert len(of_kind(records, Kind.COMMENT)) == 125
    assert gaps == []


def test_lists_within_lists_are_read_to_their_ends():
    crowd = [writer(account(2000 + place, f"c{place}")) for place in range(30)]
    change = Change(
        7,
        LI,
        MERGER,
        commits=[commit(*crowd)],
        threads=[thread(*(remark(place, WU, 21) for place in range(1, 120)))],
        reviews=[review(21, WU)],
        squash_writers=[writer(account(3000 + place, f"s{place}")) for place in range(40)],
    )

    (merged, judged, *comments), gaps = read_changes(change)

    assert gaps == []
    assert len(named(merged, Role.CO_AUTHOR)) == 70
    assert judged.facts["comments"] == 119
    assert len(comments) == 119


def test_the_acts_and_the_talk_of_issues_are_read_to_their_ends():
    told = issue(
        3,
        WU,
        acts=[act("Labeled", MERGER, place, label=f"l{place}") for place in range(125)],
        comments=[said("spam")] * 60 + [said()] * 90,
    )

    records, _ = read(GitHubWorld(issues=[told]))

    assert records[0].facts["comments"] == 90
    assert {label for one in records[1:] for label in one.facts["labels"]} == {
        f"l{place}" for place in range(125)
    }


def test_the_lists_of_many_items_go_on_in_one_request():
    direct = Direct(GitHubWorld([replace(large(number), commits=()) for number in range(1, 9)]))
    forge = GitHub(direct, NOW)

    list(forge.harvest(forge.find_repository("lab/vision"), {}))

    more = [one for one in direct.requests if (one.body or {}).get("operationName") == "More"]
    assert len(more) == 3, "24 lists of 8 pull requests, of which the threads take three pages"


def test_too_much_at_once_is_asked_for_in_halves():
    def overloaded(answer, variables):
        if len(variables) <= 4:
            return answer
        error = {"message": "Resource limits for this query exceeded."}
        return replace(answer, body={"data": None, "errors": [error]})

    records, gaps = harvested(GitHubWorld([large(7)]), overloaded)

    assert len(of_kind(records, Kind.COMMENT)) == 125
    assert gaps == []


def test_a_list_that_stays_too_much_waits():
    def overloaded(answer, _):
        return replace(answer, body={"data": None, "errors": [{"message": "timeout"}]})

    with pytest.raises(ForgeBusyError, match="asked again soon"):
        harvested(GitHubWorld([large(7)]), overloaded)


def test_more_that_stays_away_without_a_word_is_a_fault_and_never_an_end():
    def emptied(answer, _):
        return replace(answer, body={"data": dict.fromkeys(answer.body["data"])})

    with pytest.raises(ForgeBusyError, match="left out more of the"):
        harvested(GitHubWorld([large(7)]), emptied)


def test_more_that_is_hidden_from_us_is_a_gap():
    def hide(answer, _):
        data = {**answer.body["data"], "rest0": None}
        error = {"type": "FORBIDDEN", "message": "It is not for you.", "path": ["rest0"]}
        return replace(answer, body={"data": data, "errors": [error]})

    records, gaps = harvested(GitHubWorld([large(7)]), hide)

    assert records[0].kind == Kind.CHANGE
    assert {gap.subject for gap in gaps} >= {"pull request 7"}
    assert "It is not for you." in gaps[0].reason


def test_more_that_leads_to_itself_ends_in_an_error():
    def circle(answer, variables):
        body = answer.body
        for name, part in body["data"].items():
            for connection in (part or {}).values():
                if isinstance(connection, dict) and "pageInfo" in connection:
                    after = variables[name.replace("rest", "after")]
                    connection["pageInfo"] = {"hasNextPage": True, "endCursor": after}
        return replace(answer, body=body)

    with pytest.raises(ForgeAnswerError, match="leads to itself"):
        harvested(GitHubWorld([large(7)]), circle)


def test_a_list_that_is_left_out_is_a_fault_unless_it_is_of_files():
    def world(name):
        class Lacking(Change):
            def node(self):
                return super().node() | {name: None}

        return GitHubWorld([Lacking(7, LI, MERGER)])

    records, gaps = read(world("files"))

    assert records[0].facts["sizes"] is None
    assert [gap.subject for gap in gaps] == ["size of pull request 7"]
    with pytest.raises(ForgeBusyError, match="left out the reviews of a PullRequest"):
        read(world("reviews"))
