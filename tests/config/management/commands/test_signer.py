"""``opencredits signer``: the process itself, and users who are not let in."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credits.keyfiles import make_ed25519_key
from credits.signer.client import SignerClient
from credits.signer.protocol import SignerFailedError
from credits.signer.server import SignerServer
from tests.credentials import BASE
from tests.e2e.site import PROJECT
from tests.signing import Played, document
from tests.waiting import wait_until

pytestmark = pytest.mark.enable_socket

NOBODY = 65534


@pytest.fixture
def folder():
    """A folder that another user can reach, with a name short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="oc-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def running(folder, **variables):
    """The command as a process, until it listens or has ended."""
    surroundings = {
        **os.environ,
        "OPENCREDITS_HOME": str(folder / "home"),
        "OPENCREDITS_BASE_URL": BASE,
        "OPENCREDITS_SIGNER_SOCKET": str(folder / "s"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        **variables,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "config", "signer"],
        cwd=PROJECT,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: (folder / "s").exists() or process.poll() is not None, 60)
        yield process
    finally:
        process.kill()
        process.communicate()


def put_key(folder, mode):
    file = folder / "home" / "keys" / "issuer.pem"
    file.parent.mkdir(parents=True)
    file.write_text(make_ed25519_key())
    file.chmod(mode)


def test_it_answers_until_it_is_told_to_stop(folder):
    with running(folder) as process:
        client = SignerClient(folder / "s")
        assert client.issuer_key(now=datetime.now(UTC)).startswith("z6Mk")
        # Whether a document is logged it cannot see without the database.
        with pytest.raises(SignerFailedError, match="log says why"):
            client.sign_documents([document()], now=datetime.now(UTC))

        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
        assert not (folder / "s").exists()


def test_it_does_not_start_with_a_key_that_others_may_read(folder):
    put_key(folder, 0o640)

    with running(folder) as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "chmod 600" in said


def test_it_does_not_start_for_a_user_who_does_not_exist(folder):
    with running(folder, OPENCREDITS_SIGNER_USERS="nobody-of-that-name") as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "there is no user nobody-of-that-name" in said


def as_nobody(path):
    """What another user hears, who belongs to the group of the socket."""
    heard, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setuid(NOBODY)
        os.write(say, asked(path).encode())
        os._exit(0)
    os.close(say)
    os.waitpid(child, 0)
    with os.fdopen(heard) as answer:
        return answer.read()


def asked(path):
    try:
        return SignerClient(path).issuer_key(now=datetime.now(UTC))
    except SignerFailedError as error:
        return str(error)


@contextlib.contextmanager
def listening(folder, users):
    server = SignerServer(folder / "s", Played(folder).notary, users=users)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield folder / "s"
    finally:
        server.stop()
        thread.join()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_let_in_by_name_only(folder, caplog):
    with listening(folder, {0, NOBODY}) as path:
        assert as_nobody(path).startswith("z6Mk")
        path.chmod(0o600)
        assert "Permission denied" in as_nobody(path)
    with listening(folder, {0}) as path:
        path.chmod(0o666)
        assert "z6Mk" not in as_nobody(path)
    assert f"user {NOBODY} is not let in" in caplog.text
