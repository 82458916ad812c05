"""The signer's socket, as somebody sees it who has taken over the web process."""

import contextlib
import json
import os
import socket
import threading

import pytest

from credits.core.checkpoint import build_checkpoint
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.signer.client import SignerAbsentError, SignerClient
from credits.signer.protocol import MAX_REQUEST_BYTES, SignerFailedError
from credits.signer.server import CLIENTS, SignerServer
from tests.credentials import NOW
from tests.signing import ORIGIN, Played, document

pytestmark = pytest.mark.enable_socket

QUICK_SECONDS = 0.2


@contextlib.contextmanager
def served(played, path, **options):
    server = SignerServer(path, played.notary, **{"users": {os.geteuid()}, **options})
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield SignerClient(path, timeout_seconds=20)
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def played(tmp_path):
    return Played(tmp_path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s"


@pytest.fixture
def client(played, path):
    with served(played, path) as client:
        yield client


def said(path, *parts, ends=True):
    """What comes back for bytes; empty if the signer hangs up."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(20)
        link.connect(str(path))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                link.sendall(part)
            if ends:
                link.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: link.recv(65_536), b""))
        return b""


def refused(path, line):
    return json.loads(said(path, line, b"\n"))["refused"]["reason"]


def test_a_client_gets_what_the_notary_signs(played, client):
    documents = played.enter(*(document(number) for number in range(250)))

    signed = client.sign_documents(documents, now=NOW)

    assert [json.loads(each)["id"] for each in signed] == [each["id"] for each in documents]
    assert client.issuer_key(now=NOW) == played.notary.issuer_key(now=NOW)
    assert client.token_key(now=NOW) == played.notary.token_key(now=NOW)
    assert client.sign_tokens(documents[:1], now=NOW)
    assert client.sign_checkpoint(build_checkpoint(ORIGIN, 1, b"1" * 32), [], now=NOW)


def test_a_refusal_arrives_as_one(played, client):
    with pytest.raises(SigningRefusedError) as caught:
        client.sign_documents([document()], now=NOW)

    assert caught.value.reason is Refusal.NOT_LOGGED


def test_the_rate_is_kept_across_clients_and_says_until_when(tmp_path, path):
    played = Played(tmp_path, rate=2)
    documents = played.enter(*(document(number) for number in range(3)))
    with served(played, path) as client:
        client.sign_documents(documents[:2], now=NOW)

        with pytest.raises(SigningRefusedError) as caught:
            SignerClient(path).sign_documents(documents[2:], now=NOW)

    assert caught.value.reason is Refusal.TOO_MANY
    assert caught.value.until is not None


def test_the_time_of_a_signature_is_the_signers(played, client):
    (one,) = played.enter(document())

    (signed,) = client.sign_documents([one], now=NOW)

    assert json.loads(signed)["proof"][0]["created"][:10] != f"{NOW:%Y-%m-%d}"


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"ask": "sign", "data": "YWJj"}',
        b'{"ask": "documents"}',
        b'{"ask": "documents", "documents": {}}',
        b'{"ask": "documents", "documents": [], "rate": 9999}',
        b'{"ask": "documents", "ask": "issuer_key", "documents": []}',
        b'{"ask": "checkpoint", "text": 1, "proof": []}',
        b'{"ask": "issuer_key"}{"ask": "issuer_key"}',
        b"[" * 10_000,
    ],
)
def test_another_question_is_not_answered(path, line):
    assert refused(path, line) == Refusal.NOT_UNDERSTOOD


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("bare", ['"YWJj"', "1", "null", "{}", '{"type": ["OpenBadgeCredential"]}'])
def test_arbitrary_bytes_are_not_signed(path, bare):
    for ask in ("documents", "tokens"):
        line = f'{{"ask": "{ask}", "documents": [{bare}]}}'.encode()
        assert refused(path, line) == Refusal.NOT_A_CREDENTIAL
    line = b'{"ask": "checkpoint", "text": "anything\\n", "proof": []}'
    assert refused(path, line) == Refusal.NOT_A_CHECKPOINT


@pytest.mark.usefixtures("client")
def test_who_says_too_much_is_cut_off(path):
    assert said(path, b" " * (MAX_REQUEST_BYTES + 1), ends=False) == b""


def test_who_is_too_slow_is_cut_off_and_keeps_nobody_waiting(played, path):
    with (
        served(played, path, question_timeout_seconds=QUICK_SECONDS) as client,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(CLIENTS):
            slow = stack.enter_context(socket.socket(socket.AF_UNIX))
            slow.connect(str(path))
            slow.sendall(b"{")

        assert client.issuer_key(now=NOW)


def test_a_trickle_does_not_buy_time(played, path):
    with (
        served(played, path, question_timeout_seconds=QUICK_SECONDS),
        socket.socket(socket.AF_UNIX) as slow,
    ):
        slow.connect(str(path))
        slow.settimeout(QUICK_SECONDS / 20)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            trickle(slow)


def trickle(link):
    """A byte now and then, for ever."""
    while True:
        link.sendall(b" ")
        with contextlib.suppress(TimeoutError):
            link.recv(1)


def test_another_user_is_not_let_in(played, path):
    strangers = {os.geteuid() + 1}
    with served(played, path, users=strangers) as client, pytest.raises(SignerFailedError):
        client.issuer_key(now=NOW)


@pytest.mark.usefixtures("client")
def test_the_socket_is_its_owners_alone(path):
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_signer_does_not_take_the_socket_of_a_living_one(played, path, client):
    with pytest.raises(OSError, match="already"):
        SignerServer(path, played.notary, users={os.geteuid()})

    assert client.issuer_key(now=NOW)


def test_the_socket_of_a_dead_signer_is_taken_over(played, path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    with served(played, path) as client:
        assert client.issuer_key(now=NOW)


def test_without_a_signer_the_client_says_so(path):
    with pytest.raises(SignerAbsentError, match=str(path)):
        SignerClient(path).issuer_key(now=NOW)


def test_a_key_that_cannot_be_used_is_no_refusal(played, client):
    client.issuer_key(now=NOW)
    played.file.chmod(0o644)

    with pytest.raises(SignerFailedError, match="chmod 600"):
        client.issuer_key(now=NOW)


def test_trouble_with_one_question_is_not_anothers(played, path):
    played.enter(document())
    broken = Played(played.folder / "other")
    broken.logged = None  # the database is away
    with served(broken, path) as client:
        with pytest.raises(SignerFailedError, match="log says why"):
            client.sign_documents([document()], now=NOW)

        assert client.issuer_key(now=NOW)
