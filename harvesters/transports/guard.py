"""The last line: in a harvesting process, no connection that nobody checked.

`harvesters.transports.addresses` resolves, checks and connects as one step. Whatever else in the
process would open a socket to a network (a library's own door, a door that somebody forgot) is
stopped here by an audit hook (PEP 578), which cannot be taken away again.
"""

import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Service = tuple[str, int]
"""Host and port of a part of this installation: its broker, its mail server."""

_NETWORKS = frozenset({socket.AF_INET, socket.AF_INET6})
_checked = threading.local()


class UncheckedConnectionError(RuntimeError):
    """A connection was begun to an address that nobody checked; this is a fault of the program."""


def install_guard(services: Iterable[Service] = ()) -> None:
    """From now on this process reaches checked addresses, ``services``, and Unix sockets only."""
    sys.addaudithook(_Guard(services).hear)


@contextmanager
def checked(host: str, address: Any = None) -> Iterator[None]:
    """In this thread, let ``host`` be looked up, or ``address``, which was checked, be reached."""
    _checked.host, _checked.address = host, address
    try:
        yield
    finally:
        _checked.host = _checked.address = None


class _Guard:
    def __init__(self, services: Iterable[Service]) -> None:
        self._services = frozenset(services)
        self._hosts = frozenset(host for host, _ in self._services)

    def hear(self, event: str, told: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.sendto"}:
            self._connect(*told)
        elif event == "socket.getaddrinfo":
            self._look_up(told[0])

    def _connect(self, opened: socket.socket, address: Any) -> None:
        if opened.family not in _NETWORKS or address == getattr(_checked, "address", None):
            return
        host, port = address[:2]
        if any(
            port == known and host in {name, *_numbers(name, known)}
            for name, known in self._services
        ):
            return
        raise UncheckedConnectionError(
            f"A connection to {host} port {port} was begun without a check of the address."
        )

    def _look_up(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is None or name.lower() in self._hosts or name == getattr(_checked, "host", None):
            return
        raise UncheckedConnectionError(f"The host {name} was looked up without a check of it.")


def _numbers(host: str, port: int) -> set[Any]:
    try:
        return {found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        return set()
