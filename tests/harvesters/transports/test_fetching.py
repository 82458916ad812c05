"""git over a network goes where we checked, and stops at limits of size and time."""

import os
import socket
import stat
import time

import pytest

from harvesters.forge import SourceNotFoundError
from harvesters.transports import fetching
from harvesters.transports.addresses import AddressRefusedError, Reach
from harvesters.transports.fetching import FETCH_SECONDS, Remote
from tests.git_server import GitServer, commands_with
from tests.repositories import GitRepository, git
from tests.simulator import ForgeSimulator, Reply, dripping, hanging
from tests.waiting import wait_until

HERE = Reach.of("127.0.0.1")
REF = "refs/opencredits/head"
HEAD = [f"+HEAD:{REF}"]


def fetch(folder, address, refspecs, reach, **limits):
    """Fetch to the end."""
    return list(fetching.fetch(folder, Remote(address, reach), refspecs, **limits))


@pytest.fixture
def repository(tmp_path):
    made = GitRepository.at(tmp_path / "served" / "vision")
    made.commit()
    return made


@pytest.fixture
def simulator(repository):
    with ForgeSimulator(GitServer(repository.folder.parent)).serving() as started:
        yield started


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "fetched.git"


@pytest.fixture
def names(monkeypatch):
    """What ``forge.example`` means to us; git's own resolver knows nothing of it."""
    told = []
    really = socket.getaddrinfo

    def look_up(host, port, *arguments, **options):
        if host != "forge.example":
            return really(host, port, *arguments, **options)
        return [entry for number in told for entry in really(number, port, *arguments, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


def head_of(folder):
    return git(folder, "rev-parse", REF).decode()


def test_a_repository_is_fetched_and_then_brought_up_to_date(simulator, repository, folder):
    fetch(folder, f"{simulator.url}/vision", HEAD, HERE)
    repository.commit()
    fetch(folder, f"{simulator.url}/vision", HEAD, HERE)

    assert head_of(folder) == repository.commits[-1]


def test_git_connects_to_the_address_that_we_checked(simulator, repository, folder, names):
    names += ["::1", "127.0.0.1"]
    port = simulator.url.rpartition(":")[2]
    reach = Reach.of("forge.example")

    fetch(folder, f"http://Forge.Example:{port}/vision", HEAD, reach)

    assert head_of(folder) == repository.commits[-1]


@pytest.mark.parametrize("number", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_an_address_that_may_not_be_reached_is_not_told_to_git(folder, names, number):
    names += [number]

    with pytest.raises(AddressRefusedError):
        fetch(folder, "https://forge.example/vision", HEAD, Reach.of("10.0.0.9"))
    assert not folder.exists()


def test_this_machine_is_not_fetched_from_unless_it_is_allowed(simulator, folder):
    with pytest.raises(AddressRefusedError):
        fetch(folder, f"{simulator.url}/vision", HEAD, Reach())
    assert simulator.requests == []


def test_a_name_without_an_address_is_told(folder):
    with pytest.raises(SourceNotFoundError, match=r"nowhere\.invalid has no address"):
        fetch(folder, "https://nowhere.invalid/vision", HEAD, Reach())


def test_a_redirect_is_not_followed(simulator, folder):
    with ForgeSimulator(simulator.world).serving() as other:
        simulator.world = lambda asked: Reply(302, {"location": f"{other.url}{asked.path}"})

        with pytest.raises(SourceNotFoundError, match="cannot be fetched"):
            fetch(folder, f"{simulator.url}/vision", HEAD, HERE)

        assert other.requests == []


def test_another_place_for_objects_is_not_asked(simulator, repository, folder):
    git(repository.folder, "update-server-info")
    with ForgeSimulator(lambda _: Reply(404)).serving() as other:

        def plain(asked):
            path = asked.path.partition("?")[0].removeprefix("/vision/")
            if path == "objects/info/http-alternates":
                return Reply(200, {}, f"{other.url}/objects\n".encode())
            file = repository.folder / path
            is_told = not path.startswith("objects/") and file.is_file()
            return Reply(200, {}, file.read_bytes()) if is_told else Reply(404)

        simulator.world = plain
        with pytest.raises(SourceNotFoundError):
            fetch(folder, f"{simulator.url}/vision", HEAD, HERE)

        asked = [request.path for request in simulator.requests]
        assert "/vision/objects/info/http-alternates" in asked
        assert other.requests == []


def test_a_repository_without_end_is_stopped_by_its_size(simulator, repository, folder):
    repository.commit(files={b"noise.bin": os.urandom(4 << 20)})

    with pytest.raises(SourceNotFoundError, match="larger than what we take"):
        fetch(folder, f"{simulator.url}/vision", HEAD, HERE, largest=1 << 20)

    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 2 << 20


@pytest.mark.parametrize("fault", [hanging, dripping])
def test_git_and_all_that_it_began_end_in_time(simulator, folder, fault):
    simulator.faults = [fault]

    with pytest.raises(SourceNotFoundError, match=r"more than 0\.5 seconds"):
        fetch(folder, f"{simulator.url}/vision", HEAD, HERE, seconds=0.5)

    wait_until(lambda: not list(commands_with(simulator.url)), 5)


def test_what_a_stopped_fetch_left_behind_is_cleared(simulator, folder):
    fetch(folder, f"{simulator.url}/vision", HEAD, HERE)
    old, young = (folder / "objects" / "pack" / name for name in ("tmp_pack_old", "tmp_pack_young"))
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = time.time() - FETCH_SECONDS - 10
    os.utime(old, (long_ago, long_ago))

    fetch(folder, f"{simulator.url}/vision", HEAD, HERE)

    assert (old.exists(), young.exists()) == (False, True)


def test_a_git_that_cannot_be_pinned_is_refused(simulator, folder, tmp_path, monkeypatch):
    program = tmp_path / "old" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho git version 2.30.2\n", encoding="ascii")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)

    with pytest.raises(SourceNotFoundError, match=r"git version 2\.30\.2 cannot be kept"):
        fetch(folder, f"{simulator.url}/vision", HEAD, HERE)
    assert simulator.requests == []
