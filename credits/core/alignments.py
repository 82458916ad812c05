"""Alignments in a certificate: the competences of public frameworks that its rule set names."""

from typing import Any

from credits.core.certificate_facts import RuleSetFacts
from credits.core.evidence import present, shown


def aligned_result(rules: RuleSetFacts, result: str) -> dict[str, Any]:
    """The alignments of the kind of which ``result`` tells the points."""
    kind = result.removesuffix("-points") if result.endswith("-points") else ""
    found = alignments_of(rules, kind) if kind else []
    return {"alignment": found} if found else {}


def alignments_of(rules: RuleSetFacts, category: str) -> list[dict[str, Any]]:
    """What the rule set aligns with for ``category`` (Open Badges 3.0, Alignment)."""
    return [
        present(
            {
                "type": ["Alignment"],
                "targetName": shown(each.name),
                "targetUrl": each.url,
                "targetFramework": shown(each.framework) or None,
                "targetCode": shown(each.code) or None,
            }
        )
        for each in rules.alignments
        if each.category == category
    ]
