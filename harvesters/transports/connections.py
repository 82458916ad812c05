"""Connections for `requests`: to checked addresses, for bounded answers in bounded time.

The timeout of `requests` is the time between two bytes; a forge that drips would hold a worker for
days. Here an answer, headers and body together, takes no longer than the timeout in all.
"""

import http.client
import io
import socket
import time
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.response import BaseHTTPResponse

from harvesters.transports.addresses import HostNotFoundError, Place, Reach

LARGEST_BODY = 32 << 20
CHUNK_BYTES = 1 << 16


class TooLargeError(Exception):
    """The answer has more than `LARGEST_BODY` bytes after unpacking."""


class CheckedAdapter(HTTPAdapter):
    """Reaches what ``reach`` lets it, by no proxy, and brings whole answers of bounded size."""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, partial(_PlainConnection, reach)),
            "https": partial(_pool, HTTPSConnectionPool, partial(_EncryptedConnection, reach)),
        }

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Ask; the answer's body is read already."""
        options["stream"], options["proxies"] = True, None
        response = super().send(request, **options)
        try:
            response.raw = io.BytesIO(_whole(response.raw))
        except BaseException:
            response.close()
            raise
        return response


class _PlainConnection(HTTPConnection):
    """A connection by http to a checked address."""

    def __init__(self, reach: Reach, **options: Any) -> None:
        super().__init__(**options)
        self._reach = reach

    def _new_conn(self) -> socket.socket:
        return _opened(self, Place("http", self.host, self.port), self._reach)

    def getresponse(self) -> Any:
        _limit_time(self)
        return super().getresponse()


class _EncryptedConnection(HTTPSConnection):
    """A connection by https to a checked address; the certificate is one for the host's name."""

    def __init__(self, reach: Reach, **options: Any) -> None:
        super().__init__(**options)
        self._reach = reach

    def _new_conn(self) -> socket.socket:
        return _opened(self, Place("https", self.host, self.port), self._reach)

    def getresponse(self) -> Any:
        _limit_time(self)
        return super().getresponse()


class _TimedAnswer(http.client.HTTPResponse):
    """An answer that is read until ``end`` and not beyond."""

    def __init__(self, end: float, opened: socket.socket, *rest: Any, **options: Any) -> None:
        super().__init__(opened, *rest, **options)
        self.fp = io.BufferedReader(_TimedStream(self.fp.detach(), opened, end))


class _TimedStream(io.RawIOBase):
    def __init__(self, stream: io.RawIOBase, opened: socket.socket, end: float) -> None:
        self._stream = stream
        self._opened = opened
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._opened.settimeout(left)
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _pool(kind: type[HTTPConnectionPool], one: Any, host: str, port: int, **options: Any) -> Any:
    made = kind(host, port, **options)
    made.ConnectionCls = one
    return made


def _opened(connection: HTTPConnection, place: Place, reach: Reach) -> socket.socket:
    """As urllib3 opens a socket, with its errors, but to a checked address only."""
    try:
        return reach.connect(place, connection.timeout)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"{place.host} does not take our call.") from error
    except (OSError, HostNotFoundError) as error:
        raise NewConnectionError(connection, str(error)) from error


def _limit_time(connection: Any) -> None:
    """Let the answer that is awaited now take no longer than the timeout in all."""
    end = time.monotonic() + connection.timeout
    connection.response_class = partial(_TimedAnswer, end)


def _whole(answer: BaseHTTPResponse) -> bytes:
    body = bytearray()
    while chunk := answer.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLargeError
    return bytes(body)
