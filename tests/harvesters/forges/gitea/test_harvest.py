"""A Gitea on loopback is harvested into the database: whatever it does, each item once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import ForgeAnswerError, ForgeError, ForgeRefusedError, SourceNotFoundError
from harvesters.forges.gitea import Gitea
from harvesters.models import Contribution, HarvestCursor, HarvestGap, Participation, Repository
from harvesters.services.harvesting import harvest_repository, record_of, register_source
from harvesters.services.leasing import lease_source
from harvesters.sweep import MOST_DOUBTS
from harvesters.transports.rest import RestApi
from tests.chaos.faults import ANY
from tests.gitea_described import FORGEJO, GITEA, Account
from tests.gitea_items import HOST, Commit, Event, Issue, Pull, Release, Remark, Review
from tests.gitea_world import GiteaWorld
from tests.simulator import (
    ForgeSimulator,
    Repeating,
    Reply,
    Request,
    closed,
    cut_off,
    half_json,
    hanging,
    status,
    web_page,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LI, WU, LEAD = Account(101, "liming"), Account(102, "wu"), Account(104, "maintainer")
TOKEN = "0123456789abcdef0123456789abcdef01234567"
PULLS, ISSUES, RELEASES = 24, 12, 3
BEFORE_DETAILS = 5
"""The repository by name and by number, what is new, how long pages are, and the first page."""

A_CHANGE = 4
"""Requests for one change: its reviews, the comments of one review, its commits, its files."""


def world_of(pulls=PULLS, issues=ISSUES, releases=RELEASES, **told):
    return GiteaWorld(
        [pull(number) for number in range(1, pulls + 1)],
        [issue(number) for number in range(1, issues + 1)],
        [Release(number, LEAD, tag=f"v{number}") for number in range(1, releases + 1)],
        **told,
    )


def pull(number, **told):
    remark = Remark(2_000 + number, WU, resolver=LI)
    return Pull(
        number,
        LI,
        LEAD,
        commits=[Commit(LI, "Li", "li@lab.example", sha=f"{number:040x}")],
        reviews=[Review(1_000 + number, WU, remarks=[remark])],
        **told,
    )


def issue(number, **told):
    act = Event(3_000 + number, "label", LEAD, label="bug", body="1")
    return Issue(500 + number, WU, labels=["bug"], events=[act], **told)


@pytest.fixture
def simulator():
    with ForgeSimulator(world_of()).serving() as serving:
        serving.clock = lambda: NOW
        yield serving


@pytest.fixture
def harvest(simulator):
    """Harvest the simulated Gitea once; the report."""

    def once(now=NOW, on_page=None, forge_clock=None):
        simulator.clock = forge_clock or (lambda: now)
        api = RestApi(simulator.url, TOKEN, lambda: now, auth="token {token}", timeout=1)
        forge = Gitea(api, HOST, now)
        cursor = HarvestCursor.objects.first() or register_source(
            f"gitea:{HOST}/lab/vision", forge.find_repository("lab/vision"), now=now
        )
        leased = lease_source(cursor, now=now)
        return harvest_repository(leased, forge, clock=lambda: now, on_page=on_page)

    return once


def harvested_all(harvest, now=NOW):
    """Harvest until a sweep ends, as the schedule does."""
    for _ in range(60):
        try:
            report = harvest(now)
        except ForgeError:
            now += timedelta(hours=1)
            continue
        if report.is_complete:
            return now
        now = report.retry_at
    raise AssertionError("the harvest never ends")


def stored():
    return sorted(Contribution.objects.values_list("kind", "external_id"))


def all_of(world):
    changes = [("change", str(70_000 + pull.number)) for pull in world.pulls]
    reviews = [review for pull in world.pulls for review in pull.reviews]
    remarks = [remark for review in reviews for remark in review.remarks]
    triage = [
        ("triage", f"{90_000 + issue.number}:{LEAD.number}:{event.at[:10]}")
        for issue in world.issues
        for event in issue.events
    ]
    return sorted(
        changes
        + [("review", str(review.number)) for review in reviews]
        + [("comment", str(remark.number)) for remark in remarks]
        + [("issue", str(90_000 + issue.number)) for issue in world.issues]
        + triage
        + [("release", str(release.number)) for release in world.releases]
    )


@pytest.mark.parametrize("server", [GITEA, FORGEJO])
def test_everything_is_stored_with_its_people(harvest, simulator, server):
    simulator.world.server = server

    report = harvest()

    assert report.is_complete
    assert report.by_kind == {
        "change": 24,
        "review": 24,
        "comment": 24,
        "issue": 12,
        "triage": 12,
        "release": 3,
    }
    assert stored() == all_of(simulator.world)
    assert Participation.objects.filter(role="author", actor__external_id="101").count() == 24
    assert Participation.objects.filter(role="merger", actor__external_id="104").count() == 24
    assert Participation.objects.filter(role="reviewer", actor__external_id="102").count() == 24
    assert Participation.objects.filter(role="triager", actor__external_id="104").count() == 12
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 24
    assert Contribution.objects.filter(facts__merge_commit__startswith="bbb").count() == 24
    assert HarvestGap.objects.count() == 0


def test_a_change_takes_four_requests_and_an_issue_one(harvest, simulator):
    harvest()

    look_ups, lists, rules = 4, 3, 1
    assert len(simulator.requests) == look_ups + lists + A_CHANGE * PULLS + ISSUES + rules


def test_the_token_is_told_as_gitea_wants_it(harvest, simulator):
    harvest()

    assert {request.headers["authorization"] for request in simulator.requests} == {
        f"token {TOKEN}"
    }


def test_a_repository_without_news_costs_two_requests_and_writes_nothing(harvest, simulator):
    harvest()
    asked = len(simulator.requests)
    before = list(Contribution.objects.values_list("id", "harvested_at"))

    report = harvest(NOW + timedelta(hours=1))

    assert report.is_complete
    assert (report.new, report.changed) == (0, 0)
    assert len(simulator.requests) - asked == 2
    assert list(Contribution.objects.values_list("id", "harvested_at")) == before


NEWS = {
    "a change": lambda world: world.pulls.append(pull(61, updated=LATER)),
    "a title": lambda world: setattr(world.pulls[3], "updated", LATER),
    "an issue": lambda world: world.issues.append(issue(61, updated=LATER)),
    "a release": lambda world: world.releases.append(Release(9, LEAD, at=LATER)),
}
LATER = (NOW + timedelta(minutes=30)).isoformat()


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS)
def test_news_are_noticed_and_cost_what_changed(harvest, simulator, news):
    harvest()
    asked = len(simulator.requests)
    news(simulator.world)

    report = harvest(NOW + timedelta(hours=1))

    assert report.is_complete
    assert stored() == all_of(simulator.world)
    look_ups, lists, latest = 4, 3, 2 * A_CHANGE + 2
    assert len(simulator.requests) - asked <= look_ups + lists + latest


def test_what_was_updated_since_is_written_anew(harvest, simulator):
    harvest()
    simulator.world.pulls[3] = replace(
        simulator.world.pulls[3], title="Renamed since", updated=LATER
    )

    report = harvest(NOW + timedelta(hours=1))

    assert (report.new, report.changed) == (0, 3), "the change, its review and its comment"
    assert Contribution.objects.filter(kind="change", title="Renamed since").count() == 1


def test_what_changes_at_the_very_time_of_a_harvest_is_read_by_the_next_one(harvest, simulator):
    simulator.world.issues[0].updated = NOW.isoformat()
    harvest()
    simulator.world.issues[0].title = "In the same second"

    harvest(NOW + timedelta(hours=1))

    assert Contribution.objects.filter(title="In the same second", kind="issue").exists()


def test_a_forge_without_a_clock_is_swept_each_time(harvest, simulator):
    simulator.faults = [None, lambda reply: replace(reply, headers={**reply.headers, "date": ""})]
    harvest()
    asked = len(simulator.requests)

    report = harvest(NOW + timedelta(hours=1))

    assert report.is_complete
    assert report.changed == 0
    assert len(simulator.requests) - asked > 5


def test_a_harvest_that_is_stopped_at_any_page_goes_on_behind_it(harvest, simulator):
    class StoppedError(BaseException):
        """Ctrl-C."""

    def stop(*_):
        raise StoppedError

    stops = 0
    while not HarvestCursor.objects.filter(swept_at__isnull=False).exists():
        try:
            harvest(on_page=stop)
        except StoppedError:
            stops += 1
            assert stops < 20
        if HarvestCursor.objects.get().cursor["walk"]["began"] == "":
            break

    assert stops >= 5
    assert stored() == all_of(simulator.world)
    details = [
        request
        for request in simulator.requests
        if request.path.count("/") > 4 and "/contents/" not in request.path
    ]
    assert len(details) <= A_CHANGE * PULLS + ISSUES, "nothing was read twice"
    sizes = [request for request in simulator.requests if request.path == "/settings/api"]
    assert len(sizes) == 1, "how much a page holds is asked for once a sweep"


def test_what_comes_while_a_history_is_read_is_not_missed(harvest, simulator):
    def grow(*_):
        number = len(simulator.world.pulls) + 1
        simulator.world.pulls.append(pull(number, updated=NOW.isoformat()))
        simulator.world.issues.append(issue(number + 100, updated=NOW.isoformat()))

    harvest(on_page=grow)
    harvest(NOW + timedelta(hours=1))

    assert stored() == all_of(simulator.world)


TRANSIENT = {
    "502": status(502),
    "503": status(503),
    "504 by a proxy": status(504, "upstream timed out"),
    "no answer in time": hanging,
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "half of the JSON": half_json,
    "a web page": web_page,
    "404 for a moment": status(404),
}
PLACES = {"the list": 4, "reviews": 5, "comments": 6, "commits": 7, "files": 8}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_one_fault_on_the_way_loses_and_doubles_nothing(harvest, simulator, fault, place):
    if fault is TRANSIENT["404 for a moment"] and place == PLACES["the list"]:
        place = PLACES["reviews"]
    simulator.faults = [None] * place + [fault]

    report = harvest()

    assert report.is_complete
    assert stored() == all_of(simulator.world)
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 24
    assert HarvestGap.objects.count() == 0


@pytest.mark.parametrize("fault", ANY.values(), ids=ANY)
def test_any_fault_at_any_place_is_made_good_by_the_schedule(harvest, simulator, fault):
    simulator.world = world_of(12, 4, 1)
    simulator.faults = [None, *([None] * 6 + [fault]) * 8]

    harvested_all(harvest)

    assert stored() == all_of(simulator.world)
    assert HarvestGap.objects.count() == 0


def test_a_limit_in_the_middle_keeps_what_came_and_asks_for_no_more_than_that(harvest, simulator):
    limit = status(429, **{"retry-after": "90"})
    simulator.faults = [None] * 15 + [limit]

    report = harvest()

    assert not report.is_complete
    assert report.retry_at == NOW + timedelta(seconds=90)
    assert Contribution.objects.filter(kind="change").count() == 2
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)
    asked = [request.path for request in simulator.requests]
    assert len(asked) <= 4 + 3 + A_CHANGE * PULLS + ISSUES + 1 + 6


LIMITS = {
    "429 with seconds": (status(429, **{"retry-after": "90"}), timedelta(seconds=90)),
    "429 without a word": (status(429), timedelta(minutes=1)),
    "a limit of a proxy": (status(403, "Too many requests"), timedelta(minutes=1)),
    "for ten thousand years": (status(429, **{"retry-after": "9" * 12}), timedelta(minutes=65)),
}


@pytest.mark.parametrize(("fault", "wait"), LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("place", [1, 2, 3, 4, 30], ids=str)
def test_a_rate_limit_stops_the_harvest_until_it_ends(harvest, simulator, fault, wait, place):
    simulator.faults = [None] * place + [fault]

    report = harvest()

    assert report.retry_at == NOW + wait
    assert HarvestCursor.objects.get().next_at == NOW + wait
    harvest(report.retry_at)
    assert stored() == all_of(simulator.world)


def test_a_token_that_is_refused_is_named_and_nothing_is_lost(harvest, simulator):
    simulator.faults = [None] * 20 + [status(401, "invalid username, password or token")]

    with pytest.raises(ForgeRefusedError, match="invalid username"):
        harvest()

    assert "invalid username" in HarvestCursor.objects.get().error
    harvest()
    assert stored() == all_of(simulator.world)


BROKEN = {
    r"/pulls/7/files$": {"files of pull request 7"},
    r"/pulls/7/commits$": {"commits of pull request 7"},
    r"/pulls/7/reviews$": {"reviews of pull request 7"},
    r"/reviews/1007/comments$": {"comments in review 1007 of pull request 7"},
    r"/issues/507/timeline$": {"timeline of issue 507"},
}


@pytest.mark.parametrize(("part", "subjects"), BROKEN.items(), ids=BROKEN)
def test_a_part_that_the_forge_cannot_give_is_a_gap_and_all_else_counts(
    harvest, simulator, part, subjects
):
    simulator.world.broken = [part]

    report = harvest()

    assert report.is_complete
    assert set(HarvestGap.objects.values_list("subject", flat=True)) == subjects
    is_own = part.endswith(("files$", "commits$"))
    assert HarvestGap.objects.get().concerns == ([f"{HOST} 101"] if is_own else [])
    assert Contribution.objects.filter(kind="change").count() == PULLS
    assert Contribution.objects.filter(kind="issue").count() == ISSUES
    assert Contribution.objects.filter(kind="change", facts__sizes=None).count() == (
        1 if "files" in part else 0
    )


@pytest.mark.parametrize("part", BROKEN, ids=BROKEN)
def test_a_part_that_the_forge_can_give_an_hour_later_is_no_gap_any_more(harvest, simulator, part):
    simulator.world.broken = [part]
    harvest()
    simulator.world.broken = []

    harvest(NOW + timedelta(hours=1))

    assert not HarvestGap.objects.exists()
    assert stored() == all_of(simulator.world)
    assert not Contribution.objects.filter(kind="change", facts__sizes=None).exists()
    asked = len(simulator.requests)
    harvest(NOW + timedelta(hours=2))
    assert len(simulator.requests) - asked == 2, "all is known"


def test_a_pull_request_that_the_forge_cannot_show_is_a_gap(harvest, simulator):
    simulator.faults = [None] * 4 + [with_a_hole] * MOST_DOUBTS

    report = harvest()

    assert report.is_complete
    assert HarvestGap.objects.get().subject == "changes without a number"
    assert Contribution.objects.filter(kind="change").count() == PULLS - 1


def test_a_pull_request_that_was_not_shown_for_a_moment_is_no_gap(harvest, simulator):
    simulator.faults = [None] * 4 + [with_a_hole] * (MOST_DOUBTS - 1)

    assert harvest().is_complete
    assert not HarvestGap.objects.exists()
    assert Contribution.objects.filter(kind="change").count() == PULLS


def with_a_hole(reply):
    items = reply.json()
    return Reply.of([*items[:4], None, *items[5:]], **{"x-total-count": str(len(items))})


@pytest.mark.parametrize("part", ["pulls", "issues", "releases"])
def test_a_part_that_is_switched_off_is_not_asked_for(harvest, simulator, part):
    simulator.world.switched_off = [part]

    report = harvest()

    assert report.is_complete
    assert {"pulls": "change", "issues": "issue", "releases": "release"}[part] not in report.by_kind
    assert len(report.by_kind) >= 3
    assert harvest(NOW + timedelta(hours=1)).is_complete


def test_a_repository_with_nothing_switched_on_is_empty(harvest, simulator):
    simulator.world.switched_off = ["pulls", "issues", "releases"]

    assert harvest().is_complete
    assert stored() == []


def test_a_server_that_lists_few_items_at_once_tells_all_of_them(harvest, simulator):
    simulator.world.most = 7
    simulator.world.issues[2].events = [Event(number, "comment", LI) for number in range(1, 20)] + [
        Event(99, "label", LEAD, label="bug", body="1")
    ]

    harvest()

    assert len(stored()) == len(set(stored())) == 24 * 3 + 12 * 2 + 3
    assert Contribution.objects.filter(kind="triage", external_id="90503:104:2026-03-01").exists()


def test_a_server_that_does_not_tell_how_many_is_asked_for_the_usual(harvest, simulator):
    simulator.faults = [None, None, None, status(404)]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_a_renamed_repository_is_found_by_its_old_name_and_followed_by_its_number(
    harvest, simulator
):
    simulator.world.path, simulator.world.former = "lab/eyes", ["lab/vision"]
    harvest()
    assert Repository.objects.get().path == "lab/eyes"
    simulator.world.path, simulator.world.former = "lab/ears", []
    simulator.world.pulls.append(pull(61, updated=LATER))

    report = harvest(NOW + timedelta(hours=1))

    assert report.by_kind["change"] == 2
    assert stored() == all_of(simulator.world)
    assert Repository.objects.get().path == "lab/ears"


def test_another_repository_under_the_old_name_gives_nothing(harvest, simulator):
    harvest()
    before = stored()
    simulator.world = world_of(99, number=666)

    with pytest.raises(SourceNotFoundError):
        harvest(NOW + timedelta(hours=1))

    assert stored() == before


def test_a_name_that_is_taken_over_during_a_harvest_gives_nothing_of_the_new_one(
    harvest, simulator
):
    def take_over(*_):
        simulator.world = world_of(99)
        for told in [*simulator.world.pulls, *simulator.world.issues]:
            told.repository = 666

    with pytest.raises(SourceNotFoundError, match="another repository now"):
        harvest(on_page=take_over)

    assert (
        Contribution.objects.exclude(external_id__in=[key for _, key in all_of(world_of())]).count()
        == 0
    )


def test_a_forge_that_calls_itself_otherwise_is_named(harvest, simulator):
    simulator.world.host = "www.codeberg.org"

    with pytest.raises(SourceNotFoundError, match=r"Write gitea:www\.codeberg\.org/lab/vision"):
        harvest()


def nothing_there(reply):
    return Reply.of([], **{"x-total-count": reply.headers["x-total-count"]})


def other_order(reply):
    return Reply.of(reply.json()[::-1], **{"x-total-count": reply.headers["x-total-count"]})


CONTRADICTIONS = {"nothing": nothing_there, "another order": other_order}


@pytest.mark.parametrize("fault", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
@pytest.mark.parametrize("place", [4, 5 + A_CHANGE * PULLS], ids=["changes", "issues"])
def test_a_list_that_contradicts_itself_is_not_believed(harvest, simulator, fault, place):
    simulator.faults = [None] * place + [fault]

    harvested_all(harvest)

    assert stored() == all_of(simulator.world)


@pytest.mark.parametrize("place", [5, 6, 7, 8], ids=["reviews", "comments", "commits", "files"])
def test_a_part_that_is_not_what_it_counts_is_asked_for_again(harvest, simulator, place):
    simulator.faults = [None] * place + [empty_of_many]

    assert harvest().is_complete
    assert Contribution.objects.filter(facts__sizes={"code": [12, 3]}).count() == 24


def empty_of_many(reply):
    return Reply.of([], **{"x-total-count": reply.headers.get("x-total-count", "3")})


def test_a_page_that_leads_to_itself_ends_and_not_in_a_circle(harvest, simulator):
    world = GiteaWorld([Pull(number, LI, state="open") for number in range(1, 121)])
    cache = Repeating()
    cache.keep(
        world(Request("GET", "/repos/lab/vision/pulls?state=all&sort=recentupdate", {}, None))
    )

    def cached(request):
        is_list = "/pulls?" in request.path
        return cache.repeat(world(request)) if is_list else world(request)

    simulator.world = cached
    report = harvest()

    assert not report.is_complete
    assert "repeats the page before" in report.message
    simulator.world = world
    harvested_all(harvest, report.retry_at)
    assert stored() == all_of(world)


def test_an_answer_that_is_no_repository_is_named(harvest, simulator):
    simulator.faults = [lambda _: Reply.of(["lab/vision"])]

    with pytest.raises(ForgeAnswerError, match="not what its description promises"):
        harvest()


def test_a_clock_that_is_behind_ours_hides_no_update(harvest, simulator):
    behind = timedelta(hours=2)
    harvest(forge_clock=lambda: NOW - behind)
    simulator.world.pulls[3].title = "Renamed since"
    simulator.world.pulls[3].updated = (NOW - behind + timedelta(minutes=5)).isoformat()

    report = harvest(NOW + timedelta(hours=1), forge_clock=lambda: NOW - behind / 2)

    assert report.changed == 3


def test_a_dry_run_tells_for_few_requests_what_a_harvest_takes(harvest, simulator):
    api = RestApi(simulator.url, TOKEN, lambda: NOW, auth="token {token}", timeout=1)
    forge = Gitea(api, HOST, NOW)
    told = forge.estimate(forge.find_repository("lab/vision"), {})
    asked = len(simulator.requests)
    simulator.requests.clear()
    harvest()

    assert asked == 1 + 3 + 3
    assert [one.items for one in told.lists] == [PULLS, ISSUES, RELEASES]
    with_comments = told.requests + PULLS
    assert with_comments == len(simulator.requests) - 1, "all but that which registers it"


def test_where_nothing_is_new_a_dry_run_says_so(harvest, simulator):
    harvest()
    later = NOW + timedelta(hours=1)
    simulator.requests.clear()
    api = RestApi(simulator.url, TOKEN, lambda: later, auth="token {token}", timeout=1)
    cursor = HarvestCursor.objects.get()
    record = record_of(cursor.repository)

    told = Gitea(api, HOST, later).estimate(record, cursor.cursor)

    assert (told.lists, told.requests, len(simulator.requests)) == ([], 2, 2)


def test_a_clock_that_is_wrong_for_a_moment_hides_no_update(harvest, simulator):
    ahead = "Mon, 23 Nov 2026 10:30:00 GMT"
    simulator.faults = [
        None,
        lambda reply: replace(reply, headers={**reply.headers, "date": ahead}),
    ]
    harvest()
    later = (NOW + timedelta(minutes=10)).isoformat()
    simulator.world.issues.append(issue(400, created=later, updated=later))

    harvest(NOW + timedelta(minutes=20))

    assert Contribution.objects.filter(kind="issue").count() == ISSUES + 1


def test_a_list_of_an_item_that_comes_empty_twice_is_asked_for_again(harvest, simulator):
    def nothing(reply):
        return replace(reply, body=b"[]") if reply.body.startswith(b"[") else reply

    simulator.faults = [None] * BEFORE_DETAILS + [nothing, nothing]

    assert harvest().is_complete
    assert not HarvestGap.objects.exists()


def test_reviews_of_which_half_was_lost_on_the_way_are_asked_for_again(harvest, simulator):
    """Drafts are counted and not shown, so that fewer than are counted may be right."""

    def half(reply):
        items = reply.json()
        told = {"x-total-count": reply.headers["x-total-count"]}
        return Reply.of(items[: len(items) // 2], **told)

    simulator.world.pulls[-1].reviews = [Review(9_000 + number, WU) for number in range(4)]
    simulator.faults = [None] * BEFORE_DETAILS + [half]

    assert harvest().is_complete
    assert stored() == all_of(simulator.world)


def test_a_part_that_fails_in_many_ways_and_is_well_again_is_no_gap(harvest, simulator):
    fails = [status(404), status(502), cut_off]
    simulator.faults = [*[None] * BEFORE_DETAILS, fails[0], None, *fails[1:], fails[0]]

    assert harvest().is_complete
    assert not HarvestGap.objects.exists()
    assert stored() == all_of(simulator.world)
