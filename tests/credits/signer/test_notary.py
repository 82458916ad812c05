"""What the one that signs does with what it is asked, and what it refuses."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from credits.core.checkpoint import build_checkpoint, verify_checkpoint
from credits.core.credential import build_did_document
from credits.core.did import assertion_key, institution_did, verification_method
from credits.core.jose import read_token, thumbprint
from credits.core.merkle import consistency_proof, leaf_hash, root_hash
from credits.core.multikey import decode_public_key
from credits.core.proof import check_proof
from credits.core.signing_policy import Refusal, SigningRefusedError
from credits.core.status import build_status_list_credential
from credits.core.verify import verify_credential
from credits.signer.stores import KeyFileError
from tests.credentials import DID, ISSUED, NOW, STATUS_LIST, as_bytes
from tests.signing import ORIGIN, Played, document, record

LEAVES = [leaf_hash(str(number).encode()) for number in range(12)]


@pytest.fixture
def played(tmp_path):
    return Played(tmp_path)


def reason(ask, *arguments):
    with pytest.raises(SigningRefusedError) as caught:
        ask(*arguments, now=NOW)
    return caught.value.reason


def verdict(played, signed):
    notary = played.notary
    jwk = notary.token_key(now=NOW)
    did = build_did_document(DID, [notary.issuer_key(now=NOW)], [jwk])
    listed = build_status_list_credential(
        STATUS_LIST, DID, [], valid_from=ISSUED, valid_until=NOW + timedelta(days=1)
    )
    (status,) = notary.sign_documents([listed], now=NOW)
    return verify_credential(
        signed.encode(), did_documents={DID: did}, status_lists={STATUS_LIST: status.encode()},
        now=NOW,
    )  # fmt: skip


def test_what_is_in_the_log_is_signed(played):
    (one,) = played.enter(document())

    (signed,) = played.notary.sign_documents([one], now=NOW)

    assert verdict(played, signed).is_valid
    assert {**json.loads(signed), "proof": None} == {**one, "proof": None}


def test_what_is_in_the_log_is_signed_as_a_token(played):
    (one,) = played.enter(document())

    (token,) = played.notary.sign_tokens([one], now=NOW)

    assert verdict(played, token).is_valid
    assert thumbprint(played.notary.token_key(now=NOW))


def test_a_record_of_logged_certificates_is_signed(played):
    (one,) = played.enter(document())
    (signed,) = played.notary.sign_documents([one], now=NOW)

    (whole,) = played.notary.sign_documents([record(json.loads(signed))], now=NOW)

    assert verdict(played, whole).is_valid


def test_a_document_that_is_not_logged_is_refused(played):
    ask = played.notary.sign_documents

    assert reason(ask, [document()]) is Refusal.NOT_LOGGED
    assert reason(played.notary.sign_tokens, [document()]) is Refusal.NOT_LOGGED


def test_one_changed_word_makes_another_document(played):
    (one,) = played.enter(document())

    assert reason(played.notary.sign_documents, [{**one, "name": "Doctor"}]) is Refusal.NOT_LOGGED


def test_one_forgery_among_many_lets_none_through(played):
    genuine = played.enter(*(document(number) for number in range(5)))

    assert reason(played.notary.sign_documents, [*genuine, document(9)]) is Refusal.NOT_LOGGED


def test_a_record_of_a_certificate_that_is_not_logged_is_refused(played):
    forged = {**document(), "proof": [{}]}

    assert reason(played.notary.sign_documents, [record(forged)]) is Refusal.NOT_LOGGED


@pytest.mark.parametrize(
    "forged",
    [
        "a" * 64,
        {},
        {"alg": "RS256"},
        {"type": ["VerifiableCredential", "OpenBadgeCredential"], "name": float("nan")},
        {**document(), "name": "\ud800"},
        {**document(), "evidence": float("inf")},
    ],
)
def test_what_is_no_document_of_ours_is_refused(played, forged):
    assert reason(played.notary.sign_documents, [forged]) is Refusal.NOT_A_CREDENTIAL
    assert reason(played.notary.sign_tokens, [forged]) is Refusal.NOT_A_CREDENTIAL


def test_a_status_list_is_no_token(played):
    listed = build_status_list_credential(
        STATUS_LIST, DID, [], valid_from=ISSUED, valid_until=NOW + timedelta(days=1)
    )

    assert reason(played.notary.sign_tokens, [listed]) is Refusal.NOT_A_CREDENTIAL


def test_more_than_the_rate_is_refused_until_there_is_room(tmp_path):
    played = Played(tmp_path, rate=3)
    documents = played.enter(*(document(number) for number in range(5)))
    played.notary.sign_documents(documents[:2], now=NOW)
    later = NOW + timedelta(minutes=30)
    played.notary.sign_documents(documents[2:3], now=later)

    with pytest.raises(SigningRefusedError) as caught:
        played.notary.sign_documents(documents[3:], now=later)

    assert caught.value.reason is Refusal.TOO_MANY
    assert caught.value.until == NOW + timedelta(hours=1)
    assert len(played.notary.sign_documents(documents[3:], now=caught.value.until)) == 2


def test_more_at_once_than_the_rate_is_refused_without_a_date(tmp_path):
    played = Played(tmp_path, rate=3)
    documents = played.enter(*(document(number) for number in range(4)))

    with pytest.raises(SigningRefusedError) as caught:
        played.notary.sign_documents(documents, now=NOW)

    assert caught.value.until is None


def test_to_ask_again_for_the_same_costs_nothing(tmp_path):
    played = Played(tmp_path, rate=2)
    documents = played.enter(document(1), document(2))

    for _ in range(3):
        assert len(played.notary.sign_documents(documents, now=NOW)) == 2


def test_tokens_do_not_use_up_the_rate_of_certificates(tmp_path):
    played = Played(tmp_path, rate=1)
    documents = played.enter(document(1))
    played.notary.sign_tokens(documents, now=NOW)

    assert played.notary.sign_documents(documents, now=NOW)


def test_a_command_takes_nothing_from_those_who_ask_over_the_socket(tmp_path):
    played = Played(tmp_path, rate=1)
    one, other = played.enter(document(1), document(2))
    played.notary.sign_documents([one], now=NOW)

    assert replace(played.notary, door="socket").sign_documents([other], now=NOW)


def checkpoint(size, leaves=LEAVES, origin=ORIGIN):
    return build_checkpoint(origin, size, root_hash(leaves[:size]))


def shown(first, second, leaves=LEAVES):
    return [part.hex() for part in consistency_proof(leaves[:second], first)]


def test_a_checkpoint_that_continues_the_log_is_signed(played):
    played.notary.sign_checkpoint(checkpoint(5), [], now=NOW)

    note = played.notary.sign_checkpoint(checkpoint(9), shown(5, 9), now=NOW)

    key = decode_public_key(played.notary.issuer_key(now=NOW))
    assert verify_checkpoint(note, {ORIGIN: key}).tree_size == 9


def test_a_fork_is_refused_also_by_another_process_with_the_same_memory(played, tmp_path):
    played.notary.sign_checkpoint(checkpoint(5), [], now=NOW)
    again = Played(tmp_path).notary
    other = LEAVES[1:]

    assert reason(again.sign_checkpoint, checkpoint(9, other), shown(5, 9, other)) is Refusal.FORKED
    assert reason(again.sign_checkpoint, checkpoint(5, other), []) is Refusal.FORKED
    assert reason(again.sign_checkpoint, checkpoint(4), []) is Refusal.FORKED


def test_a_refused_checkpoint_changes_no_memory(played):
    played.notary.sign_checkpoint(checkpoint(5), [], now=NOW)
    assert reason(played.notary.sign_checkpoint, checkpoint(9), []) is Refusal.FORKED

    assert played.notary.sign_checkpoint(checkpoint(6), shown(5, 6), now=NOW)


@pytest.mark.parametrize("proof", [["no hash"], [1], [None], ["00"]])
def test_a_proof_that_is_none_is_refused(played, proof):
    played.notary.sign_checkpoint(checkpoint(5), [], now=NOW)

    refused = reason(played.notary.sign_checkpoint, checkpoint(9), proof)
    assert refused in {Refusal.NOT_A_CHECKPOINT, Refusal.FORKED}


def test_a_document_is_not_signed_as_a_checkpoint(played):
    text = as_bytes(document()).decode()

    assert reason(played.notary.sign_checkpoint, text, []) is Refusal.NOT_A_CHECKPOINT


def test_the_memory_is_its_owners_alone(played):
    played.notary.sign_checkpoint(checkpoint(5), [], now=NOW)

    assert (played.folder / "keys" / "signer.sqlite3").stat().st_mode & 0o777 == 0o600


def in_name_of(slug, number=0):
    return {**document(number), "issuer": {"id": institution_did(DID, slug), "type": ["Profile"]}}


def test_each_document_is_signed_by_the_key_of_the_issuer_that_it_names(played):
    played.institution_keyring("first").begin(use_from=ISSUED)
    ours, theirs = played.enter(document(), in_name_of("first", 1))

    signed = [json.loads(text) for text in played.notary.sign_documents([ours, theirs], now=NOW)]

    key = played.notary.issuer_key(now=NOW, institution="first")
    assert key != played.notary.issuer_key(now=NOW)
    methods = [{proof["verificationMethod"] for proof in each["proof"]} for each in signed]
    assert methods == [
        {verification_method(DID, played.notary.issuer_key(now=NOW))},
        {verification_method(institution_did(DID, "first"), key)},
    ]
    did = build_did_document(institution_did(DID, "first"), [key])
    for proof in signed[1]["proof"]:
        assert check_proof(signed[1], proof, assertion_key(did, proof["verificationMethod"]))


def test_a_token_in_the_name_of_an_institution_says_so(played):
    played.institution_keyring("first").begin(use_from=ISSUED)
    (one,) = played.enter(in_name_of("first"))

    (token,) = played.notary.sign_tokens([one], now=NOW)

    kid = read_token(token.encode()).header["kid"]
    assert kid.partition("#")[0] == institution_did(DID, "first")


@pytest.mark.parametrize("slug", ["first", "issuer", "second"])
def test_an_institution_without_a_key_gets_no_signature_and_no_key(played, slug):
    played.institution_keyring("other").begin(use_from=ISSUED)
    (one,) = played.enter(in_name_of(slug))

    assert reason(played.notary.sign_documents, [one]) is Refusal.NO_KEY
    assert reason(played.notary.sign_tokens, [one]) is Refusal.NO_KEY
    assert not (played.file.with_name(f"institution-{slug}.pem")).exists()


def test_what_an_institution_issues_must_be_in_the_log_and_is_counted(tmp_path):
    played = Played(tmp_path, rate=1)
    played.institution_keyring("first").begin(use_from=ISSUED)
    one, other = (in_name_of("first", number) for number in (1, 2))

    assert reason(played.notary.sign_documents, [one]) is Refusal.NOT_LOGGED
    played.enter(one, other)
    assert reason(played.notary.sign_documents, [one, other]) is Refusal.TOO_MANY


def test_a_file_of_an_institutions_key_is_its_owners_alone(played):
    played.institution_keyring("first").begin(use_from=ISSUED)

    file = played.file.with_name("institution-first.pem")
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        played.notary.sign_documents(played.enter(in_name_of("first")), now=NOW)
