"""The sealed form of a certificate: a credential that says of itself only what cannot be hidden.

Those are the issuer, the period, the dates of validity and the place in the status list. It has
an id and a subject of its own, and no code: nobody finds the open form by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credits.core.canonical import digest_sri
from credits.core.certificate_words import words
from credits.core.contexts import CREDENTIALS_V2, OPEN_BADGES_3
from credits.core.disclosure import Leaf, LeafKind, seal_bytes
from credits.core.evidence import present
from credits.core.proof import rfc3339

CONTRIBUTION_SAYS = (
    *("url", "repository", "title", "kind", "category", "role", "occurred_at", "points"),
    "ai_assistance",
)
"""Of a contribution in the evidence record. Its reasons are left out: what a limit took tells
what the other contributions earned."""


@dataclass(frozen=True, slots=True)
class SealedFacts:
    """``id`` and ``subject_id`` are random URNs; ``credential`` is the open form."""

    id: str
    subject_id: str
    credential: Mapping[str, Any]
    seal: Mapping[str, Any]
    sealed_at: datetime
    language: str = "en"


def leaves_of(
    credential: Mapping[str, Any], record: Mapping[str, Any], salt: Callable[[], str]
) -> list[Leaf]:
    """Everything in a certificate and its evidence record that can be hidden."""
    leaves = [(LeafKind.NAME, {"name": name}) for name in _names(credential)]
    leaves.append((LeafKind.RULES, dict(record["rule_set"])))
    totals = record["totals"]
    leaves.append((LeafKind.TOTAL, {name: totals[name] for name in ("contributions", "points")}))
    leaves += [(LeafKind.PROJECT, dict(project)) for project in record["projects"]]
    only = record["projects"][0]["url"] if len(record["projects"]) == 1 else ""
    for item in record["contributions"]:
        said = {name: item[name] for name in CONTRIBUTION_SAYS if name in item}
        leaves.append((LeafKind.CONTRIBUTION, {**said, "project": item.get("project", only)}))
    return [Leaf(kind, value, salt()) for kind, value in leaves]


def _names(credential: Mapping[str, Any]) -> list[str]:
    identities = credential["credentialSubject"].get("identifier", [])
    return [each["identityHash"] for each in identities if each.get("identityType") == "name"]


def build_sealed_credential(facts: SealedFacts) -> dict[str, Any]:
    """The sealed form, unsigned; sign it with `proof.add_proofs`."""
    text, whole = words(facts.language), facts.credential
    subject = whole["credentialSubject"]
    start, end = subject["activityStartDate"], subject["activityEndDate"]
    said = {"start": start[:10], "end": end[:10]}
    return present(
        {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_3],
            "id": facts.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": text["name"].format(**said),
            "description": text["sealed"].format(**said),
            "issuer": whole["issuer"],
            "validFrom": rfc3339(facts.sealed_at),
            "validUntil": whole.get("validUntil"),
            "awardedDate": rfc3339(facts.sealed_at),
            "credentialSubject": {
                "id": facts.subject_id,
                "type": ["AchievementSubject"],
                "activityStartDate": start,
                "activityEndDate": end,
                "role": text["role"],
                "narrative": text["sealed_narrative"],
                "achievement": {
                    "id": f"{facts.id}#achievement",
                    "type": ["Achievement"],
                    "achievementType": "CoCurricular",
                    "inLanguage": facts.language,
                    "name": text["sealed_achievement"],
                    "description": text["sealed"].format(**said),
                    "criteria": {"narrative": text["sealed_criteria"]},
                },
            },
            "relatedResource": [
                {
                    "id": facts.seal["id"],
                    "digestSRI": digest_sri(seal_bytes(facts.seal)),
                    "mediaType": "application/json",
                }
            ],
            "credentialStatus": whole.get("credentialStatus"),
        }
    )
