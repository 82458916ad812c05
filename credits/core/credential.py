"""The certificate as a document: an Open Badges 3.0 credential, and the evidence that it pins.

Facts come in, one literal comes out, in the order of the specification (1EdTech Open Badges 3.0,
appendix B; W3C Verifiable Credentials 2.0). Nothing here draws random numbers or looks at a
clock: ids, salts and times are facts. Text is in one language, as the context demands.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from credits.core.alignments import aligned_result, alignments_of
from credits.core.canonical import digest_sri
from credits.core.certificate_facts import (
    CertificateFacts,
    EvidenceItem,
    FactsError,
    Holder,
    Issuer,
    KindTotal,
    ProjectFacts,
    RuleSetFacts,
    refuse_contradictions,
)
from credits.core.certificate_words import kind_name, words
from credits.core.contexts import CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.did import verification_method
from credits.core.evidence import (
    build_evidence_record,
    decimal_text,
    evidence_bytes,
    evidence_ids,
    present,
    shown,
)
from credits.core.jose import thumbprint
from credits.core.proof import rfc3339
from credits.core.status import build_status_entry

__all__ = [
    "CertificateFacts",
    "EvidenceItem",
    "FactsError",
    "Holder",
    "Issuer",
    "KindTotal",
    "ProjectFacts",
    "RuleSetFacts",
    "build_credential",
    "build_did_document",
    "build_evidence_record",
    "decimal_text",
    "evidence_bytes",
    "hashed_email",
]


def build_credential(facts: CertificateFacts, evidence: bytes | None = None) -> dict[str, Any]:
    """The certificate, unsigned; sign it with `proof.add_proofs`.

    ``evidence`` are the `evidence_bytes` of ``facts``, if they are at hand.

    Raises:
        FactsError: the totals are not those of the evidence, or a period ends before it starts.
    """
    refuse_contradictions(facts)
    text = words(facts.language)
    rules = facts.rule_set
    said = {
        "points": decimal_text(facts.points),
        "count": facts.count,
        "start": facts.period_start.date(),
        "end": _last_moment(facts).date(),
        "projects": text["list"].join(shown(project.name) for project in facts.projects),
        "rules": f"{rules.title} {rules.version}",
    }
    return present(
        {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
            "id": facts.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": text["name"].format(**said),
            "description": text["description"].format(**said),
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
                "id": facts.holder.subject_id,
                "type": ["AchievementSubject"],
                "activityStartDate": rfc3339(facts.period_start),
                "activityEndDate": rfc3339(_last_moment(facts)),
                "identifier": _identities(facts.holder) or None,
                "creditsEarned": None
                if facts.credits_earned is None
                else float(facts.credits_earned),
                "role": text["role"],
                "narrative": text["narrative"].format(**said),
                "achievement": {
                    "id": f"{rules.url}#achievement",
                    "type": ["Achievement"],
                    "achievementType": "CoCurricular",
                    "inLanguage": facts.language,
                    "version": rules.version,
                    "humanCode": f"{rules.slug}-{rules.version}",
                    "name": text["achievement"].format(**said, title=rules.title),
                    "description": rules.description,
                    "criteria": {"id": rules.url, "narrative": text["criteria"].format(**said)},
                    "alignment": alignments_of(rules, "") or None,
                    "resultDescription": [
                        {
                            "id": f"{rules.url}#{name}",
                            "type": ["ResultDescription"],
                            "name": label,
                            "resultType": result_type,
                            **aligned_result(rules, name),
                        }
                        for name, label, result_type, _ in _results(facts)
                    ],
                },
                "result": [
                    {
                        "type": ["Result"],
                        "resultDescription": f"{rules.url}#{name}",
                        "value": value,
                    }
                    for name, _, _, value in _results(facts)
                ],
            },
            "evidence": [
                {
                    "id": facts.evidence_url,
                    "type": ["Evidence"],
                    "name": text["record"],
                    "genre": "record",
                    "description": text["record_description"],
                },
                *(
                    {
                        "id": address,
                        "type": ["Evidence"],
                        "name": shown(item.title) or address,
                        "genre": item.category,
                        "description": _said_of(item, text),
                    }
                    for address, item in zip(evidence_ids(facts), facts.evidence, strict=True)
                ),
            ],
            "relatedResource": [
                {
                    "id": facts.evidence_url,
                    "digestSRI": digest_sri(evidence or evidence_bytes(facts)),
                    "mediaType": "application/json",
                },
                {
                    "id": rules.source_url,
                    "digestSRI": digest_sri(rules.source.encode()),
                    "mediaType": "application/toml",
                },
            ],
            "credentialStatus": build_status_entry(
                facts.status_list_url,
                facts.status_index,
                can_be_suspended=facts.can_be_suspended,
            ),
        }
    )


def build_did_document(
    did: str,
    keys: Sequence[str],
    jwks: Sequence[Mapping[str, str]] = (),
    *,
    revoked: Mapping[str, datetime] = MappingProxyType({}),
) -> dict[str, Any]:
    """The DID document of ``did``: its Multikeys, then the JWKs of its tokens, as they come.

    Retired keys that are still sound stay in ``keys``: verifiers read only the document of the
    day, so a key that leaves takes every certificate with it that it signed. A key that was
    stolen is ``revoked`` (by Multikey or thumbprint, with the moment since when): it stays to be
    known, and may assert nothing (Controlled Identifiers 1.0, section 2.2).
    """
    names = [*keys, *map(thumbprint, jwks)]
    forms: list[dict[str, Any]] = [
        *({"type": "Multikey", "controller": did, "publicKeyMultibase": key} for key in keys),
        *({"type": "JsonWebKey", "controller": did, "publicKeyJwk": dict(jwk)} for jwk in jwks),
    ]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            *(["https://w3id.org/security/jwk/v1"] if jwks else []),
        ],
        "id": did,
        "verificationMethod": [
            {
                "id": verification_method(did, name),
                **form,
                **({"revoked": rfc3339(revoked[name])} if name in revoked else {}),
            }
            for name, form in zip(names, forms, strict=True)
        ],
        "assertionMethod": [
            verification_method(did, name) for name in names if name not in revoked
        ],
    }


def _results(facts: CertificateFacts) -> list[tuple[str, str, str, str]]:
    """Name, label, type and value of each result: the totals, then points and count by kind."""
    text = words(facts.language)
    results = [
        ("points", text["points"], "RawScore", decimal_text(facts.points)),
        ("contributions", text["contributions"], "Result", str(facts.count)),
    ]
    for total in facts.totals:
        label = total.name or kind_name(total.kind, facts.language)
        points, count = decimal_text(total.points), str(total.count)
        results += [
            (f"{total.kind}-points", text["kind_points"].format(label), "RawScore", points),
            (f"{total.kind}-contributions", text["kind_count"].format(label), "Result", count),
        ]
    if facts.advised_credits is not None:
        advised = f"{facts.advised_credits.normalize():f}"
        label = text["advised"].format(policy=shown(facts.advised_by))
        results.append(("advised-credits", label, "ext:AdvisedCredits", advised))
    return results


def _said_of(item: EvidenceItem, text: Mapping[str, str]) -> str:
    """Day and points of a contribution, and the help by AI that was declared with it."""
    said = text["item"].format(day=item.occurred_at.date(), points=decimal_text(item.points))
    if not item.ai_assistance:
        return said
    tools = text["list"].join(shown(str(tool)) for tool in item.ai_assistance)
    return said + text["assisted"].format(tools=tools)


def _identities(holder: Holder) -> list[dict[str, Any]]:
    """IdentityObjects; without a name or an address that the holder gave there are none."""
    identities: list[dict[str, Any]] = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": name,
            "identityType": "name",
        }
        for name in dict.fromkeys(filter(None, map(shown, holder.names)))
    ]
    if holder.email:
        identities.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": hashed_email(holder.email, holder.email_salt),
                "identityType": "emailAddress",
                "salt": holder.email_salt,
            }
        )
    return identities


def hashed_email(email: str, salt: str) -> str:
    """The ``identityHash`` of an address in small letters (Open Badges 3.0, IdentityHash)."""
    if not salt:
        raise FactsError("an e-mail address is hashed with a salt, or guessed")
    digest = hashlib.sha256((email.strip().lower() + salt).encode()).hexdigest()
    return f"sha256${digest}"


def _last_moment(facts: CertificateFacts) -> datetime:
    return facts.period_end - timedelta(seconds=1)
