import json
from copy import deepcopy
from dataclasses import replace

import pytest
from jsonschema.validators import validator_for

from credits.core.clr import RecordFacts, build_record, certificates_in, is_record
from credits.core.verdict import Outcome
from credits.core.verify import verify_credential
from tests.credentials import (
    DID,
    DID_DOCUMENT,
    FACTS,
    ISSUED,
    NOW,
    STATUS_INDEX,
    STATUS_LIST,
    VECTORS,
    as_bytes,
    certificate,
    signed,
    status_list,
)

SCHEMA = json.loads((VECTORS / "schemas/clr_v2p0_clrcredential_schema.json").read_text("utf-8"))
SECOND = replace(FACTS, id=f"{FACTS.id}X", status_index=STATUS_INDEX + 1)
HELD = [certificate(), certificate(SECOND)]
RECORD_FACTS = RecordFacts(
    id="urn:uuid:6f1f7f0c-52c4-4a0e-8a55-7d1c36a6b0fb",
    subject_id="urn:uuid:5b1f6c2e-7a43-4d0e-9b0c-2f8d6f1f9a10",
    name="Record of open-source contributions",
    issuer=FACTS.issuer,
    issued_at=ISSUED,
    certificates=HELD,
    expires_at=FACTS.expires_at,
)
RECORD = signed(build_record(RECORD_FACTS))


def verdict(document, *revoked, trusted=DID_DOCUMENT):
    lists = {STATUS_LIST: as_bytes(status_list(*revoked))}
    documents = {DID: trusted} if trusted else {}
    return verify_credential(
        as_bytes(document), did_documents=documents, status_lists=lists, now=NOW
    )


def test_a_record_has_the_form_of_the_official_schema():
    assert list(validator_for(SCHEMA)(SCHEMA).iter_errors(RECORD)) == []
    assert is_record(RECORD)
    assert certificates_in(RECORD) == HELD


def test_a_record_is_valid_with_each_certificate_in_it():
    found = verdict(RECORD)

    assert found.is_valid
    assert found.step("certificates").parameters == {"count": "2"}


def test_what_is_taken_out_of_a_record_is_valid_by_itself():
    assert all(verdict(each).is_valid for each in certificates_in(RECORD))


@pytest.mark.parametrize("index", [STATUS_INDEX, STATUS_INDEX + 1])
def test_a_revoked_certificate_in_a_record_is_named(index):
    found = verdict(RECORD, index)

    assert found.outcome is Outcome.REVOKED
    assert found.step("certificates").parameters["certificate"] == (
        FACTS.id if index == STATUS_INDEX else SECOND.id
    )


def test_a_forged_certificate_in_a_signed_record_is_found():
    forged = deepcopy(HELD)
    forged[1]["name"] = "Doctorate"

    found = verdict(signed(build_record(replace(RECORD_FACTS, certificates=forged))))

    assert found.outcome is Outcome.ALTERED
    assert found.step("proof").state == "ok"
    assert found.step("certificates").code == "not_all_valid"


@pytest.mark.parametrize("change", [0, [HELD[0]], [HELD[1], HELD[0]], [*HELD, HELD[0]], []])
def test_certificates_cannot_be_exchanged_or_left_out(change):
    record = deepcopy(RECORD)
    record["credentialSubject"]["verifiableCredential"] = change

    assert not verdict(record).is_valid


@pytest.mark.parametrize("inside", [[{}], [5], [RECORD], "x", [HELD[0] | {"proof": []}]])
def test_what_is_no_certificate_in_a_record_is_refused(inside):
    record = deepcopy(RECORD)
    record["credentialSubject"]["verifiableCredential"] = inside

    assert verdict(record).outcome is Outcome.MALFORMED


def test_a_record_of_an_unknown_issuer_cannot_be_told():
    assert verdict(RECORD, trusted=None).outcome is Outcome.ISSUER_UNKNOWN


def test_a_record_without_its_context_is_refused():
    document = build_record(RECORD_FACTS) | {"@context": HELD[0]["@context"]}
    record = {**document, "proof": RECORD["proof"]}

    assert verdict(record).step("context").code == "unknown_context"
