"""What is shown to verifiers that we did not write: good certificates, and tampered ones."""

from datetime import UTC, datetime, timedelta

from credits.core.bound import build_bound_credential
from credits.core.clr import RecordFacts, build_record
from credits.core.status import build_status_list_credential
from tests.credentials import DID, FACTS, ISSUED, STATUS_LIST, certificate, facts_with, signed


def status_list(*revoked):
    """A list that is fresh by the real clock, at which that verifier looks."""
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=1), now + timedelta(days=1)
    return signed(
        build_status_list_credential(STATUS_LIST, DID, revoked, valid_from=start, valid_until=end)
    )


def changed(*path, value):
    document = certificate()
    *folders, name = path
    inner = document
    for key in folders:
        inner = inner[key]
    inner[name] = value
    return document


HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
BOUND = build_bound_credential(certificate(), holder=HOLDER, bound_at=ISSUED)
GOOD = {
    "certificate": certificate(),
    "with many contributions": certificate(facts_with(50)),
    "bound to a wallet": signed(
        build_bound_credential(certificate(), holder=HOLDER, bound_at=ISSUED)
    ),
    "linked-data proof alone": certificate() | {"proof": certificate()["proof"][0]},
}
TAMPERED = {
    "score": changed("credentialSubject", "result", 0, "value", value="98.25"),
    "name": changed("credentialSubject", "identifier", 0, "identityHash", value="Chen"),
    "undefined term": changed("credentialSubject", "grade", value="A+"),
    "proof date": changed("proof", 0, "created", value="2026-09-01T00:00:00Z"),
    "pinned digest": changed("relatedResource", 0, "digestSRI", value="sha384-AAAA"),
    "expiry": changed("validUntil", value="2099-01-01T00:00:00Z"),
    "another key": signed({**certificate()}, "forger"),
}
RECORD = signed(
    build_record(
        RecordFacts(
            id="urn:uuid:6f1f7f0c-52c4-4a0e-8a55-7d1c36a6b0fb",
            subject_id=FACTS.holder.subject_id,
            name="Record of open-source contributions",
            issuer=FACTS.issuer,
            issued_at=ISSUED,
            certificates=[certificate(), certificate(facts_with(3))],
            expires_at=FACTS.expires_at,
        )
    )
)
