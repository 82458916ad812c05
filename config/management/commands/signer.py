"""``opencredits signer``: the process that holds the keys."""

import ctypes
import os
import pwd
import resource
import signal
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from config.signing import signer_socket
from config.sockets import make_private
from credits.signer.local import local_notary
from credits.signer.server import SignerServer
from credits.signer.stores import KeyFileError

PR_SET_DUMPABLE = 4


class Command(BaseCommand):
    """Hold the keys, and sign what may be signed."""

    help = (
        "Sign certificates, status lists and checkpoints for the other processes, over a Unix "
        "socket. `opencredits serve` runs it; to keep the keys from the web process, run it as "
        "another user (docs/operations.md).\n"
        "Examples: opencredits signer; "
        "OPENCREDITS_SIGNER_SOCKET=/run/opencredits-signer/socket opencredits signer"
    )
    requires_system_checks = ()

    def handle(self, *_args: Any, **options: Any) -> None:
        _keep_secrets()
        notary = local_notary(door="socket")
        path = signer_socket()
        if not settings.SIGNER_SOCKET:
            make_private(path.parent)
        try:
            key = notary.issuer_key(now=datetime.now(UTC))
            users = {os.geteuid(), *(_uid_of(name) for name in settings.SIGNER_USERS)}
            server = SignerServer(path, notary, users=users, before_each=close_old_connections)
        except (KeyFileError, OSError) as error:
            raise CommandError(str(error)) from error

        def stop(_number: int, _frame: FrameType | None) -> None:
            server.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if options["verbosity"]:
            self.stdout.write(f"The signer listens at {path}; its key is {key}.")
            self.stdout.flush()
        server.serve()


def _keep_secrets() -> None:
    """Let no process of the same user look into this one, and no dump hold a key."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _uid_of(name: str) -> int:
    """The uid of a user by name or number.

    Raises:
        CommandError: there is no such user.
    """
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise CommandError(f"OPENCREDITS_SIGNER_USERS: there is no user {name}.") from error
