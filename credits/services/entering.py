"""Entering certificates: what one says is gathered, kept, and committed to in the log.

Signing comes after, and signs only what is in the log; see `signing.py`.
"""

import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from credits.core.canonical import canonical_json
from credits.core.code import make_code
from credits.core.credential import (
    CertificateFacts,
    EvidenceItem,
    Holder,
    Issuer,
    KindTotal,
    ProjectFacts,
    RuleSetFacts,
    build_credential,
    build_evidence_record,
)
from credits.core.log import document_body
from credits.core.proof import refuse_unsignable
from credits.core.scoring_record import facts_read
from credits.models import (
    Certificate,
    CertificateItem,
    LogEntry,
    Project,
    RuleSet,
    Score,
)
from credits.services.errors import CreditsError
from credits.services.issuer import issuer_did
from credits.services.log import append_entry
from credits.services.scoring_evidence import (
    evidence_item,
    gather_scoring,
    project_url,
    refuse_stale,
)
from credits.services.status import reserve_place, status_list_url

VALID_FOR = timedelta(days=5 * 365)
CODE_BYTES = 16
SALT_BYTES = 16


class NothingToCertifyError(CreditsError):
    """No counted contribution lies in this period; choose another, or another project."""


class SeveralRuleSetsError(CreditsError):
    """The contributions were scored by several rule sets; choose one project."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: whose work of which time, in which project (None: in all)."""

    holder: User
    start: datetime
    end: datetime
    project: Project | None = None
    shows_name: bool = True


def scores_of(order: Order) -> QuerySet[Score]:
    """The counted scores that ``order`` covers."""
    scores = (
        Score.objects.earned_by(order.holder)
        .in_force()
        .counted()
        .filter(
            participation__contribution__occurred_at__gte=order.start,
            participation__contribution__occurred_at__lt=order.end,
            points__gt=0,
        )
    )
    return scores.filter(project=order.project) if order.project else scores


@transaction.atomic
def enter_certificate(order: Order, *, now: datetime) -> Certificate:
    """Keep what the certificate will say, with its entry in the log; it is not signed yet.

    Raises:
        NothingToCertifyError, SeveralRuleSetsError, ScoresAreStaleError
        UnsignableError: a name or title that verifiers in the field read differently.
    """
    scores = list(
        scores_of(order)
        .select_related("project", "rule_set", "participation__contribution__repository")
        .order_by("participation__contribution__occurred_at", "pk")
    )
    rule_set = _one_rule_set(scores)
    code = make_code(secrets.token_bytes(CODE_BYTES))
    status_list, status_index = reserve_place()
    facts = _facts(order, scores, code, (status_list.number, status_index), now)
    record = build_evidence_record(facts)
    refuse_stale(record, rule_set)
    evidence = canonical_json(record)
    document = build_credential(facts, evidence)
    refuse_unsignable(document)
    entry = append_entry(LogEntry.Kind.ISSUE, document_body(document), now=now)
    certificate = Certificate.entered.create(
        code=code,
        holder=order.holder,
        period_start=order.start,
        period_end=order.end,
        rule_set=rule_set,
        points=facts.points,
        credential=json.dumps(document, ensure_ascii=False),
        evidence=evidence.decode(),
        digest=entry.body_digest,
        status_list=status_list,
        status_index=status_index,
        log_entry=entry,
        issued_at=now,
        expires_at=facts.expires_at,
    )
    certificate.projects.set({score.project for score in scores})
    _keep_items(certificate, scores)
    return certificate


def _one_rule_set(scores: Sequence[Score]) -> RuleSet:
    rule_sets = {score.rule_set for score in scores}
    if not rule_sets:
        raise NothingToCertifyError
    if len(rule_sets) > 1:
        raise SeveralRuleSetsError
    return rule_sets.pop()


def _keep_items(certificate: Certificate, scores: Sequence[Score]) -> None:
    items = [
        CertificateItem(
            certificate=certificate,
            participation_id=score.participation_id,
            points=score.points,
            category=score.category,
        )
        for score in scores
    ]
    CertificateItem.objects.bulk_create(items, batch_size=2000)


def _facts(
    order: Order,
    scores: Sequence[Score],
    code: str,
    place: tuple[int, int],
    now: datetime,
) -> CertificateFacts:
    number, index = place
    evidence = [evidence_item(score) for score in scores]
    return CertificateFacts(
        id=f"{settings.BASE_URL}/c/{code}",
        code=code,
        issuer=Issuer(issuer_did(), settings.ISSUER_NAME, settings.BASE_URL),
        holder=_holder(order),
        period_start=order.start,
        period_end=order.end,
        issued_at=now,
        rule_set=_rule_set_facts(scores[0].rule_set),
        projects=_project_facts(scores),
        totals=_totals(evidence),
        evidence=evidence,
        status_list_url=status_list_url(number),
        status_index=index,
        expires_at=now + VALID_FOR,
        scoring=gather_scoring(scores),
    )


def _holder(order: Order) -> Holder:
    return Holder(
        subject_id=f"urn:uuid:{uuid.uuid4()}",
        name=str(order.holder) if order.shows_name else "",
        email=order.holder.email,
        email_salt=secrets.token_hex(SALT_BYTES),
    )


def _rule_set_facts(rule_set: RuleSet) -> RuleSetFacts:
    rules = rule_set.compiled
    url = f"{settings.BASE_URL}/rules/{rule_set.slug}/v{rule_set.version}"
    return RuleSetFacts(
        url=url,
        source_url=f"{url}.toml",
        slug=rule_set.slug,
        version=rule_set.version,
        title=rules.title.en,
        description=rules.description.en,
        source=rule_set.source,
        reads=facts_read(rules),
    )


def _project_facts(scores: Sequence[Score]) -> list[ProjectFacts]:
    projects = {score.project.pk: score.project for score in scores}
    return [ProjectFacts(project.name, project_url(project)) for project in projects.values()]


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
