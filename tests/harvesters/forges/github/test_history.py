"""The commits of a repository on GitHub come from git; the API is asked for what git lacks."""

import base64
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from harvesters.models import Contribution, HarvestCursor, HarvestGap, Repository
from harvesters.services.storing import LEASE, LeaseLostError
from tests.git_server import GitServer, commands_with
from tests.github_git import *  # noqa: F403
from tests.github_git import TOKEN
from tests.github_hosted import asked, is_git
from tests.github_nodes import Change
from tests.github_played import LI, MERGER, NOW
from tests.repositories import WU, GitRepository
from tests.simulator import Reply, closed, cut_off, status, web_page
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)


def commits():
    return set(Contribution.objects.filter(kind="commit").values_list("external_id", flat=True))


def of_git(simulator):
    return [one for one in simulator.requests if is_git(one)]


@pytest.fixture
def grown(repository):
    """Three commits, and a pull request that is open."""
    repository.commit(b"Begin", {b"lora.py": b"a\n"})
    repository.commit(b"Add LoRA\n\nCo-authored-by: " + WU, {b"lora.py": b"a\nb\n"})
    repository.commit(b"Read it (#7)", {b"lora.py": b"a\nb\n", b"README": b"x\n"})
    return repository


def test_commits_are_read_by_git_and_the_api_asked_only_who_wrote_them(harvest, simulator, grown):
    report = harvest()

    assert report.is_complete
    assert report.by_kind == {"commit": 3}
    first, number, look, writers, advisories = asked(simulator)
    assert (first, number, look) == ("Repository", "/repositories/515436299", "Outlook")
    assert writers == "Writers"
    assert "security-advisories" in advisories
    told = Contribution.objects.get(external_id=grown.commits[1])
    assert told.facts["sizes"] == {"code": [1, 0]}
    assert told.url == f"https://github.com/lab/vision/commit/{told.external_id}"
    parts = told.participations.values_list("role", "actor__host", "actor__login")
    assert set(parts) == {("author", "git", "Li Ming"), ("co_author", "git", "Wu Fang")}
    numbered = Contribution.objects.get(external_id=grown.commits[2])
    assert numbered.facts["pull_requests"] == [7]


def test_a_second_harvest_asks_once_and_fetches_and_writes_nothing(harvest, simulator, grown):
    harvest()
    simulator.requests.clear()

    report = harvest(LATER)

    assert (report.new, report.changed) == (0, 0)
    assert [one.body["operationName"] for one in simulator.requests] == ["Outlook"]


def test_what_was_pushed_since_is_fetched_and_added(harvest, simulator, hosted, grown):
    harvest()
    grown.commit(b"Go on")
    hosted.world.pushed = LATER.isoformat()
    simulator.requests.clear()

    report = harvest(LATER)

    assert (report.new, report.changed) == (1, 0)
    assert commits() == set(grown.commits)
    assert asked(simulator) == ["Outlook"]


def test_the_progress_counts_commits_as_well(harvest, hosted, grown):
    hosted.world.changes.append(Change(1, LI, MERGER))

    harvest()

    cursor = HarvestCursor.objects.get()
    assert (cursor.done_count, cursor.total_count) == (4, 4)


def test_a_harvest_that_is_stopped_at_any_page_goes_on_behind_it(
    harvest, hosted, repository, monkeypatch
):
    repository.grow(12)
    hosted.world.changes += [Change(number, LI, MERGER) for number in range(1, 4)]
    monkeypatch.setattr("harvesters.history.PAGE_SIZE", 5)

    class StoppedError(BaseException):
        """Ctrl-C."""

    def stop(*_):
        raise StoppedError

    stops = 0
    while HarvestCursor.objects.filter(swept_at=None).exists() or not stops:
        try:
            harvest(on_page=stop)
        except StoppedError:
            stops += 1
            assert stops < 20
        if HarvestCursor.objects.get().cursor["began"] == "":
            break

    assert stops >= 5
    assert commits() == set(repository.commits)
    assert Contribution.objects.filter(kind="change").count() == 3


FAULTS = {
    "not found": status(404, "Not Found"),
    "refused": status(403, "Forbidden"),
    "broken": status(502, "Bad Gateway"),
    "a closed connection": closed,
    "half of the bytes": cut_off,
    "a web page": web_page,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_where_git_fails_the_api_goes_on_and_a_gap_says_why(
    harvest, simulator, hosted, grown, fault
):
    hosted.world.changes.append(Change(1, LI, MERGER))
    hosted.server, really = Spoilt(hosted.server, fault), hosted.server

    report = harvest()

    assert report.is_complete
    assert report.by_kind == {"change": 1}
    gap = HarvestGap.objects.get()
    assert gap.subject == "commits"
    assert "/lab/vision.git cannot be fetched" in gap.reason

    hosted.server = really
    simulator.requests.clear()
    assert harvest(LATER).new == 0
    assert of_git(simulator) == [], "what may be too large is not tried every hour"
    assert harvest(TOMORROW).new == 3
    assert commits() == set(grown.commits)
    assert HarvestGap.objects.count() == 0


def test_a_change_that_was_read_without_git_is_read_again_with_it(harvest, hosted, merging):
    merging.rebase(7, "a.py", "b.py")
    hosted.server, really = Spoilt(hosted.server, closed), hosted.server
    harvest()
    hosted.server = really

    harvest(TOMORROW)
    harvest(TOMORROW + timedelta(hours=1))

    told = Contribution.objects.get(kind="change").facts["commits"]
    assert set(told) >= set(merging.repository.commits[-2:])
    assert len(told) == 4


class Spoilt:
    """A git server whose answers are all spoilt."""

    def __init__(self, server, fault):
        self.server, self.fault = server, fault

    def __call__(self, request):
        return self.fault(self.server(request))


def test_another_history_under_the_name_is_not_taken_for_this_one(harvest, hosted, grown, tmp_path):
    other = GitRepository.at(tmp_path / "elsewhere" / "vision")
    other.commit(b"Somebody else's")
    hosted.server = GitServer(other.folder.parent)

    report = harvest()

    assert report.is_complete
    assert commits() == set()
    assert grown.commits[-1] in HarvestGap.objects.get(subject="commits").reason


def test_what_is_pushed_between_the_look_and_the_fetch_is_the_next_harvest_s(
    harvest, simulator, hosted, grown
):
    known = list(grown.commits)
    grown.commit(b"A moment later")
    hosted.world.history = replace(grown, commits=known)

    assert harvest().by_kind == {"commit": 3}
    hosted.world.history = grown
    assert harvest(LATER).new == 1


def test_a_history_that_was_rewritten_doubles_nothing(harvest, hosted, grown):
    harvest()
    grown.commit(b"Another way", parents=grown.commits[:1])
    hosted.world.pushed = LATER.isoformat()

    assert harvest(LATER).new == 1
    assert len(commits()) == 4


def test_an_empty_repository_is_not_fetched(harvest, simulator, hosted):
    hosted.world.changes.append(Change(1, LI, state="OPEN"))

    assert harvest().is_complete
    assert of_git(simulator) == []
    assert HarvestGap.objects.count() == 0


def test_a_renamed_repository_is_fetched_under_its_present_name(harvest, hosted, grown):
    harvest()
    hosted.world.path = "lab/eyes"
    sha = grown.commit(b"Under another name")
    hosted.world.pushed = LATER.isoformat()

    assert harvest(LATER).new == 1
    assert Repository.objects.get().path == "lab/eyes"
    assert Contribution.objects.get(external_id=sha).url.startswith("https://github.com/lab/eyes/")


def test_a_broken_commit_is_a_gap_and_its_neighbours_are_stored(harvest, repository):
    repository.commit(b"One", {b"a.py": b"1\n"})
    bad = repository.commit(b"Beyond the calendar \xff\x00", {b"a.py": b"2\n"}, at=10**15)
    repository.commit(b"Three", {b"a.py": b"3\n"})

    harvest()

    assert commits() == {repository.commits[0], repository.commits[2]}
    assert HarvestGap.objects.get().subject == f"commit {bad[:12]}"


def test_git_shows_our_token_to_its_host_and_to_nobody_else(
    harvest, simulator, hosted, grown, settings, tmp_path
):
    told = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()

    harvest()

    assert {one.headers["authorization"] for one in of_git(simulator)} == {f"Basic {told}"}
    for path in settings.HOME.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes()
            assert told.encode() not in path.read_bytes()


def test_a_private_repository_is_fetched_by_our_token(harvest, hosted, grown):
    served = hosted.server

    def guarded(request):
        if "authorization" in request.headers:
            return served(request)
        return Reply(401, {"www-authenticate": 'Basic realm="GitHub"'})

    hosted.server = guarded

    assert harvest().by_kind == {"commit": 3}


@pytest.fixture
def held(hosted, monkeypatch):
    """Git answers no more before this is set; meanwhile a harvest says often that it lives."""
    monkeypatch.setattr("harvesters.transports.fetching.BEAT_SECONDS", 0.02)
    served, may_go_on = hosted.server, Event()

    def holding(request):
        may_go_on.wait(20)
        return served(request)

    hosted.server = holding
    yield may_go_on
    may_go_on.set()


def test_a_fetch_that_takes_longer_than_a_lease_keeps_it(harvest, hosted, grown, held):
    told = []

    def go_on(cursor, _report):
        told.append(cursor.lease_until)
        if len(told) == 20:
            held.set()

    report = harvest(on_page=go_on, clock=lambda: NOW + len(told) * LEASE / 5)

    assert report.by_kind == {"commit": 3}
    assert told[19] == NOW + 19 * LEASE / 5 + LEASE


def test_whoever_lost_the_lease_while_fetching_ends_it(harvest, simulator, grown, held):
    def lose(cursor, _report):
        HarvestCursor.objects.filter(pk=cursor.pk).update(fence=cursor.fence + 1)

    with pytest.raises(LeaseLostError):
        harvest(on_page=lose)

    wait_until(lambda: not list(commands_with(simulator.url)), 5)
    assert commits() == set()
