"""A new key, and the drill for a stolen one: steal it, forge with it, and see what stands."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from credits.core.bundle import VerificationBundle, verify_with_bundle
from credits.core.checkpoint import verify_checkpoint
from credits.core.did import verification_method
from credits.core.multikey import decode_public_key, encode_public_key
from credits.core.proof import KeySigner, add_proofs
from credits.core.verify import Outcome
from credits.models import Certificate, Checkpoint, IssuerKey, IssuerTokenKey, LogEntry
from credits.services.carrying import certificate_jwt
from credits.services.certificates import issue_certificate
from credits.services.issuer import did_document, issuer_did, issuer_signer
from credits.services.log import log_key, log_origin, publish_checkpoint
from credits.services.rotation import rotate_issuer_key
from credits.services.sharing import share_part, shared_document, what_can_be_shown
from credits.services.sound_proofs import sound_proof_by
from credits.services.status import documents_by_address
from credits.services.theft import sign_anew
from credits.services.verification import OwnStatusLists, verify_stored, verify_upload
from credits.services.wishes import Wishes
from credits.signer.local import issuer_keyring
from tests.committing import *  # noqa: F403
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db

BEFORE = timezone.now() - timedelta(days=3)
THEFT = BEFORE + timedelta(days=1)
AFTER = BEFORE + timedelta(days=2)


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"
    settings.TOKEN_KEY_FILE = tmp_path / "keys" / "token.pem"
    return settings.ISSUER_KEY_FILE


def issue(holder, now, **options):
    end = BEGUN + timedelta(days=30)
    return issue_certificate(holder, start=BEGUN, end=end, now=now, **options)


def checkpoint(now):
    return publish_checkpoint(issuer_signer(now=now), now=now)


@pytest.fixture
def certificate(student, worked):
    """A genuine certificate, logged and covered by a checkpoint before the theft."""
    found = issue(student, BEFORE)
    checkpoint(BEFORE)
    return found


@pytest.fixture
def thief(certificate, key_file):
    """Signs what he likes, with the date that he likes."""
    stolen = KeySigner(load_pem_private_key(key_file.read_bytes(), password=None))
    method = verification_method(issuer_did(), encode_public_key(stolen.public_key()))

    def forge(**changes):
        document = {**json.loads(certificate.credential), **changes}
        forged = add_proofs(document, stolen, verification_method=method, created=BEFORE)
        return json.dumps(forged).encode()

    return forge


def rotate(*options):
    said = StringIO()
    call_command("rotate", *options, stdout=said)
    return said.getvalue()


def drill(*options):
    return rotate("issuer-key", "--compromised-since", THEFT.isoformat(), *options)


def worth(data):
    return verify_upload(data, now=timezone.now()).outcome


def offline(data, *proofs):
    """What a stranger finds who has the documents of the day."""
    did = did_document()
    now = timezone.now()
    bundle = VerificationBundle(
        {did["id"]: did},
        documents_by_address(1, now=now),
        {},
        log_proofs=proofs,
    )
    return verify_with_bundle(data, bundle, now=now).outcome


def test_a_new_key_is_published_at_once_and_used_a_week_later(certificate):
    said = rotate("issuer-key")

    old, new = IssuerKey.objects.all()
    today, then = timezone.now(), timezone.now() + timedelta(days=8)
    assert new.public_key in said
    assert len(did_document()["assertionMethod"]) == 2
    assert issuer_signer(now=today).issuer_key(now=today) == old.public_key
    assert issuer_signer(now=then).issuer_key(now=then) == new.public_key
    assert old.retired_at == new.used_from
    assert log_key(today) == decode_public_key(old.public_key)
    assert log_key(then) == decode_public_key(new.public_key)
    assert LogEntry.objects.filter(kind=LogEntry.Kind.KEY).count() == 2


def test_certificates_of_a_retired_key_stay_valid(certificate, student):
    rotate("issuer-key", "--now")
    later = issue(student, timezone.now())

    new = IssuerKey.objects.last()
    assert verify_stored(certificate, now=timezone.now()).is_valid
    assert verify_stored(later, now=timezone.now()).is_valid
    assert new.public_key in later.credential
    assert new.public_key not in certificate.credential
    key = decode_public_key(new.public_key)
    note = checkpoint(timezone.now()).note
    assert verify_checkpoint(note, {log_origin(): key})


def test_a_key_that_waits_is_not_followed_by_another(certificate):
    rotate("issuer-key")

    with pytest.raises(CommandError, match="published already"):
        rotate("issuer-key")


def test_the_key_for_tokens_is_rotated_too(certificate):
    before = certificate_jwt(certificate, now=timezone.now())

    rotate("token-key", "--now")

    after = certificate_jwt(certificate, now=timezone.now())
    assert before.split(".")[0] != after.split(".")[0]
    assert worth(before.encode()) is worth(after.encode()) is Outcome.VALID


def test_keys_are_rotated_where_they_are(certificate, settings, tmp_path):
    settings.SIGNER_SOCKET = tmp_path / "s"

    with pytest.raises(CommandError, match="as its user"):
        rotate("issuer-key")


def test_before_the_theft_is_known_the_forgery_is_valid(thief):
    assert worth(thief(name="Doctor of everything")) is Outcome.VALID


def test_the_drill_refuses_the_back_dated_forgery_and_keeps_the_genuine(certificate, thief):
    old, forged = certificate.credential.encode(), thief(name="Doctor of everything")

    said = drill()

    assert "1 documents signed anew" in said
    assert worth(forged) is Outcome.KEY_REVOKED
    certificate.refresh_from_db()
    new = certificate.credential.encode()
    assert new != old
    assert worth(new) is Outcome.VALID
    # Who kept the old file: our log speaks for it, and for nothing else.
    assert worth(old) is Outcome.VALID


def test_strangers_refuse_the_forgery_and_the_old_file_and_take_the_new_one(certificate, thief):
    old, forged = certificate.credential.encode(), thief(name="Doctor of everything")
    name = IssuerKey.objects.get().public_key

    drill()

    certificate.refresh_from_db()
    assert offline(forged) is Outcome.KEY_REVOKED
    assert offline(old) is Outcome.KEY_REVOKED
    assert offline(certificate.credential.encode()) is Outcome.VALID
    proof = sound_proof_by(certificate.log_entry, name)
    assert offline(old, proof) is Outcome.VALID
    assert offline(forged, proof) is Outcome.KEY_REVOKED


def test_the_document_stays_what_it_was_and_so_does_its_place_in_the_log(certificate):
    before = json.loads(certificate.credential)

    drill()

    certificate.refresh_from_db()
    after = json.loads(certificate.credential)
    assert {**before, "proof": 0} == {**after, "proof": 0}
    assert verify_stored(certificate, now=timezone.now()).is_valid


def test_the_stolen_key_is_marked_in_the_did_document_and_the_log(certificate):
    drill()

    stolen, new = IssuerKey.objects.all()
    listed = {method["id"]: method for method in did_document()["verificationMethod"]}
    mark = verification_method(issuer_did(), stolen.public_key)
    assert datetime.fromisoformat(listed[mark]["revoked"]) == THEFT.replace(microsecond=0)
    assert did_document()["assertionMethod"] == [verification_method(issuer_did(), new.public_key)]
    assert LogEntry.objects.filter(kind=LogEntry.Kind.KEY).count() == 3
    assert Checkpoint.objects.first().tree_size == LogEntry.objects.count()


def test_the_stolen_key_is_out_of_the_signers_reach(certificate, key_file):
    drill()

    assert not key_file.exists()
    assert key_file.with_name("issuer.pem.withdrawn").exists()
    assert len(issuer_keyring().entries()) == 1


def test_what_came_after_the_theft_waits_for_the_operators_word(certificate, student, thief):
    later = issue(student, AFTER)

    said = drill()

    later.refresh_from_db()
    assert later.code in said
    assert "1 certificates that came after the theft are not valid now" in said
    assert worth(later.credential.encode()) is Outcome.KEY_REVOKED

    said = rotate("issuer-key", "--resume", "--genuine", later.code)

    later.refresh_from_db()
    assert "1 documents signed anew" in said
    assert worth(later.credential.encode()) is Outcome.VALID


def test_what_is_not_genuine_is_revoked(certificate, student):
    good, bad = issue(student, AFTER), issue(student, AFTER)

    said = drill("--genuine", good.code, "--revoke-rest")

    assert "1 certificates revoked" in said
    good.refresh_from_db()
    bad.refresh_from_db()
    assert bad.revoked_at is not None
    assert good.revoked_at is None
    assert worth(good.credential.encode()) is Outcome.VALID
    assert worth(bad.credential.encode()) is Outcome.KEY_REVOKED


def test_all_may_be_called_genuine(certificate, student):
    issue(student, AFTER)

    assert "2 documents signed anew" in drill("--genuine", "all")


def test_an_unknown_code_is_named(certificate):
    drill()

    with pytest.raises(CommandError, match="no certificate OC-1"):
        rotate("issuer-key", "--resume", "--genuine", "OC-1")


def test_a_dry_run_changes_nothing(certificate, key_file):
    before = certificate.credential

    said = drill("--dry-run")

    certificate.refresh_from_db()
    assert "to be signed anew: 1 certificates" in said
    assert certificate.credential == before
    assert IssuerKey.objects.get().compromised_since is None
    assert key_file.exists()


def test_a_drill_that_was_broken_off_goes_on(certificate, student):
    share_part(certificate, [0, 1], now=BEFORE)
    checkpoint(BEFORE + timedelta(minutes=1))
    drill_again = {"genuine": ()}
    drill()
    Certificate.entered.update(credential=certificate.credential)

    assert list(sign_anew(now=timezone.now(), **drill_again)) == [(0, 1), (1, 1)]
    assert list(sign_anew(now=timezone.now(), **drill_again)) == [(0, 0)]


def test_a_shared_part_outlives_the_theft(certificate):
    share = share_part(certificate, range(len(what_can_be_shown(certificate))), now=BEFORE)
    checkpoint(BEFORE + timedelta(minutes=1))
    old = json.dumps(shared_document(share)).encode()

    said = drill()

    share.refresh_from_db()
    share.sealed.refresh_from_db()
    assert "2 documents signed anew" in said
    assert offline(json.dumps(shared_document(share)).encode()) is Outcome.VALID
    assert worth(old) is Outcome.VALID


def test_a_second_theft_leaves_what_was_saved_from_the_first(certificate):
    old = certificate.credential.encode()
    drill()
    name = IssuerKey.objects.first().public_key
    checkpoint(timezone.now())

    rotate("issuer-key", "--compromised-since", timezone.now().isoformat())

    certificate.refresh_from_db()
    assert worth(old) is Outcome.VALID
    assert worth(certificate.credential.encode()) is Outcome.VALID
    assert offline(old, sound_proof_by(certificate.log_entry, name)) is Outcome.VALID
    assert IssuerKey.objects.count() == 3


def test_a_theft_before_the_log_began_leaves_nothing_to_the_old_key(certificate):
    old = certificate.credential.encode()

    said = rotate("issuer-key", "--compromised-since", "2020-01-01")

    assert "The log had 0 entries then" in said
    assert worth(old) is Outcome.KEY_REVOKED


def test_a_stolen_key_of_tokens_is_replaced_and_old_tokens_stand_by_the_log(certificate):
    old = certificate_jwt(certificate, now=BEFORE).encode()
    checkpoint(BEFORE + timedelta(minutes=1))

    rotate("token-key", "--compromised-since", THEFT.isoformat())

    new = certificate_jwt(certificate, now=timezone.now()).encode()
    assert IssuerTokenKey.objects.first().compromised_since == THEFT
    assert worth(new) is worth(old) is Outcome.VALID
    assert offline(new) is Outcome.VALID
    assert offline(old) is Outcome.KEY_REVOKED


@pytest.mark.parametrize("moment", ["yesterday", "", "2999-01-01"])
def test_a_moment_that_is_none_is_refused(certificate, moment):
    with pytest.raises(CommandError):
        rotate("issuer-key", "--compromised-since", moment or "x")

    assert IssuerKey.objects.get().compromised_since is None


def test_an_unknown_key_is_not_withdrawn(certificate):
    with pytest.raises(CommandError, match="No key of that name"):
        drill("--key", "z6Mkunknown")


def test_a_retired_key_can_be_found_stolen(certificate):
    old = IssuerKey.objects.get().public_key
    rotate("issuer-key", "--now")

    drill("--key", old)

    first, second = IssuerKey.objects.all()
    assert first.compromised_since == THEFT
    assert second.compromised_since is None
    certificate.refresh_from_db()
    assert second.public_key in certificate.credential


def test_a_key_that_waits_beside_the_stolen_one_is_never_used(certificate):
    rotate("issuer-key")

    drill()

    stolen, waiting, new = IssuerKey.objects.all()
    later = timezone.now() + timedelta(days=30)
    assert stolen.compromised_since == waiting.compromised_since == THEFT
    assert issuer_signer(now=later).issuer_key(now=later) == new.public_key


def test_the_drill_is_not_counted_and_leaves_room_to_issue(certificate, student, settings):
    settings.SIGNER_RATE = 2
    issue(student, timezone.now())

    drill("--genuine", "all")

    assert issue(student, timezone.now()).signed_at is not None


def test_to_withdraw_a_key_twice_is_refused(certificate):
    old = IssuerKey.objects.get().public_key
    drill()

    with pytest.raises(CommandError, match="before"):
        drill("--key", old)


def test_the_holder_of_an_old_file_can_fetch_its_proof(certificate, client):
    name = IssuerKey.objects.get().public_key
    drill()

    answer = client.get(f"/c/{certificate.code}/log.tlog-proof", {"key": name})

    assert "key-withdrawn" in answer.content.decode()
    assert client.get(f"/c/{certificate.code}/log.tlog-proof", {"key": "x"}).status_code == 404


def test_the_old_file_verifies_offline_with_the_proof_of_the_log_beside_it(
    certificate, thief, tmp_path
):
    stolen = IssuerKey.objects.get().public_key
    (tmp_path / "old.json").write_text(certificate.credential)
    (tmp_path / "forged.json").write_bytes(thief(name="Doctor of everything"))
    drill()
    for file in ("old", "forged"):
        (tmp_path / f"{file}.did.json").write_text(json.dumps(did_document()))
        lists = documents_by_address(1, now=timezone.now()).values()
        for ending, listed in zip(("status", "suspensions"), lists, strict=True):
            (tmp_path / f"{file}.{ending}.json").write_bytes(listed)
    with pytest.raises(SystemExit):
        call_command("verify", str(tmp_path / "old.json"), offline=True)

    for file in ("old", "forged"):
        proof = sound_proof_by(certificate.log_entry, stolen)
        (tmp_path / f"{file}.tlog-proof").write_text(proof, newline="")

    said = StringIO()
    call_command("verify", str(tmp_path / "old.json"), offline=True, stdout=said)
    assert "held it when it had" in said.getvalue()
    with pytest.raises(SystemExit) as caught:
        call_command("verify", str(tmp_path / "forged.json"), offline=True)
    assert caught.value.code == 1


def test_the_database_lets_proofs_be_renewed_and_nothing_else(certificate):
    document = json.loads(certificate.credential)
    rows = Certificate.objects.filter(pk=certificate.pk)

    rows.update(credential=json.dumps({**document, "proof": []}))

    for changed in ({**document, "name": "Doctor"}, {**document, "awardedDate": None}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(credential=json.dumps(changed))


@pytest.mark.enable_socket
def test_online_the_issuer_speaks_for_the_old_file_and_not_for_the_forgery(
    committed_db, live_server, settings, tmp_path, request
):
    settings.BASE_URL = live_server.url
    certificate, forge = map(request.getfixturevalue, ("certificate", "thief"))
    old, forged = tmp_path / "old.json", tmp_path / "forged.json"
    old.write_text(certificate.credential)
    forged.write_bytes(forge(name="Doctor of everything"))
    drill()

    said = StringIO()
    call_command("verify", str(old), stdout=said)

    assert ": valid" in said.getvalue()
    with pytest.raises(SystemExit) as caught:
        call_command("verify", str(forged))
    assert caught.value.code == 1


@pytest.fixture
def theirs(student, worked, university):
    """A certificate in the name of the university, covered by a checkpoint before the theft."""
    rotate_issuer_key(now=BEFORE, use_from=BEFORE, institution=university)
    found = issue(student, BEFORE, wishes=Wishes(issuer=university))
    checkpoint(BEFORE)
    return found


def test_an_institution_gets_a_key_of_its_own(university):
    said = rotate("institution-key", "--institution", university.slug)

    key = IssuerKey.objects.get()
    assert key.institution == university
    assert key.public_key in said
    assert key.used_from <= timezone.now()
    assert did_document(university)["assertionMethod"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["institution-key"], "Say whose"),
        (["institution-key", "--institution", "unknown"], "There is no institution unknown"),
        (["token-key", "--institution", "first-university"], "no key of their own for JWT"),
        (
            [
                "issuer-key",
                "--institution",
                "first-university",
                "--compromised-since",
                "2026-01-01",
            ],
            "has no key here",
        ),
    ],
)
def test_what_is_wrong_with_an_institution_is_said(university, options, sentence, key_file):
    with pytest.raises(CommandError, match=sentence):
        rotate(*options)

    assert not IssuerKey.objects.exists()
    assert not key_file.with_name("institution-first-university.pem").exists()


def test_the_key_of_an_institution_is_where_the_signer_is(university, settings, tmp_path):
    settings.SIGNER_SOCKET = tmp_path / "s"

    with pytest.raises(CommandError, match="as its user"):
        rotate("institution-key", "--institution", university.slug)


@pytest.mark.parametrize("what", ["issuer-key", "institution-key"])
def test_the_drill_for_a_stolen_key_of_an_institution(
    certificate, theirs, student, university, key_file, what
):
    stolen_file = key_file.with_name("institution-first-university.pem")
    stolen = KeySigner(load_pem_private_key(stolen_file.read_bytes(), password=None))
    name = encode_public_key(stolen.public_key())
    method = verification_method(issuer_did(university), name)
    doctor = {**json.loads(theirs.credential), "name": "Doctor of everything"}
    signed = add_proofs(doctor, stolen, verification_method=method, created=BEFORE)
    forged = json.dumps(signed).encode()
    old, ours = theirs.credential.encode(), certificate.credential
    later = issue(student, AFTER, wishes=Wishes(issuer=university))
    assert worth(forged) is Outcome.VALID

    since = ("--compromised-since", THEFT.isoformat(), "--institution", university.slug)
    assert later.code in rotate(what, *since, "--dry-run")
    said = rotate(what, *since, "--revoke-rest")

    theirs.refresh_from_db()
    certificate.refresh_from_db()
    later.refresh_from_db()
    assert "1 documents signed anew" in said
    assert worth(forged) is Outcome.KEY_REVOKED
    assert worth(old) is worth(theirs.credential.encode()) is Outcome.VALID
    assert later.revoked_at is not None
    assert certificate.credential == ours
    assert worth(ours.encode()) is Outcome.VALID
    proof = sound_proof_by(theirs.log_entry, name)
    bundle = VerificationBundle(
        {issuer_did(university): did_document(university)},
        OwnStatusLists(timezone.now()),
        {},
        log_proofs=[proof],
    )
    assert verify_with_bundle(old, bundle, now=timezone.now()).is_valid
    assert verify_with_bundle(forged, bundle, now=timezone.now()).outcome is Outcome.KEY_REVOKED
    assert stolen_file.with_name("institution-first-university.pem.withdrawn").exists()
    assert "revoked" not in json.dumps(did_document())


def test_a_stolen_key_of_ours_leaves_institutions_alone(certificate, theirs, university):
    before = theirs.credential

    said = drill()

    theirs.refresh_from_db()
    assert "1 documents signed anew" in said
    assert theirs.credential == before
    assert "revoked" not in json.dumps(did_document(university))
    assert verify_stored(theirs, now=timezone.now()).is_valid


def test_a_stolen_key_for_tokens_is_revoked_for_all_who_issue(theirs, university):
    token = certificate_jwt(theirs, now=BEFORE).encode()

    rotate("token-key", "--compromised-since", THEFT.isoformat())

    assert worth(token) is Outcome.KEY_REVOKED
    assert worth(certificate_jwt(theirs, now=timezone.now()).encode()) is Outcome.VALID
