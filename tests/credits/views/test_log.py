"""The log's page, and what witnesses and verifiers fetch."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from accounts.models import Institution
from credits.core.checkpoint import verify_checkpoint
from credits.core.log import document_body
from credits.core.merkle import leaf_hash
from credits.core.multikey import decode_public_key
from credits.core.tiles import TiledTree
from credits.core.tlog_proof import verify_tlog_proof
from credits.models import IssuerKey, LogEntry
from credits.services.issuer import issuer_signer
from credits.services.log import append_entry, log_keys, log_origin, publish_checkpoint
from tests.histories import *  # noqa: F403
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def append(count):
    for number in range(count):
        append_entry(LogEntry.Kind.ISSUE, b"%d" % number, now=NOW)


def sign():
    return publish_checkpoint(issuer_signer(now=NOW), now=NOW)


def test_the_log_shows_the_newest_entries_and_leads_to_older_ones(client):
    append(60)

    newest = client.get("/log")
    older = client.get("/log?before=10")

    assert [entry.index for entry in newest.context["entries"]] == list(range(59, 9, -1))
    assert newest.context["older_url"] == "?before=10"
    assert [entry.index for entry in older.context["entries"]] == list(range(9, -1, -1))
    assert older.context["older_url"] == ""


def test_the_log_page_names_no_document_and_no_person(client, issued):
    words = words_of(client.get("/log"))

    assert "Li Ming" not in words
    assert issued.code not in words


def test_an_empty_log_has_a_page_and_no_checkpoint(client):
    assert client.get("/log").status_code == 200

    answer = client.get("/log/checkpoint")
    assert answer.status_code == 404
    assert "No checkpoint is signed yet" in answer.content.decode()


def test_the_checkpoint_is_the_signed_note_itself(client):
    append(3)
    signer = issuer_signer(now=NOW)
    publish_checkpoint(signer, now=NOW)

    answer = client.get("/log/checkpoint")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    read = verify_checkpoint(
        answer.content.decode(), {log_origin(): decode_public_key(signer.issuer_key(now=NOW))}
    )
    assert read.tree_size == 4


def test_the_page_says_how_to_check_and_with_which_key(client):
    append(1)
    sign()

    words = words_of(client.get("/log"))

    assert "opencredits witness http://testserver/log --state witness.txt" in words
    assert f"{log_origin()}+" in words


def read_by(client):
    """Tiles as a stranger fetches them."""

    def read(tiles):
        answers = {tile: client.get(f"/log/tile/{tile.address}") for tile in tiles}
        return {tile: answer.content for tile, answer in answers.items()}

    return read


def test_a_stranger_computes_the_signed_root_from_tiles(client):
    append(300)
    signed = sign()

    tree = TiledTree(signed.tree_size, read_by(client))

    assert tree.root().hex() == signed.root_hash
    tile = client.get("/log/tile/0/000")
    assert len(tile.content) == 8192
    assert tile["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile["Cache-Control"]
    assert len(client.get("/log/tile/0/001.p/45").content) == 45 * 32
    assert len(client.get("/log/tile/1/000.p/1").content) == 32


def test_entries_come_in_bundles_whose_hashes_are_those_of_the_tile(client):
    append(5)
    sign()

    bundle = client.get("/log/tile/entries/000.p/6").content

    hashes = b""
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        hashes += leaf_hash(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert hashes == client.get("/log/tile/0/000.p/6").content


def test_no_tile_shows_more_than_a_checkpoint_covers(client):
    append(5)
    assert client.get("/log/tile/0/000.p/5").status_code == 404
    sign()
    append(3)

    assert client.get("/log/tile/0/000.p/6").status_code == 200
    assert client.get("/log/tile/0/000.p/5").status_code == 200
    for address in ("0/000.p/7", "0/000", "1/000.p/1", "0/001.p/1", "entries/000.p/7"):
        assert client.get(f"/log/tile/{address}").status_code == 404, address


def test_what_is_no_address_of_a_tile_is_not_found(client):
    append(1)
    sign()

    for value in map(sendable, HOSTILE):
        part = quote(value[:300], safe="")
        for address in (part, f"0/{part}", f"{part}/000", f"entries/{part}"):
            assert client.get(f"/log/tile/{address}").status_code == 404, address


def test_a_tile_takes_two_queries(client, django_assert_num_queries):
    append(300)
    sign()

    for address in ("0/000", "1/000.p/1", "entries/000"):
        with django_assert_num_queries(2):
            client.get(f"/log/tile/{address}")


def test_a_certificate_has_its_proof_beside_it(client, issued):
    address = f"/c/{issued.code}/log.tlog-proof"
    assert client.get(address).status_code == 404
    sign()

    answer = client.get(address)

    proof = answer.content.decode()
    document = document_body(json.loads(client.get(f"/c/{issued.code}.json").content))
    assert verify_tlog_proof(proof, document, log_keys(), kind="issue").origin == log_origin()
    assert f"{issued.code}.tlog-proof" in answer["Content-Disposition"]
    assert client.get("/c/OC-0000/log.tlog-proof").status_code == 404


def test_the_page_tells_the_life_of_each_key(client):
    append(1)
    sign()
    key = IssuerKey.objects.get()
    words = words_of(client.get("/log"))
    assert key.public_key in words
    assert "Signs until" not in words

    key.retired_at = NOW + timedelta(days=1)
    key.save()
    assert "What it signed stays valid." in words_of(client.get("/log"))

    key.compromised_since, key.sound_size = NOW, 1234
    key.save()
    words = words_of(client.get("/log"))
    assert "Stolen since" in words
    assert "in its first 1,234 entries" in words


def test_the_key_of_an_institution_is_listed_with_it_and_is_not_the_logs(client):
    append(1)
    sign()
    keys = log_keys()
    institution = Institution.objects.create(slug="first", name="First University")
    IssuerKey.objects.create(
        public_key="z6MkTheirs", published_at=NOW + timedelta(days=1), institution=institution
    )

    assert "Signs for First University" in words_of(client.get("/log"))
    assert log_keys() == keys


def test_the_page_takes_as_many_queries_however_many_keys_there_are(
    client, django_assert_num_queries
):
    append(1)
    sign()
    for number in range(5):
        institution = Institution.objects.create(slug=f"u{number}", name=f"University {number}")
        IssuerKey.objects.create(
            public_key=f"z6Mk{number}", published_at=NOW, institution=institution
        )

    with django_assert_num_queries(6):
        client.get("/log")
