"""A certificate to try things on: its facts, the key that signs it, and the issuer's documents."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credits.core.credential import (
    CertificateFacts,
    EvidenceItem,
    Holder,
    Issuer,
    KindTotal,
    ProjectFacts,
    RuleSetFacts,
    build_credential,
    build_did_document,
)
from credits.core.did import verification_method
from credits.core.jose import JwkSigner
from credits.core.multikey import encode_public_key
from credits.core.proof import KeySigner, add_proofs
from credits.core.status import build_status_list_credential

VECTORS = Path(__file__).parent / "vectors"
DID = "did:web:credits.university.example"
BASE = "https://credits.university.example"
STATUS_LIST = f"{BASE}/status/1"
STATUS_INDEX = 94_567
ISSUED = datetime(2026, 9, 2, 8, tzinfo=UTC)
NOW = ISSUED + timedelta(days=1)


def signer(name: str = "issuer") -> KeySigner:
    """A key that is the same in every run, and no secret."""
    seed = hashlib.sha256(f"test key of {name}".encode()).digest()
    return KeySigner(Ed25519PrivateKey.from_private_bytes(seed))


SIGNER = signer()
KEY = encode_public_key(SIGNER.public_key())
METHOD = verification_method(DID, KEY)
DID_DOCUMENT = build_did_document(DID, [KEY])

RULES = RuleSetFacts(
    url=f"{BASE}/rules/ai-open-source/v1",
    source_url=f"{BASE}/rules/ai-open-source/v1.toml",
    slug="ai-open-source",
    version="1.0",
    title="AI open source",
    description="For open-source AI projects that have no rule set of their own.",
    source='slug = "ai-open-source"\n',
)
EVIDENCE = (
    EvidenceItem(
        url="https://github.com/lantern/lantern/pull/415",
        title="Add a paged attention kernel （试验） 🚀",
        category="code",
        points=12_500,
        occurred_at=datetime(2026, 4, 3, 9, 30, tzinfo=UTC),
        repository="github:lantern/lantern",
        external_id="github:pull:415",
        kind="change",
        digest="a" * 64,
        reasons=({"rule": "code-size", "points": 12_500, "en": "Size", "zh": "规模"},),
        ai_assistance=("Copilot",),
    ),
    EvidenceItem(
        url="https://github.com/lantern/lantern/pull/415",
        title="Add a paged attention kernel （试验） 🚀",
        category="review",
        points=1_250,
        occurred_at=datetime(2026, 4, 4, 9, 30, tzinfo=UTC),
        role="reviewer",
        digest="b" * 64,
    ),
    EvidenceItem(
        url="",
        title="Fix a typo",
        category="code",
        points=500,
        occurred_at=datetime(2026, 5, 1, tzinfo=UTC),
    ),
)
FACTS = CertificateFacts(
    id=f"{BASE}/c/OC-7K3M-9QXT-2B8W-HJ4N",
    code="OC-7K3M-9QXT-2B8W-HJ4N",
    issuer=Issuer(DID, "University Open Source Office", BASE),
    holder=Holder("urn:uuid:5b1f6c2e-7a43-4d0e-9b0c-2f8d6f1f9a10", names=("Li Ming 李明",)),
    period_start=datetime(2026, 3, 1, tzinfo=UTC),
    period_end=datetime(2026, 9, 1, tzinfo=UTC),
    issued_at=ISSUED,
    expires_at=ISSUED + timedelta(days=5 * 365),
    rule_set=RULES,
    projects=(ProjectFacts("Lantern", f"{BASE}/projects/lantern"),),
    totals=(KindTotal("code", 2, 13_000), KindTotal("review", 1, 1_250)),
    evidence=EVIDENCE,
    status_list_url=STATUS_LIST,
    status_index=STATUS_INDEX,
)


def facts_with(items: int) -> CertificateFacts:
    """The facts of a certificate that counts ``items`` contributions."""
    evidence = tuple(
        replace(EVIDENCE[0], url=f"https://github.com/lantern/lantern/pull/{number}", points=1_500)
        for number in range(items)
    )
    return replace(FACTS, evidence=evidence, totals=(KindTotal("code", items, items * 1_500),))


def signed(document: dict[str, Any], name: str = "issuer") -> dict[str, Any]:
    """``document`` with both proofs of the key ``name``."""
    key = signer(name)
    method = verification_method(DID, encode_public_key(key.public_key()))
    return add_proofs(document, key, verification_method=method, created=ISSUED)


def certificate(facts: CertificateFacts = FACTS) -> dict[str, Any]:
    return signed(build_credential(facts))


def status_list(*revoked: int, purpose: str = "revocation", days: int = 7) -> dict[str, Any]:
    """The signed list of the day of issue in which ``revoked`` are set."""
    listed = build_status_list_credential(
        STATUS_LIST,
        DID,
        revoked,
        valid_from=ISSUED,
        valid_until=ISSUED + timedelta(days=days),
        purpose=purpose,
    )
    return signed(listed)


def as_bytes(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def token_signer(kind: str = "rsa") -> JwkSigner:
    """A key for JWTs; RSA or P-256, new in every run."""
    if kind == "rsa":
        return JwkSigner(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return JwkSigner(ec.generate_private_key(ec.SECP256R1()))
