"""A forge on loopback: it plays a world, counts what it is asked, and fails as forges do.

A world answers requests well; a fault spoils an answer on its way. Nothing here knows an adapter.
"""

import gzip
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANGS = "hangs"
CLOSES = "closes"
DRIPS = "drips"
TRICKLES = "trickles"
STALLS = "stalls"
HEADS = "heads"


@dataclass(frozen=True)
class Request:
    """What was asked: method, path with its query, headers by lower-case name, parsed body."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is answered; ``end`` says how it breaks off, if it does."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    end: str = ""

    @classmethod
    def of(cls, body: Any, status: int = 200, **headers: str) -> "Reply":
        told = {"content-type": "application/json", **headers}
        return cls(status, told, json.dumps(body).encode())

    def json(self) -> Any:
        return json.loads(self.body)


World = Callable[[Request], Reply]
Fault = Callable[[Reply], Reply]


class ForgeSimulator:
    """Serves ``world``; the first answers are spoilt by ``faults``, in order (None: a good one)."""

    def __init__(self, world: World, faults: Sequence[Fault | None] = ()) -> None:
        self.world = world
        self.faults = list(faults)
        self.requests: list[Request] = []
        self.clock: Callable[[], datetime] | None = None
        self.released = threading.Event()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        reply = self.world(request)
        fault = self.faults.pop(0) if self.faults else None
        return fault(reply) if fault else reply

    @contextmanager
    def serving(self) -> Iterator["ForgeSimulator"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, simulator: ForgeSimulator) -> None:
        self.simulator = simulator
        super().__init__(("127.0.0.1", 0), _Player)

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a client that went away."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


class _Player(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._play()

    def do_POST(self) -> None:
        self._play()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _play(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_json = "json" in headers.get("content-type", "")
        body = json.loads(raw) if raw and is_json else None
        reply = self.server.simulator.answer(Request(self.command, self.path, headers, body, raw))
        if reply.end:
            self.close_connection = True
        if reply.end == HANGS:
            self.server.simulator.released.wait(30)
        if reply.end not in {HANGS, CLOSES}:
            self._send(reply)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """What the header ``Date`` tells: the simulator's clock, if it has one."""
        clock = self.server.simulator.clock
        return super().date_time_string(clock().timestamp() if clock else timestamp)

    def _send(self, reply: Reply) -> None:
        # Today's date would be wrong: worlds and the clocks of tests stand at another one.
        self.send_response_only(reply.status)
        if reply.end == HEADS:
            self._drip(b"X-More: and more\r\n" * 1_000)
        told = {"content-length": str(len(reply.body))}
        if self.server.simulator.clock is not None:
            told["date"] = self.date_time_string()
        for name, value in (told | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if reply.end == DRIPS:
            self._drip(reply.body)
        elif reply.end == TRICKLES:
            self._drip(reply.body, len(reply.body) // 10 + 1)
        elif reply.end == STALLS:
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.server.simulator.released.wait(30)
        else:
            self.wfile.write(reply.body)

    def _drip(self, told: bytes, at_once: int = 1) -> None:
        self.flush_headers()
        for place in range(0, len(told), at_once):
            self.wfile.write(told[place : place + at_once])
            if self.server.simulator.released.wait(0.05):
                return


def closed(reply: Reply) -> Reply:
    """The connection ends without an answer."""
    return replace(reply, end=CLOSES)


def hanging(reply: Reply) -> Reply:
    """No answer comes while anybody waits."""
    return replace(reply, end=HANGS)


def dripping(reply: Reply) -> Reply:
    """A byte comes now and then, for ever."""
    return replace(reply, end=DRIPS)


def trickling(reply: Reply) -> Reply:
    """The body comes in ten pieces, and slowly, but it comes."""
    return replace(reply, end=TRICKLES)


def stalling(reply: Reply) -> Reply:
    """Half of the body comes, and then nothing, while anybody waits."""
    return replace(reply, end=STALLS)


def without_end_of_headers(reply: Reply) -> Reply:
    """One header after the other comes, byte by byte."""
    return replace(reply, end=HEADS)


def cut_off(reply: Reply) -> Reply:
    """Half of the body comes, then the end."""
    told = {**reply.headers, "content-length": str(len(reply.body))}
    return Reply(reply.status, told, reply.body[: len(reply.body) // 2], end="cut")


def half_json(reply: Reply) -> Reply:
    """Half of the body comes, and claims to be whole."""
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def web_page(reply: Reply) -> Reply:
    """A proxy's page with HTTP 200."""
    return Reply(200, {"content-type": "text/html"}, b"<html><h1>Be right back</h1></html>")


def bomb(reply: Reply) -> Reply:
    """A few bytes that unpack into a hundred megabytes."""
    packed = gzip.compress(b'"' + b"a" * (100 << 20) + b'"', 1)
    return Reply(200, {**reply.headers, "content-encoding": "gzip"}, packed)


def status(code: int, message: str = "", **headers: str) -> Fault:
    """An error by status."""
    return lambda _: Reply.of({"message": message}, code, **headers)


def graphql_error(kind: str, message: str, path: Sequence[str | int] = ()) -> Fault:
    """HTTP 200 with ``errors`` and no data."""
    error = {"type": kind, "message": message, "path": list(path)}
    return lambda _: Reply.of({"data": None, "errors": [error]})


def holes(reply: Reply) -> Reply:
    """HTTP 200 with holes where items should be, and not a word why."""
    body = reply.json()
    if not isinstance(body, dict):
        return reply
    for connection in ((body.get("data") or {}).get("repository") or {}).values():
        if isinstance(connection, dict) and "nodes" in connection:
            connection["nodes"] = [None for _ in connection["nodes"]]
    return Reply.of(body)


def hidden(*path: str | int) -> Fault:
    """HTTP 200 with one part hidden from us, and the reason beside it."""

    def hide(reply: Reply) -> Reply:
        body = reply.json()
        *way, last = path
        part = body["data"]
        for step in way:
            part = part[step]
        part[last] = None
        message = "Although you appear to have the correct authorization, it is not for you."
        body["errors"] = [{"type": "FORBIDDEN", "message": message, "path": list(path)}]
        return Reply.of(body)

    return hide


class Repeating:
    """Answers as it did before, as a cache on the way would."""

    def __init__(self) -> None:
        self._kept: Reply | None = None

    def keep(self, reply: Reply) -> Reply:
        self._kept = reply
        return reply

    def repeat(self, _: Reply) -> Reply:
        assert self._kept is not None
        return self._kept
