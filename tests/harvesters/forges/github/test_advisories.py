"""Security advisories as GitHub's own examples tell them, and whom they credit."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import (
    ForgeAnswerError,
    ForgeRefusedError,
    Kind,
    Role,
    SourceNotFoundError,
)
from harvesters.forges.github import GitHub
from tests.github_reading import NOW, named, read
from tests.github_world import Direct, GitHubWorld, recorded

USED = {
    "ghsa_id",
    "cve_id",
    "html_url",
    "summary",
    "severity",
    "state",
    "created_at",
    "published_at",
    "withdrawn_at",
    "credits_detailed",
}
IGNORED = {
    "author": "who wrote the advisory is credited, if at all, like anybody else",
    "publisher": "as the author",
    "credits": "the same as credits_detailed, without numbers",
    "url": "the address of the API",
    "description": "long, and public where the address leads",
    "identifiers": "ghsa_id and cve_id again",
    "updated_at": "all advisories are read each time",
    "closed_at": "only published ones are listed",
    "submission": "how it came in",
    "vulnerabilities": "which versions of what",
    "cvss": "how severe, in numbers",
    "cvss_severities": "the same, by version",
    "cwes": "what kind of weakness",
    "cwe_ids": "the same, by number",
    "collaborating_users": "who may see it before it is published",
    "collaborating_teams": "the same",
    "private_fork": "where it was mended",
}


def credited(*people):
    """GitHub's first example with other credits: (number, login, type, state)."""
    advisory = deepcopy(recorded("advisories")[0])
    user = advisory["credits_detailed"][0]["user"]
    advisory["credits_detailed"] = [
        {"user": {**user, "id": number, "login": login}, "type": kind, "state": state}
        for number, login, kind, state in people
    ]
    return advisory


def numbered(number):
    advisory = credited((101, "liming", "finder", "accepted"))
    created = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return {**advisory, "ghsa_id": f"GHSA-{number}", "created_at": created.isoformat()}


def test_every_field_of_an_advisory_is_used_or_ignored_by_name():
    for advisory in recorded("advisories"):
        assert set(advisory) == USED | set(IGNORED)


def test_an_advisory_credits_who_found_it():
    (first, second), gaps = read(GitHubWorld(advisories=recorded("advisories")))

    assert gaps == []
    assert (first.kind, first.external_id) == (Kind.ADVISORY, "GHSA-abcd-1234-efgh")
    assert first.occurred_at == datetime(2020, 1, 3, tzinfo=UTC)
    assert (first.state, first.title) == ("published", "A short summary of the advisory.")
    assert first.url == "https://github.com/repo/a-package/security/advisories/GHSA-abcd-1234-efgh"
    assert named(first, Role.REPORTER) == [("github.com", "1", "octocat")]
    assert first.facts == {"severity": "critical", "cve": "CVE-2050-00000"}
    assert named(second, Role.REPORTER) == [("github.com", "2", "monauser")]


def test_credits_tell_who_found_who_mended_and_who_checked():
    advisory = credited(
        (101, "liming", "finder", "accepted"),
        (101, "liming", "reporter", "accepted"),
        (102, "wu", "remediation_developer", "accepted"),
        (103, "chen", "remediation_verifier", "accepted"),
        (104, "firm", "sponsor", "accepted"),
    )

    ((record,), _) = read(GitHubWorld(advisories=[advisory]))

    assert [(part.actor.login, part.role) for part in record.participants] == [
        ("liming", Role.REPORTER),
        ("wu", Role.AUTHOR),
        ("chen", Role.REVIEWER),
    ]


@pytest.mark.parametrize("state", ["pending", "declined"])
def test_a_credit_counts_once_it_is_accepted(state):
    ((record,), _) = read(GitHubWorld(advisories=[credited((101, "liming", "finder", state))]))

    assert record.participants == []


def test_an_advisory_that_was_withdrawn_says_so():
    advisory = credited() | {"withdrawn_at": "2026-01-02T00:00:00Z"}

    ((record,), _) = read(GitHubWorld(advisories=[advisory]))

    assert record.state == "withdrawn"


def test_all_pages_of_advisories_are_read():
    world = GitHubWorld(advisories=[numbered(number) for number in range(70)])

    records, _ = read(world)

    assert [record.external_id for record in records] == [f"GHSA-{n}" for n in range(70)]


class Answering(Direct):
    """Answers for advisories as told."""

    answer = None

    def request(self, method, path, **asked):
        if "advisories" not in path:
            return super().request(method, path, **asked)
        return self.answer(super().request(method, path, **asked))


def harvested(world, answer):
    transport = Answering(world)
    transport.answer = answer
    forge = GitHub(transport, NOW)
    return list(forge.harvest(forge.find_repository("lab/vision"), {}))


@pytest.mark.parametrize("error", [ForgeRefusedError, SourceNotFoundError])
def test_advisories_that_we_may_not_read_are_a_gap(error):
    def refuse(_):
        raise error("It is not for you.")

    (page,) = harvested(GitHubWorld(), refuse)

    assert page.is_last
    assert [(gap.subject, gap.reason) for gap in page.gaps] == [
        ("security advisories", "It is not for you.")
    ]


def test_what_is_no_list_of_advisories_is_an_error():
    for body in ({"message": "hello"}, [None]):
        with pytest.raises(ForgeAnswerError, match="list of advisories"):
            harvested(GitHubWorld(), lambda answer, body=body: type(answer)(200, {}, body))


def test_a_page_of_advisories_that_leads_to_itself_is_an_error():
    query = "state=published&sort=created&direction=asc&per_page=25&after=1"
    link = {"link": f'<https://api.github.com/x?{query}>; rel="next"'}

    with pytest.raises(ForgeAnswerError, match="leads to itself"):
        harvested(GitHubWorld(), lambda answer: type(answer)(200, link, []))


def test_advisories_are_asked_for_once_a_day():
    direct = Direct(GitHubWorld())
    cursor = {}
    for hours in (0, 1, 2, 25):
        forge = GitHub(direct, NOW + timedelta(hours=hours))
        *_, page = forge.harvest(forge.find_repository("lab/vision"), cursor)
        cursor = page.cursor

    asked = [one for one in direct.requests if "advisories" in one.path]
    assert len(asked) == 2
