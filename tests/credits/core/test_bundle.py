import pytest

from credits.core.bundle import read_bundle, verify_with_bundle
from credits.core.canonical import JsonError
from credits.core.credential import evidence_bytes
from credits.core.verdict import Outcome
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    as_bytes,
    certificate,
    status_list,
)

DATA = as_bytes(certificate())
FILES = [evidence_bytes(FACTS), as_bytes(status_list()), as_bytes(DID_DOCUMENT)]


def test_companions_say_themselves_what_they_are():
    bundle = read_bundle(FILES)

    assert list(bundle.did_documents) == [DID]
    assert list(bundle.status_lists) == [STATUS_LIST]
    assert list(bundle.resources) == [FACTS.evidence_url]


def test_a_certificate_verifies_with_nothing_but_its_companions():
    verdict = verify_with_bundle(DATA, read_bundle(FILES), now=NOW)

    assert verdict.is_valid
    assert verdict.step("resources").parameters == {"resources": FACTS.evidence_url}


def test_each_companion_counts():
    def outcome(*files):
        return verify_with_bundle(DATA, read_bundle(files), now=NOW).outcome

    assert outcome() is Outcome.ISSUER_UNKNOWN
    assert outcome(FILES[2]) is Outcome.STATUS_UNKNOWN
    assert outcome(FILES[2], as_bytes(status_list(STATUS_INDEX))) is Outcome.REVOKED
    assert outcome(FILES[0].replace(b"12.5", b"99.5"), *FILES[1:]) is Outcome.ALTERED


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"id": 5}', b"not json"])
def test_a_file_that_is_no_companion_is_refused(data):
    with pytest.raises(JsonError):
        read_bundle([data])
