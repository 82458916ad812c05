"""The signer's socket: only we may open it, and nobody keeps it waiting.

A client is told by the kernel (``SO_PEERCRED``), not by what it says. Each gets a thread that
reads, a deadline and a size; who is too slow or says too much is cut off. A few lasting threads
sign, so that the database sees a few lasting connections.
"""

import errno
import logging
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from credits.signer.notary import Notarial
from credits.signer.protocol import MAX_REQUEST_BYTES, answered

logger = logging.getLogger(__name__)

CLIENTS = 32
SIGNING_THREADS = 4
QUESTION_TIMEOUT_SECONDS = 10.0
ANSWER_TIMEOUT_SECONDS = 30.0
LOOK_SECONDS = 0.1
CHUNK = 262_144


class SignerServer:
    """Answers on the Unix socket ``path`` to processes of ``users`` (uids)."""

    def __init__(
        self,
        path: Path,
        notary: Notarial,
        *,
        users: Collection[int],
        before_each: Callable[[], None] = lambda: None,
        question_timeout_seconds: float = QUESTION_TIMEOUT_SECONDS,
    ) -> None:
        self._path = path
        self._notary = notary
        self._users = frozenset(users)
        self._before_each = before_each
        self._timeout = question_timeout_seconds
        self._room = threading.BoundedSemaphore(CLIENTS)
        self._signing = ThreadPoolExecutor(SIGNING_THREADS)
        self._is_stopping = threading.Event()
        # Who runs under another uid is let in through the group of the socket's folder.
        self._socket = _listening(path, 0o600 if self._users <= {os.geteuid()} else 0o660)

    def serve(self) -> None:
        """Answer until `stop`."""
        self._socket.settimeout(LOOK_SECONDS)
        while not self._is_stopping.is_set():
            try:
                client, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError as error:
                if error.errno in {errno.EBADF, errno.EINVAL}:
                    break
                logger.warning("no client could be taken: %s", error)
                time.sleep(LOOK_SECONDS)
                continue
            self._take(client)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        self._signing.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """Take nobody any more."""
        self._is_stopping.set()

    def _take(self, client: socket.socket) -> None:
        user = peer_user(client)
        if user not in self._users:
            logger.warning("user %d is not let in", user)
            client.close()
        elif not self._room.acquire(timeout=self._timeout):
            client.close()
        else:
            threading.Thread(target=self._talk, args=[client], daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        try:
            with client:
                while line := self._read_line(client):
                    client.settimeout(ANSWER_TIMEOUT_SECONDS)
                    client.sendall(self._signing.submit(self._answered, line).result())
        except (OSError, TooLongError) as error:
            logger.info("a client was cut off: %s", error or type(error).__name__)
        finally:
            self._room.release()

    def _answered(self, line: bytes) -> bytes:
        self._before_each()
        return answered(line, self._notary, now=datetime.now(UTC))

    def _read_line(self, client: socket.socket) -> bytes:
        """One line; empty when the client has gone.

        Raises:
            TimeoutError: it did not come in time, however slowly it came.
            TooLongError
        """
        deadline = time.monotonic() + self._timeout
        received = bytearray()
        while not received.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            client.settimeout(left)
            chunk = client.recv(CHUNK)
            if not chunk:
                return b""
            received += chunk
            if len(received) > MAX_REQUEST_BYTES:
                raise TooLongError
        return bytes(received)


class TooLongError(Exception):
    """A client says more than is read."""


def peer_user(client: socket.socket) -> int:
    """The uid of the process at the other end, by the kernel's word."""
    if sys.platform != "linux":
        # LOCAL_PEERCRED of macOS and the BSDs: version and uid come first.
        return int(struct.unpack_from("2i", client.getsockopt(0, 0x001, 76))[1])
    told = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", told)[1])


def _listening(path: Path, mode: int) -> socket.socket:
    """A socket at ``path``; one that a dead signer left is put aside.

    Raises:
        OSError: a living signer listens there.
    """
    if _is_alive(path):
        raise OSError(errno.EADDRINUSE, f"A signer listens at {path} already")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    path.chmod(mode)
    listener.listen(CLIENTS)
    return listener


def _is_alive(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
