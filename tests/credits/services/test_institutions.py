"""Certificates in the name of an institution, signed by a key of its own."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.core.disclosure import read_leaves
from credits.core.jose import read_token
from credits.core.verdict import Outcome
from credits.core.verify import verify_credential
from credits.models import Certificate, IssuerKey, LogEntry, StatusList
from credits.services.batch_issuing import Batch, issue_chunk
from credits.services.binding import bind_certificate
from credits.services.carrying import certificate_jwt, certificate_png, certificate_svg
from credits.services.certificate_life import revoke_certificate, suspend_certificate
from credits.services.certificates import issue_certificate
from credits.services.counted import Cover
from credits.services.fsck import certificates_are_whole, lives_are_told
from credits.services.institutions import (
    NoInstitutionKeyError,
    NotAMemberError,
    institutions_for,
    issuer_facts,
)
from credits.services.issuer import did_document, did_documents, issuer_did
from credits.services.records import issue_record
from credits.services.rotation import KeyWaitsError, rotate_issuer_key
from credits.services.sharing import share_part, shared_document, verify_share
from credits.services.signing import sign_entered
from credits.services.status import documents_by_address, renew_status_lists, reserve_places
from credits.services.superseding import supersede_certificate
from credits.services.verification import OwnStatusLists, verify_stored, verify_upload
from credits.services.wishes import NameForm, Wishes
from credits.services.withdrawals import withdraw_participation
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key_file(settings, tmp_path):
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"
    return settings.ISSUER_KEY_FILE


def make_key(institution, now=NOW):
    return rotate_issuer_key(now=now, use_from=now + WEEK, institution=institution)


@pytest.fixture
def key(university):
    """The university's first key."""
    return make_key(university)


def issue(holder, institution, now=NOW, **wishes):
    wanted = Wishes(issuer=institution, **wishes)
    return issue_certificate(holder, start=BEGUN, end=SCORED, now=now, wishes=wanted)


@pytest.fixture
def certificate(student, worked, university, key):
    return issue(student, university)


def worth(data, now=NOW):
    return verify_upload(data.encode() if isinstance(data, str) else data, now=now).outcome


def test_its_first_key_is_published_used_at_once_and_in_the_log(university, key, key_file):
    assert key.used_from == NOW
    assert key.institution == university
    assert LogEntry.objects.get().kind == LogEntry.Kind.KEY
    document = did_document(university)
    assert document["id"] == "did:web:testserver:i:first-university"
    assert [each["publicKeyMultibase"] for each in document["verificationMethod"]] == [
        key.public_key
    ]
    assert did_document()["verificationMethod"] == []
    file = key_file.with_name("institution-first-university.pem")
    assert file.stat().st_mode & 0o777 == 0o600


def test_its_document_stands_where_did_web_looks_for_it(client, university, key):
    answer = client.get("/i/first-university/did.json")

    assert answer.headers["Content-Type"] == "application/did+json"
    assert answer.json() == did_document(university)
    assert client.get("/i/unknown/did.json").status_code == 404


def test_an_institution_without_a_key_has_no_document(client, university):
    assert client.get("/i/first-university/did.json").status_code == 404


def test_a_certificate_is_issued_in_its_name_by_its_key(certificate, key):
    document = json.loads(certificate.credential)

    assert document["issuer"]["id"] == issuer_did(key.institution)
    assert document["issuer"]["name"] == "First-University"
    methods = {proof["verificationMethod"] for proof in document["proof"]}
    assert methods == {f"{issuer_did(key.institution)}#{key.public_key}"}
    assert document["id"] == f"http://testserver/c/{certificate.code}"
    assert verify_stored(certificate, now=NOW).is_valid
    assert worth(certificate.credential) is Outcome.VALID
    assert certificate.log_entry.kind == LogEntry.Kind.ISSUE


def test_its_page_says_in_whose_name(client, certificate):
    page = client.get(f"/c/{certificate.code}").content.decode()

    assert "First-University" in page


def test_a_chinese_certificate_names_it_in_chinese(university):
    university.domain = "first.example"

    assert issuer_facts(university, "zh").name == "示例大学"
    assert issuer_facts(university, "en").name == "First-University"
    assert issuer_facts(university, "en").url == "https://first.example"


def test_the_sites_certificates_stay_what_they_are(student, worked, key):
    ours = issue(student, None)

    assert json.loads(ours.credential)["issuer"]["id"] == issuer_did()
    assert worth(ours.credential) is Outcome.VALID


def test_who_knows_only_the_sites_document_does_not_trust_it(certificate):
    ours = did_document()

    verdict = verify_credential(
        certificate.credential.encode(), did_documents={ours["id"]: ours},
        status_lists=OwnStatusLists(NOW), now=NOW,
    )  # fmt: skip

    assert verdict.outcome is Outcome.ISSUER_UNKNOWN


def test_each_issuer_has_status_lists_of_its_own(
    student, worked, university, certificate, make_institution
):
    ours, again = issue(student, None), issue(student, university)

    assert ours.status_list_id != certificate.status_list_id == again.status_list_id
    assert certificate.status_list.institution == university
    assert ours.status_list.institution is None
    for stored in StatusList.objects.all():
        for text in documents_by_address(stored.number, now=NOW).values():
            assert json.loads(text)["issuer"] == issuer_did(stored.institution)
    other, _places = reserve_places(1, make_institution("second-university"))
    assert other.number == 3


def test_a_full_list_is_followed_by_one_of_the_same_issuer(
    monkeypatch, student, worked, university, certificate
):
    ours = issue(student, None)
    monkeypatch.setattr("credits.services.status.FULLEST", 1)

    again = issue(student, university)

    assert (certificate.status_list_id, ours.status_list_id, again.status_list_id) == (1, 2, 3)
    assert again.status_list.institution == university
    assert worth(again.credential) is Outcome.VALID


def test_it_is_revoked_and_suspended_in_the_lists_of_its_issuer(student, university, certificate):
    other = issue(student, university)

    revoke_certificate(certificate, reason="A mistake", now=NOW)
    suspend_certificate(other, reason="To be looked into", now=NOW)

    assert worth(certificate.credential) is Outcome.REVOKED
    assert worth(other.credential) is Outcome.SUSPENDED
    assert renew_status_lists(now=NOW + WEEK) == StatusList.objects.count()
    assert worth(certificate.credential, NOW + WEEK) is Outcome.REVOKED


def test_a_retired_key_stays_and_the_next_one_signs_after_a_week(
    student, university, key, certificate
):
    new = make_key(university)

    with pytest.raises(KeyWaitsError):
        make_key(university)
    key.refresh_from_db()
    assert key.retired_at == new.used_from == NOW + WEEK
    assert len(did_document(university)["assertionMethod"]) == 2
    later = issue(student, university, NOW + WEEK)
    assert new.public_key in later.credential
    assert worth(later.credential, NOW + WEEK) is Outcome.VALID
    assert worth(certificate.credential, NOW + WEEK) is Outcome.VALID


def test_to_rotate_its_key_leaves_the_sites_alone(student, worked, university, key):
    issue(student, None)
    ours = IssuerKey.objects.of(None).get()

    make_key(university)

    ours.refresh_from_db()
    assert ours.retired_at is None
    assert IssuerKey.objects.of(None).count() == 1
    assert rotate_issuer_key(now=NOW, use_from=NOW + WEEK).institution is None


@pytest.mark.parametrize("form", [certificate_png, certificate_svg])
def test_pictures_carry_it(certificate, form):
    assert worth(form(certificate)) is Outcome.VALID


def test_a_pdf_carries_it_and_whoever_uploads_a_form_learns_who_issued_it(client, certificate):
    pdf = client.get(f"/c/{certificate.code}.pdf").content
    assert worth(pdf, timezone.now()) is Outcome.VALID

    for data in (pdf, certificate.credential.encode()):
        answer = client.post("/api/v1/verify", data, content_type="application/octet-stream")
        assert answer.json()["valid"], answer.json()
        page = client.post("/verify", {"file": ContentFile(data, name="li")}).content.decode()
        assert "First-University" in page
        assert certificate.code in page


def test_a_token_is_in_its_name(certificate, university):
    token = certificate_jwt(certificate, now=NOW)

    read = read_token(token.encode())
    assert read.header["kid"].partition("#")[0] == issuer_did(university)
    assert json.loads(read.payload)["iss"] == issuer_did(university)
    assert worth(token) is Outcome.VALID


def test_a_part_and_a_form_in_a_wallet_are_in_its_name(certificate, university):
    share = share_part(certificate, {0, 2}, now=NOW)
    bound = bind_certificate(certificate, HOLDER, most=20, now=NOW)

    document = shared_document(share)
    assert verify_share(share, document, now=NOW).is_valid
    assert read_leaves(share.sealed.leaves)
    assert json.loads(share.sealed.credential)["issuer"]["id"] == issuer_did(university)
    assert json.loads(bound.credential)["issuer"]["id"] == issuer_did(university)
    assert worth(bound.credential) is Outcome.VALID


def test_a_record_is_the_sites_and_holds_certificates_of_both(student, worked, certificate):
    issue(student, None)

    record = issue_record(student, now=NOW)

    assert json.loads(record)["issuer"]["id"] == issuer_did()
    assert worth(record) is Outcome.VALID
    ours = did_document()
    verdict = verify_credential(
        record.encode(), did_documents={ours["id"]: ours}, status_lists=OwnStatusLists(NOW),
        now=NOW,
    )  # fmt: skip
    assert verdict.outcome is Outcome.ISSUER_UNKNOWN


def test_what_supersedes_it_has_the_same_issuer_also_after_the_holder_left(
    student, university, certificate
):
    part = certificate.items.order_by("-points").first().participation
    withdraw_participation(part, by=student, now=NOW)
    Membership.objects.of(student).update(ended_at=NOW)

    successor = supersede_certificate(certificate, now=NOW)

    assert successor.status_list.institution == university
    assert json.loads(successor.credential)["issuer"]["id"] == issuer_did(university)
    assert worth(successor.credential) is Outcome.VALID
    assert worth(certificate.credential) is Outcome.SUPERSEDED


def test_who_neither_learns_nor_teaches_there_gets_none(student, worked, make_institution, key):
    other = make_institution("second-university")
    make_key(other)

    with pytest.raises(NotAMemberError, match="neither student nor teacher"):
        issue(student, other)

    assert not Certificate.entered.exists()
    assert list(institutions_for(student)) == [key.institution]


def test_a_registrar_gets_none_and_a_teacher_does(worked, university, key, registrar):
    assert not institutions_for(registrar)
    join_institution(registrar, university, role=Membership.Role.TEACHER, now=NOW)
    assert list(institutions_for(registrar)) == [university]


def test_without_a_key_nothing_is_issued_in_its_name(student, worked, university):
    with pytest.raises(NoInstitutionKeyError, match="rotate institution-key"):
        issue(student, university)

    assert not institutions_for(student)


def test_of_many_only_members_get_one_and_who_has_the_sites_may_have_it_too(
    student, worked, university, key
):
    ours = issue(student, None, names=NameForm.NONE)
    stranger = User.objects.create_user("new", "new@second.example")
    batch = Batch(Cover(BEGUN, SCORED), Wishes(issuer=university), NOW)

    first, again = (issue_chunk(batch, [student.pk, stranger.pk]) for _ in range(2))

    assert [each.is_new for each in first] == [True, False]
    assert first[0].code not in {ours.code, ""}
    assert "neither student nor teacher" in first[1].problem
    assert again[0].code == first[0].code
    assert not again[0].is_new


def test_a_lost_key_keeps_only_its_own_institution_waiting(
    student, worked, university, key, key_file
):
    for file in key_file.parent.glob("institution-first-university.*"):
        file.rename(file.with_suffix(f"{file.suffix}.lost"))

    waiting, ours = issue(student, university), issue(student, None)

    assert waiting.signed_at is None
    assert ours.signed_at == NOW
    assert sign_entered(now=NOW) == 0
    assert renew_status_lists(now=NOW + WEEK) == 1
    for file in key_file.parent.glob("*.lost"):
        file.rename(file.with_suffix(""))
    assert sign_entered(now=NOW) == 1
    waiting.refresh_from_db()
    assert worth(waiting.credential) is Outcome.VALID


def faults():
    said = (1, lambda _done, _total: None)
    return {each.subject for each in (*certificates_are_whole(*said), *lives_are_told(*said))}


def test_fsck_finds_what_is_issued_or_listed_by_another(student, worked, university, certificate):
    ours = issue(student, None)
    assert faults() == set()

    StatusList.objects.filter(institution=None).update(institution=university)

    assert faults() == {"status list 2", ours.code}


def queries(ask):
    with CaptureQueriesContext(connection) as caught:
        ask()
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_institutions(certificate, make_institution, key):
    before = queries(lambda: verify_stored(certificate, now=NOW))

    for number in range(5):
        make_key(make_institution(f"university-{number}"))

    assert len(did_documents()) == 7
    assert queries(lambda: verify_stored(certificate, now=NOW)) == before


def test_the_number_of_queries_to_issue_does_not_grow_with_people(student, worked, university, key):
    def batch_of(people):
        batch = Batch(Cover(BEGUN, SCORED), Wishes(issuer=university), NOW)
        return queries(lambda: issue_chunk(batch, people))

    people = [User.objects.create_user(f"p{each}", f"p{each}@first.example").pk for each in "abcde"]
    few, many = batch_of(people[:1]), batch_of(people)

    assert few == many
