"""What a certificate will say: the facts of it, from what counts and what its holder chose."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from credits.core.certificate_facts import ScoringFacts
from credits.core.code import make_code
from credits.core.credential import (
    CertificateFacts,
    EvidenceItem,
    Holder,
    KindTotal,
    ProjectFacts,
    RuleSetFacts,
)
from credits.core.policy_reader import parse_policy
from credits.core.scoring_record import facts_read
from credits.models import RuleSet
from credits.services.counted import Counted, Cover
from credits.services.institutions import issuer_facts
from credits.services.policies import advised_credits
from credits.services.scoring_evidence import evidence_item, project_url
from credits.services.wishes import Wishes

VALID_FOR = timedelta(days=5 * 365)
CODE_BYTES = 16
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Order:
    """For whom, over what, how and when."""

    holder: User
    cover: Cover
    wishes: Wishes
    now: datetime


def facts_for(
    order: Order,
    counted: Sequence[Counted],
    scoring: Sequence[ScoringFacts],
    rule_set: RuleSet,
) -> CertificateFacts:
    """Everything that the certificate says, but for its place in a status list."""
    code = make_code(secrets.token_bytes(CODE_BYTES))
    evidence = [evidence_item(each) for each in counted]
    return CertificateFacts(
        id=f"{settings.BASE_URL}/c/{code}",
        code=code,
        issuer=issuer_facts(order.wishes.issuer, order.wishes.language),
        holder=_holder(order),
        period_start=order.cover.start,
        period_end=order.cover.end,
        issued_at=order.now,
        rule_set=_rule_set_facts(rule_set, order.wishes.language),
        projects=_project_facts(counted),
        totals=_totals(evidence),
        evidence=evidence,
        status_list_url="",
        status_index=0,
        expires_at=order.now + VALID_FOR,
        can_be_suspended=True,
        language=order.wishes.language,
        scoring=scoring,
        **_advice(order, counted),
    )


def _advice(order: Order, counted: Sequence[Counted]) -> dict[str, Any]:
    """What the policy that the holder named would give, and its name."""
    policy = order.wishes.policy
    if policy is None:
        return {}
    title = parse_policy(policy.source).title.in_language(order.wishes.language)
    return {
        "advised_credits": advised_credits(counted, policy, now=order.now),
        "advised_by": f"{title} {policy.version}, {policy.institution.name}",
    }


def _holder(order: Order) -> Holder:
    return Holder(
        subject_id=f"urn:uuid:{uuid.uuid4()}",
        names=order.wishes.names.of(order.holder),
        email=order.holder.email if order.wishes.proves_email else "",
        email_salt=secrets.token_hex(SALT_BYTES),
    )


def _rule_set_facts(rule_set: RuleSet, language: str) -> RuleSetFacts:
    rules = rule_set.compiled
    url = f"{settings.BASE_URL}/rules/{rule_set.slug}/v{rule_set.version}"
    return RuleSetFacts(
        url=url,
        source_url=f"{url}.toml",
        slug=rule_set.slug,
        version=rule_set.version,
        title=rules.title.in_language(language),
        description=rules.description.in_language(language),
        source=rule_set.source,
        reads=facts_read(rules),
        alignments=rules.alignments,
    )


def _project_facts(counted: Sequence[Counted]) -> list[ProjectFacts]:
    projects = dict.fromkeys(each.project for each in counted)
    return [ProjectFacts(project.name, project_url(project)) for project in projects]


def _totals(evidence: Sequence[EvidenceItem]) -> list[KindTotal]:
    kinds = sorted({item.category for item in evidence})
    return [
        KindTotal(
            kind=kind,
            count=sum(item.category == kind for item in evidence),
            points=sum(item.points for item in evidence if item.category == kind),
        )
        for kind in kinds
    ]
