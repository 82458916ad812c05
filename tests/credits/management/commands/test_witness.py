"""What a university runs to watch the log, against a folder and against a real site."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from credits.core.checkpoint import (
    build_checkpoint,
    parse_verifier_key,
    sign_note,
    verifier_key,
    verify_checkpoint,
)
from credits.core.cosignature import COSIGNATURE_TYPE, verify_cosignature
from credits.core.credential import build_did_document
from credits.core.merkle import leaf_hash, root_hash
from credits.core.multikey import encode_public_key
from credits.core.tiles import TILE_WIDTH, tile_at
from credits.services.issuer import issuer_signer
from credits.services.log import append_entry, log_origin, publish_checkpoint
from tests.credentials import SIGNER, signer

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ORIGIN = "credits.university.example/log"
LEAVES = [leaf_hash(b"%d" % number) for number in range(700)]
FORGED = [leaf_hash(b"forged"), *LEAVES[1:]]
NAME = "witness.example"


def publish(folder, leaves, key=SIGNER, origin=ORIGIN):
    """A log as files: checkpoint, tiles, keys."""
    folder.mkdir(exist_ok=True)
    note = sign_note(build_checkpoint(origin, len(leaves), root_hash(leaves)), key, name=origin)
    (folder / "checkpoint").write_text(note)
    did = "did:web:credits.university.example"
    document = build_did_document(did, [encode_public_key(SIGNER.public_key())])
    (folder / "did.json").write_text(json.dumps(document))
    level, hashes = 0, leaves
    while hashes:
        for index in range(-(-len(hashes) // TILE_WIDTH)):
            tile = tile_at(level, index, len(leaves))
            path = folder / "tile" / tile.address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(hashes[tile.span.start : tile.span.stop]))
        whole = range(0, len(hashes) // TILE_WIDTH * TILE_WIDTH, TILE_WIDTH)
        level += 1
        hashes = [root_hash(hashes[start : start + TILE_WIDTH]) for start in whole]


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "log"
    publish(folder, LEAVES[:300])
    return folder


@pytest.fixture
def state(tmp_path):
    return tmp_path / "witness.txt"


def witness(log, state, *more):
    """The exit code of ``opencredits witness``."""
    try:
        call_command("witness", str(log), *more, state=state, name=NAME)
    except SystemExit as left:
        return left.code
    except CommandError as error:
        return error.returncode
    return 0


def test_the_first_run_makes_a_key_and_cosigns(log, state, capsys):
    assert witness(log, state) == 0

    said = capsys.readouterr().out
    name, key = parse_verifier_key(said.split()[-1], COSIGNATURE_TYPE)
    note = state.read_text()
    assert name == NAME
    assert verify_cosignature(note, NAME, key) > NOW.timestamp() - 10**8
    assert verify_checkpoint(note, {ORIGIN: SIGNER.public_key()}).tree_size == 300
    assert state.with_name("witness.txt.key").stat().st_mode & 0o077 == 0


def test_a_log_that_only_grew_is_cosigned_again(log, state, capsys):
    witness(log, state)
    assert witness(log, state) == 0
    publish(log, LEAVES)

    assert witness(log, state) == 0

    said = capsys.readouterr().out
    assert "unchanged, 300 entries" in said
    assert "only grew, from 300 entries to 700" in said
    assert "\n700\n" in state.read_text()


@pytest.mark.parametrize("size", [300, 301, 700])
def test_a_fork_is_refused_and_both_checkpoints_are_kept(log, state, capsys, size):
    witness(log, state)
    before = state.read_text()
    publish(log, FORGED[:size])

    assert witness(log, state) == 1

    assert "FORK. Its first 300 entries are not those" in capsys.readouterr().out
    assert state.read_text() == before
    assert state.with_name("witness.txt.refused").read_text() == (log / "checkpoint").read_text()


def test_a_log_that_shrank_is_refused(log, state, capsys):
    witness(log, state)
    publish(log, LEAVES[:299])

    assert witness(log, state) == 1
    assert "had 300 entries, and now says 299" in capsys.readouterr().out


def test_damaged_tiles_are_refused(log, state, capsys):
    (log / "tile/0/001.p/44").write_bytes(bytes(44 * 32))

    assert witness(log, state) == 1
    assert "do not lead to the root" in capsys.readouterr().out
    assert not state.exists()


def test_a_full_tile_serves_where_the_partial_one_is_gone(log, state):
    witness(log, state)
    publish(log, LEAVES)
    publish(log, LEAVES[:300])
    (log / "tile/0/001.p/44").unlink()
    state.unlink()

    assert witness(log, state) == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log, _state: (log / "checkpoint").unlink(),
        lambda log, _state: (log / "checkpoint").write_bytes(b"\xff"),
        lambda log, _state: (log / "checkpoint").write_text("x" * 100_000),
        lambda log, _state: (publish(log, LEAVES), (log / "tile/1/000.p/2").unlink()),
        lambda log, _state: (log / "did.json").write_text("[]"),
        lambda log, _state: (log / "did.json").unlink(),
        lambda log, _state: publish(log, LEAVES, key=signer("thief")),
        lambda _log, state: state.write_text(state.read_text().replace("\n300\n", "\n200\n")),
        lambda _log, state: state.write_text("nothing"),
        lambda _log, state: state.with_name("witness.txt.key").write_text("no key"),
    ],
)
def test_what_cannot_be_told_is_neither_cosigned_nor_called_a_fork(log, state, spoil):
    witness(log, state)
    spoil(log, state)
    before = state.read_text()

    assert witness(log, state) == 2
    assert state.read_text() == before


def test_the_key_of_the_log_may_be_given(log, state):
    (log / "did.json").unlink()

    assert witness(log, state, f"--log-key={verifier_key(ORIGIN, SIGNER.public_key())}") == 0
    wrong = verifier_key(ORIGIN, signer("other").public_key())
    assert witness(log, state, f"--log-key={wrong}") == 2
    assert witness(log, state, "--log-key=nonsense") == 2


def test_each_log_has_a_state_of_its_own(log, state, tmp_path, capsys):
    witness(log, state)
    publish(tmp_path / "other", LEAVES, origin="other.example/log")

    assert witness(tmp_path / "other", state) == 1
    assert "the state is that of credits.university.example/log" in capsys.readouterr().out


def test_the_answer_in_json_says_what_was_found(log, state, capsys):
    witness(log, state)
    publish(log, FORGED)
    capsys.readouterr()

    witness(log, state, "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["found"], told["cosigned"]) == ("forked", False)
    assert (told["seen_size"], told["size"]) == (300, 700)


@pytest.mark.django_db
def test_a_witness_needs_no_database(log, state, django_assert_num_queries):
    with django_assert_num_queries(0):
        witness(log, state)


@pytest.mark.django_db
def test_a_site_is_watched_over_the_network(live_log, state, capsys):
    url, grow = live_log

    assert witness(url, state) == 0
    grow(260)
    assert witness(url, state) == 0

    assert "only grew, from 4 entries to 264" in capsys.readouterr().out


@pytest.fixture
def live_log(client, settings):
    """The pages of the log, served by a socket from what the test's client answers."""

    def grow(count):
        for number in range(count):
            append_entry("issue", b"%d" % number, now=NOW)
        publish_checkpoint(issuer_signer(now=NOW), now=NOW)
        files.update(fetched())

    def fetched():
        note = client.get("/log/checkpoint")
        size = int(note.content.split(b"\n")[1])
        paths = {"/log/checkpoint", "/.well-known/did.json"}
        level = 0
        while size >> 8 * level:
            count = -(-(size >> 8 * level) // TILE_WIDTH)
            paths |= {f"/log/tile/{tile_at(level, n, size).address}" for n in range(count)}
            level += 1
        return {path: client.get(path).content for path in paths}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path in files else 404)
            self.end_headers()
            self.wfile.write(files.get(self.path, b""))

        def log_message(self, *_said):
            """Say nothing."""

    files = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    assert log_origin() == f"127.0.0.1:{server.server_port}/log"
    grow(3)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"{settings.BASE_URL}/log", grow
    server.shutdown()
    server.server_close()
    thread.join()
