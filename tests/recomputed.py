"""A certificate of a whole history, with what its points were computed from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from credits.core.certificate_facts import (
    CertificateFacts,
    EvidenceItem,
    KindTotal,
    ProjectFacts,
    ScoringFacts,
)
from credits.core.credential import build_credential
from credits.core.evidence import build_evidence_record, evidence_bytes
from credits.core.inputs import ScoredInput
from credits.core.rules import COUNTED, RuleSet
from credits.core.scoring import score_contributions
from credits.core.scoring_record import facts_read
from credits.core.traces import trace
from tests.credentials import FACTS, RULES
from tests.scored_histories import FACTORS, LI, LIMIT, LIMITED, LIMITS, NOW
from tests.scored_histories import RULES as SOME_RULES

SOURCE = (
    SOME_RULES
    + FACTORS
    + "".join(
        LIMIT.format(id=name, kind=kind, per=per, numbers=numbers)
        for name, (kind, per, numbers) in LIMITS.items()
    )
)
"""The text of `LIMITED`."""


def certified(items: Sequence[ScoredInput], rule_set: RuleSet = LIMITED) -> CertificateFacts:
    """The facts of a certificate of all that Li earned by ``items``."""
    own = {part.key: item for item in items for part in item.participants if part.person == LI}
    results = [
        result
        for result in score_contributions(items, rule_set, now=NOW)
        if result.participation in own and result.state == COUNTED and result.points > 0
    ]
    evidence = [
        EvidenceItem(
            url=f"https://forge.example/pull/{result.contribution}",
            title=f"Mend {result.contribution}",
            category=result.category,
            points=result.points,
            occurred_at=own[result.participation].occurred_at,
            reasons=trace((reason.as_json() for reason in result.reasons), rule_set),
            participation=result.participation,
        )
        for result in results
    ]
    kinds = sorted({item.category for item in evidence})
    found = {kind: [one.points for one in evidence if one.category == kind] for kind in kinds}
    return replace(
        FACTS,
        rule_set=replace(RULES, source=SOURCE, reads=facts_read(rule_set)),
        projects=(ProjectFacts("Lantern", "https://credits.example/projects/lantern"),),
        evidence=evidence,
        totals=[KindTotal(kind, len(points), sum(points)) for kind, points in found.items()],
        scoring=(
            ScoringFacts(
                project="https://credits.example/projects/lantern",
                now=NOW,
                items=items,
                own=frozenset(item.contribution for item in own.values()),
            ),
        ),
    )


def record_of(items: Sequence[ScoredInput], rule_set: RuleSet = LIMITED) -> dict[str, Any]:
    return build_evidence_record(certified(items, rule_set))


def resources_of(facts: CertificateFacts) -> dict[str, bytes]:
    """The records beside the certificate, by address."""
    rules = facts.rule_set
    return {facts.evidence_url: evidence_bytes(facts), rules.source_url: rules.source.encode()}


def document_of(facts: CertificateFacts) -> dict[str, Any]:
    return build_credential(facts)
