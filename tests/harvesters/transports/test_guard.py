"""A guarded process reaches what was checked, and nothing else, whoever opens the socket.

An audit hook stays until the process ends: each of these runs in one of its own.
"""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator import ForgeSimulator, Reply

PROJECT = Path(__file__).resolve().parents[3]
BEGIN = """
import socket, threading, urllib.request
from datetime import UTC, datetime
from harvesters.transports.addresses import Reach, Place
from harvesters.transports.guard import install_guard, UncheckedConnectionError
from harvesters.transports.rest import RestApi
url, port = {url!r}, {port}
install_guard({services})
"""
REFUSED = "UncheckedConnectionError"


@pytest.fixture
def simulator():
    with ForgeSimulator(lambda _: Reply.of({"id": 7})).serving() as started:
        yield started


@pytest.fixture
def guarded(simulator):
    """Run ``code`` in a guarded process: what it says, and what stopped it."""

    def run(code, services=()):
        port = int(simulator.url.rpartition(":")[2])
        begin = BEGIN.format(url=simulator.url, port=port, services=list(services))
        done = subprocess.run(
            [sys.executable, "-c", begin + code],
            check=False,
            capture_output=True,
            text=True,
            cwd=PROJECT,
        )
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    return run


def test_what_was_checked_is_reached(guarded):
    code = "print(RestApi(url, '', lambda: datetime.now(UTC)).request('GET', '/x').body)"

    assert guarded(code) == "{'id': 7}"


@pytest.mark.parametrize(
    "code",
    [
        "urllib.request.urlopen(url)",
        "socket.create_connection(('127.0.0.1', port))",
        "socket.socket().connect(('127.0.0.1', port))",
        "socket.socket().connect(('localhost', port))",
        "socket.socket().connect_ex(('127.0.0.1', port))",
        "socket.socket(socket.AF_INET6).connect(('::1', port, 0, 0))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
        "socket.getaddrinfo('localhost', port)",
        "socket.getaddrinfo(b'localhost', port)",
    ],
    ids=["library", "create", "connect", "name", "code", "six", "datagram", "lookup", "bytes"],
)
def test_what_nobody_checked_is_not(guarded, simulator, code):
    assert REFUSED in guarded(code)
    assert simulator.requests == []


def test_a_check_is_for_one_connection_only(guarded):
    code = """
Reach.of("127.0.0.1").connect(Place("http", "127.0.0.1", port), 5).close()
socket.create_connection(("127.0.0.1", port))
"""
    assert REFUSED in guarded(code)


def test_a_check_in_one_thread_is_none_in_another(guarded):
    code = """
from harvesters.transports.guard import checked
def other():
    try:
        socket.socket().connect(("127.0.0.1", port))
    except UncheckedConnectionError:
        print("refused")
with checked("127.0.0.1", ("127.0.0.1", port)):
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
"""
    assert guarded(code) == "refused"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost"])
def test_a_service_of_ours_is_reached(guarded, simulator, host):
    port = int(simulator.url.rpartition(":")[2])
    code = f"print(socket.create_connection(({host!r}, port)).getpeername()[1] == port)"

    assert guarded(code, [(host.lower(), port)]) == "True"


def test_another_port_of_the_same_host_is_not(guarded):
    code = "socket.create_connection(('127.0.0.1', port))"

    assert REFUSED in guarded(code, [("127.0.0.1", 9)])


def test_sockets_of_this_machine_are_reached(guarded, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        code = f"socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r}); print('reached')"

        assert guarded(code) == "reached"
