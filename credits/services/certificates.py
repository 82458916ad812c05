"""Certificates: preview, issue with a log entry, revoke, find."""

import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from accounts.models import User
from credits.core.canonical import canonical_json, sha256_hex
from credits.core.code import CodeError, make_code, parse_code
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
from credits.core.proof import add_proofs
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
from credits.services.issuer import issuer_did, issuer_signer, signing_method
from credits.services.log import append_entry
from credits.services.scoring_evidence import (
    evidence_item,
    gather_scoring,
    project_url,
    refuse_stale,
)
from credits.services.status import reserve_place, sign_status_list, status_list_url

VALID_FOR = timedelta(days=5 * 365)
CODE_BYTES = 16
SALT_BYTES = 16


class NothingToCertifyError(CreditsError):
    """No counted contribution lies in this period; choose another, or another project."""


class SeveralRuleSetsError(CreditsError):
    """The contributions were scored by several rule sets; choose one project."""


class AlreadyRevokedError(CreditsError):
    """The certificate was revoked before."""


@dataclass(frozen=True, slots=True)
class CertificatePreview:
    """What a certificate would say; points are thousandths."""

    items_count: int
    points: int
    by_category: Sequence[Mapping[str, Any]]
    projects: list[Project]
    rule_set: RuleSet | None


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked for: whose work of which time, in which project (None: in all)."""

    holder: User
    start: datetime
    end: datetime
    project: Project | None = None
    shows_name: bool = True


def preview_certificate(
    holder: User, *, start: datetime, end: datetime, project: Project | None = None
) -> CertificatePreview:
    """What `issue_certificate` would certify; writes nothing."""
    scores = _scores_of(_Order(holder, start, end, project))
    rows = scores.values("category").annotate(count=Count("id"), points=Sum("points"))
    by_category = list(rows.order_by("category"))
    projects = Project.objects.filter(scores__in=scores).distinct()
    return CertificatePreview(
        items_count=sum(row["count"] for row in by_category),
        points=sum(row["points"] for row in by_category),
        by_category=by_category,
        projects=list(projects),
        rule_set=RuleSet.objects.filter(scores__in=scores).first(),
    )


def _scores_of(order: _Order) -> QuerySet[Score]:
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
def issue_certificate(
    holder: User,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    project: Project | None = None,
    shows_name: bool = True,
) -> Certificate:
    """Sign a certificate of the work from ``start`` until before ``end``, in one project or all.

    It is entered in the log in the same transaction.

    Raises:
        NothingToCertifyError, SeveralRuleSetsError, ScoresAreStaleError
    """
    order = _Order(holder, start, end, project, shows_name=shows_name)
    scores = list(
        _scores_of(order)
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
    credential = _signed(build_credential(facts, evidence), now)
    entry = append_entry(LogEntry.Kind.ISSUE, credential.encode(), now=now)
    certificate = Certificate.objects.create(
        code=code,
        holder=order.holder,
        period_start=order.start,
        period_end=order.end,
        rule_set=rule_set,
        points=facts.points,
        credential=credential,
        evidence=evidence.decode(),
        digest=sha256_hex(credential.encode()),
        status_list=status_list,
        status_index=status_index,
        log_entry=entry,
        issued_at=now,
        expires_at=facts.expires_at,
    )
    certificate.projects.set({score.project for score in scores})
    _keep_items(certificate, scores)
    if status_list.signed_at is None:
        sign_status_list(status_list, now=now)
    return certificate


@transaction.atomic
def revoke_certificate(certificate: Certificate, *, reason: str, now: datetime) -> Certificate:
    """Withdraw ``certificate`` for good; its status list says so at once.

    Raises:
        AlreadyRevokedError
    """
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_at is not None:
        raise AlreadyRevokedError
    locked.revoked_at, locked.revocation_reason = now, reason
    locked.save(update_fields=["revoked_at", "revocation_reason"])
    sign_status_list(locked.status_list, now=now)
    append_entry(LogEntry.Kind.REVOKE, locked.credential.encode(), now=now)
    return locked


def find_certificate(code: str) -> Certificate | None:
    """The certificate with ``code`` as a person typed it; None where there is none."""
    try:
        return Certificate.objects.filter(code=parse_code(code)).first()
    except CodeError:
        return None


def _one_rule_set(scores: Sequence[Score]) -> RuleSet:
    rule_sets = {score.rule_set for score in scores}
    if not rule_sets:
        raise NothingToCertifyError
    if len(rule_sets) > 1:
        raise SeveralRuleSetsError
    return rule_sets.pop()


def _signed(document: Mapping[str, Any], now: datetime) -> str:
    signer = issuer_signer(now=now)
    method = signing_method(signer)
    signed = add_proofs(document, signer, verification_method=method, created=now)
    return json.dumps(signed, ensure_ascii=False, indent=1)


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
    order: _Order,
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
        can_be_suspended=True,
        scoring=gather_scoring(scores),
    )


def _holder(order: _Order) -> Holder:
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
