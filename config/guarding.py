"""Keeps a harvesting process to checked addresses and to the parts of this installation."""

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from harvesters.transports.guard import Service, install_guard

logger = logging.getLogger(__name__)

POSTGRESQL_PORT = 5432
BROKER_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672, "pyamqp": 5672, "amqps": 5671}
SOCKET_SCHEMES = frozenset({"redis+socket"})


class UnknownBrokerError(Exception):
    """The broker is of a kind that finds its servers by itself, so that we cannot name them."""


def guard_process() -> None:
    """Let this process reach nothing else, until it ends."""
    try:
        services = frozenset(services_of_ours())
    except UnknownBrokerError as error:
        logger.warning("Harvests are not guarded by the audit hook: %s", error)
        return
    install_guard(services)


def services_of_ours() -> Iterator[Service]:
    """Where the database, the broker and the mail server are, as far as they are on a network."""
    database = settings.DATABASES["default"]
    for host in str(database.get("HOST") or "").split(","):
        if host and not host.startswith("/"):
            yield host.lower(), int(database.get("PORT") or POSTGRESQL_PORT)
    for address in settings.CELERY_BROKER_URL.split(";"):
        yield from _broker(address)
    if settings.EMAIL_HOST:
        yield settings.EMAIL_HOST.lower(), settings.EMAIL_PORT


def _broker(address: str) -> Iterator[Service]:
    parts = urlsplit(address.strip())
    if parts.scheme in SOCKET_SCHEMES:
        return
    if parts.scheme not in BROKER_PORTS:
        raise UnknownBrokerError(f"a broker by {parts.scheme} may stand anywhere.")
    yield parts.hostname or "localhost", parts.port or BROKER_PORTS[parts.scheme]
