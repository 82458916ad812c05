"""A person's whole record: their certificates in one credential (1EdTech CLR Standard 2.0).

It models nothing anew: it wraps the signed certificates as they are, so that each keeps its own
proofs and its own status, and can be taken out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.certificate_facts import Issuer
from credits.core.contexts import CLR_2, CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.evidence import present
from credits.core.proof import rfc3339

RECORD = "ClrCredential"
RECORD_CONTEXTS = [CREDENTIALS_V2, CLR_2, OPEN_BADGES_3]


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a record says: who issues it to whom, when, and which signed certificates it holds."""

    id: str
    subject_id: str
    name: str
    issuer: Issuer
    issued_at: datetime
    certificates: Sequence[Mapping[str, Any]]
    expires_at: datetime | None = None


def build_record(facts: RecordFacts) -> dict[str, Any]:
    """The record, unsigned; sign it with `proof.add_proofs`."""
    return present(
        {
            "@context": RECORD_CONTEXTS,
            "id": facts.id,
            "type": ["VerifiableCredential", RECORD],
            "name": facts.name,
            "issuer": {
                "id": facts.issuer.did,
                "type": ["Profile"],
                "name": facts.issuer.name,
                "url": facts.issuer.url,
                "email": facts.issuer.email or None,
            },
            "validFrom": rfc3339(facts.issued_at),
            "validUntil": rfc3339(facts.expires_at) if facts.expires_at else None,
            "awardedDate": rfc3339(facts.issued_at),
            "credentialSubject": {
                "id": facts.subject_id,
                "type": ["ClrSubject"],
                "verifiableCredential": [dict(each) for each in facts.certificates],
            },
        }
    )


def is_record(document: Any) -> bool:
    """Whether ``document`` says that it is a record."""
    types = document.get("type") if isinstance(document, dict) else None
    return isinstance(types, list) and RECORD in types


def certificates_in(record: Mapping[str, Any]) -> list[Any]:
    """What stands in ``record`` where its certificates should."""
    subject = record.get("credentialSubject")
    held = subject.get("verifiableCredential", []) if isinstance(subject, dict) else []
    return held if isinstance(held, list) else [held]
