"""Bytes from files and addresses, never more than asked for."""

from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from credits.management.fetching import UnreadableError, did_document_address, read_bytes


class Endless(BaseHTTPRequestHandler):
    """Answers with more than anybody wants, or sends the caller elsewhere."""

    def do_GET(self):
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        for _ in range(40):
            self.wfile.write(b"x" * 1000)

    def log_message(self, *_said):
        """Say nothing."""


@pytest.fixture
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Endless))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_more_is_read_than_one_byte_above_the_limit(address, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"x" * 40_000)

    assert len(read_bytes(f"{address}/endless", 1000)) == 1001
    assert len(read_bytes(str(file), 1000)) == 1001


def test_nobody_is_sent_elsewhere(address):
    with pytest.raises(UnreadableError, match="answered 302"):
        read_bytes(f"{address}/elsewhere", 1000)


def test_an_address_without_a_server_is_said_to_be_out_of_reach():
    with pytest.raises(UnreadableError, match="cannot be reached"):
        read_bytes("http://127.0.0.1:1/", 1000)


def test_a_strange_address_is_no_crash():
    with pytest.raises(UnreadableError):
        read_bytes("https://", 1000)


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:credits.example", "https://credits.example/.well-known/did.json"),
        ("did:web:credits.example:a:b", "https://credits.example/a/b/did.json"),
        ("did:web:127.0.0.1%3A8000", "http://127.0.0.1:8000/.well-known/did.json"),
        ("did:web:localhost%3A8000", "http://localhost:8000/.well-known/did.json"),
        ("did:key:z6Mk", None),
    ],
)
def test_the_document_of_a_did_has_one_address(did, address):
    assert did_document_address(did) == address
