"""What our keys sign, and what they refuse: each test is somebody who asks for more."""

import json

import pytest

from credits.core.canonical import canonical_json, sha256_hex
from credits.core.checkpoint import Checkpoint, build_checkpoint
from credits.core.clr import RecordFacts, build_record
from credits.core.credential import build_credential
from credits.core.merkle import consistency_proof, leaf_hash, root_hash
from credits.core.sealed import SealedFacts, build_sealed_credential
from credits.core.signing_policy import (
    Kind,
    Ours,
    Refusal,
    SigningRefusedError,
    examine,
    examine_checkpoint,
    statement_digest,
)
from credits.core.status import build_status_list_credential
from tests.credentials import BASE, DID, FACTS, ISSUED, STATUS_LIST, certificate

ORIGIN = "credits.university.example/log"
OURS = Ours(DID, BASE, ORIGIN)
LEAVES = [leaf_hash(str(number).encode()) for number in range(12)]


def unsigned():
    return build_credential(FACTS)


def record(*certificates):
    return build_record(
        RecordFacts("urn:uuid:1", "urn:uuid:2", "Record", FACTS.issuer, ISSUED, certificates)
    )


def sealed():
    seal = {"id": "urn:uuid:3#seal", "digests": {}}
    return build_sealed_credential(
        SealedFacts("urn:uuid:3", "urn:uuid:4", certificate(), seal, sealed_at=ISSUED)
    )


def status_list():
    return build_status_list_credential(STATUS_LIST, DID, [], valid_from=ISSUED, valid_until=ISSUED)


def refusal(document):
    with pytest.raises(SigningRefusedError) as caught:
        examine(document, OURS)
    return caught.value.reason


@pytest.mark.parametrize("make", [unsigned, sealed])
def test_a_certificate_of_ours_may_be_signed_once_it_is_logged(make):
    document = make()

    examined = examine(document, OURS)

    assert examined.kind is Kind.CERTIFICATE
    assert examined.must_be_logged == {sha256_hex(canonical_json(document))}
    assert examined.is_counted


def test_a_record_needs_each_of_its_certificates_in_the_log():
    examined = examine(record(certificate()), OURS)

    assert examined.kind is Kind.RECORD
    assert examined.must_be_logged == {statement_digest(certificate())}


def test_a_status_list_of_ours_may_be_signed_and_is_not_counted():
    examined = examine(status_list(), OURS)

    assert examined.kind is Kind.STATUS_LIST
    assert not examined.must_be_logged
    assert not examined.is_counted


def test_the_proof_is_no_part_of_what_is_logged():
    signed = certificate()

    assert statement_digest(signed) == statement_digest(unsigned())


@pytest.mark.parametrize(
    "document",
    [
        None,
        b"bytes",
        "text",
        [],
        {},
        {"@context": ["https://www.w3.org/ns/did/v1"], "id": DID, "verificationMethod": []},
        {"type": ["VerifiableCredential"]},
        {"type": ["VerifiableCredential", "OpenBadgeCredential"]},
        {"type": ["VerifiableCredential", "OpenBadgeCredential", "Diploma"]},
        {"type": "OpenBadgeCredential"},
        {"type": ["VerifiablePresentation"]},
        {"type": {"ClrCredential": 1}},
    ],
)
def test_what_is_no_credential_is_refused(document):
    assert refusal(document) is Refusal.NOT_A_CREDENTIAL


@pytest.mark.parametrize(
    "change",
    [
        {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        {"@context": ["https://www.w3.org/ns/credentials/v2", "https://evil.example/v1"]},
        {"type": ["OpenBadgeCredential", "VerifiableCredential"]},
        {"type": ["VerifiableCredential", "OpenBadgeCredential", "ClrCredential"]},
        {"proof": []},
        {"proof": {"type": "DataIntegrityProof"}},
        {"validFrom": "yesterday"},
        {"credentialSubject": []},
        {"credentialStatus": [{}]},
    ],
)
def test_another_form_of_certificate_is_refused(change):
    assert refusal({**unsigned(), **change}) is Refusal.NOT_A_CREDENTIAL


INSTITUTION = f"{DID}:i:first-university"


@pytest.mark.parametrize("make", [unsigned, sealed, status_list])
def test_an_institution_of_ours_issues_what_is_signed_by_its_key(make):
    examined = examine({**make(), "issuer": INSTITUTION}, OURS)

    assert examined.institution == "first-university"
    assert examine(make(), OURS).institution == ""


def test_a_record_is_the_sites_and_may_hold_what_institutions_issued():
    inner = {**certificate(), "issuer": {"id": INSTITUTION}}

    assert examine(record(inner), OURS).must_be_logged == {statement_digest(inner)}
    assert refusal({**record(inner), "issuer": INSTITUTION}) is Refusal.ANOTHER_ISSUER
    foreign = {**certificate(), "issuer": "did:web:evil.example:i:first-university"}
    assert refusal(record(foreign)) is Refusal.ANOTHER_ISSUER


@pytest.mark.parametrize(
    "issuer",
    [
        "did:web:evil.example",
        {"id": f"{DID}:x:other"},
        f"{DID}:i:",
        f"{DID}:i:a:b",
        f"{DID}:i:a/../b",
        f"{DID}.evil.example:i:other",
        "did:web:evil.example:i:other",
        DID + "#1",
    ],
)
@pytest.mark.parametrize("make", [unsigned, status_list])
def test_another_issuer_is_refused(make, issuer):
    assert refusal({**make(), "issuer": issuer}) is Refusal.ANOTHER_ISSUER


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/c/1",
        f"{BASE}.evil.example/c/1",
        "did:web:evil.example",
        "urn:isbn:1",
    ],
)
def test_a_certificate_at_a_foreign_address_is_refused(address):
    assert refusal({**unsigned(), "id": address}) is Refusal.FOREIGN_ADDRESS


def test_a_certificate_whose_status_is_told_elsewhere_is_refused():
    status = {**unsigned()["credentialStatus"], "statusListCredential": "https://evil.example/1"}

    assert refusal({**unsigned(), "credentialStatus": status}) is Refusal.FOREIGN_ADDRESS


@pytest.mark.parametrize("address", [f"{BASE}/c/1", "urn:uuid:1"])
def test_a_status_list_at_another_address_is_refused(address):
    assert refusal({**status_list(), "id": address}) is Refusal.FOREIGN_ADDRESS


def test_a_record_cannot_smuggle_in_a_statement():
    whole = record(certificate())
    subject = {**whole["credentialSubject"], "achievement": [{"name": "Doctor"}]}

    assert refusal({**whole, "credentialSubject": subject}) is Refusal.NOT_A_CREDENTIAL
    assert refusal({**whole, "evidence": [{"type": "Evidence"}]}) is Refusal.NOT_A_CREDENTIAL


@pytest.mark.parametrize("held", [[], ["text"], [{}], [None], [[]]])
def test_a_record_holds_certificates(held):
    whole = record(certificate())
    subject = {**whole["credentialSubject"], "verifiableCredential": held}

    assert refusal({**whole, "credentialSubject": subject}) is Refusal.NOT_A_CREDENTIAL


def test_a_record_of_anothers_certificate_is_refused():
    theirs = {**certificate(), "issuer": "did:web:other.example"}

    assert refusal(record(certificate(), theirs)) is Refusal.ANOTHER_ISSUER


def test_a_record_in_a_record_is_refused():
    assert refusal(record(record(certificate()))) is Refusal.NOT_A_CREDENTIAL


def checkpoint(size, leaves=LEAVES, origin=ORIGIN):
    return Checkpoint(origin, size, root_hash(leaves[:size]))


def proof(first, second, leaves=LEAVES):
    return consistency_proof(leaves[:second], first)


@pytest.mark.parametrize("first", range(1, 12))
@pytest.mark.parametrize("second", [11, 12])
def test_a_checkpoint_that_continues_the_last_one_may_be_signed(first, second):
    if first > second:
        return
    offered = examine_checkpoint(
        checkpoint(second).text, checkpoint(first), proof(first, second), OURS
    )

    assert offered == checkpoint(second)


def test_the_first_checkpoint_may_be_signed():
    assert examine_checkpoint(checkpoint(5).text, None, [], OURS) == checkpoint(5)


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        (checkpoint(5), []),  # the log is cut
        (checkpoint(7, LEAVES[1:]), []),  # the same size, another past
        (checkpoint(9, LEAVES[1:]), proof(7, 9, LEAVES[1:])),  # longer, another past
        (checkpoint(9), []),  # nothing is shown
        (checkpoint(9), proof(6, 9)),  # something else is shown
        (checkpoint(9), [b"short"]),
        (checkpoint(0), []),
    ],
)
def test_a_log_with_another_past_is_not_signed(offered, shown):
    with pytest.raises(SigningRefusedError) as caught:
        examine_checkpoint(offered.text, checkpoint(7), shown, OURS)

    assert caught.value.reason is Refusal.FORKED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anything\n",
        json.dumps(unsigned()),
        f"{checkpoint(5).text}an extension\n",
        build_checkpoint(ORIGIN, 5, b"0" * 32)[:-1],
    ],
)
def test_another_text_is_not_signed_as_a_checkpoint(text):
    with pytest.raises(SigningRefusedError) as caught:
        examine_checkpoint(text, None, [], OURS)

    assert caught.value.reason is Refusal.NOT_A_CHECKPOINT


def test_the_checkpoint_of_another_log_is_not_signed():
    with pytest.raises(SigningRefusedError) as caught:
        examine_checkpoint(checkpoint(5, origin="evil.example/log").text, None, [], OURS)

    assert caught.value.reason is Refusal.ANOTHER_LOG
