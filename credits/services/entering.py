"""Entering certificates: what one says is gathered, kept, and committed to in the log.

Signing comes after, and signs only what is in the log; see `signing.py`.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from credits.core.canonical import DocumentError, canonical_json
from credits.core.certificate_facts import ScoringFacts
from credits.core.credential import (
    CertificateFacts,
    build_credential,
    build_evidence_record,
)
from credits.core.log import document_body
from credits.core.proof import refuse_unsignable
from credits.models import (
    Certificate,
    CertificateItem,
    LogEntry,
    RuleSet,
    StatusList,
)
from credits.services.counted import Counted, Cover, counted_by
from credits.services.errors import CreditsError
from credits.services.institutions import members_among, refuse_stranger
from credits.services.log import append_entries
from credits.services.scoring_evidence import (
    gather_scoring,
    refuse_stale,
)
from credits.services.stating import Order, facts_for
from credits.services.status import reserve_places, status_list_url
from credits.services.wishes import Wishes


class NothingToCertifyError(CreditsError):
    """No counted contribution lies in this period; choose another, or another project."""


class SeveralRuleSetsError(CreditsError):
    """The contributions were scored by several rule sets; choose one project."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why somebody gets no certificate; nothing was written for that person."""

    holder: User
    error: CreditsError | DocumentError


@dataclass(frozen=True, slots=True)
class _Draft:
    """A certificate that is worked out but has no place in a status list yet."""

    holder: User
    counted: Sequence[Counted]
    facts: CertificateFacts
    evidence: bytes


@dataclass(frozen=True, slots=True)
class _Placed:
    """A certificate as it is written down and signed."""

    draft: _Draft
    index: int
    document: dict[str, Any]


def enter_certificate(holder: User, cover: Cover, wishes: Wishes, *, now: datetime) -> Certificate:
    """Keep what the certificate will say, with its entry in the log; it is not signed yet.

    Raises:
        NothingToCertifyError, SeveralRuleSetsError, ScoresAreStaleError
        NotAMemberError, NoInstitutionKeyError
        UnsignableError: a name or title that verifiers in the field read differently.
    """
    entered, refused = enter_certificates([holder], cover, wishes, now=now)
    for each in refused:
        raise each.error
    return entered[0]


@transaction.atomic
def enter_certificates(
    holders: Sequence[User], cover: Cover, wishes: Wishes, *, now: datetime
) -> tuple[list[Certificate], list[Refused]]:
    """One certificate for each of ``holders``, and who gets none and why.

    All of them are written or none. The number of queries does not grow with theirs. What takes
    long is done before others have to wait: for the places, and for the log.
    """
    members = _members_among(holders, cover, wishes)
    counted = counted_by(cover, holders)
    scoring = gather_scoring(counted)
    drafts, refused = [], []
    for holder in holders:
        order = Order(holder, cover, wishes, now)
        try:
            if wishes.issuer is not None:
                refuse_stranger(holder, wishes.issuer, members)
            drafts.append(_draft(order, counted.get(holder.pk, []), scoring.get(holder.pk, [])))
        except (CreditsError, DocumentError) as error:
            refused.append(Refused(holder, error))
    if not drafts:
        return [], refused
    status_list, indexes = reserve_places(len(drafts), wishes.issuer)
    placed = []
    for draft, index in zip(drafts, indexes, strict=True):
        try:
            placed.append(_placed(draft, status_list, index))
        except DocumentError as error:
            refused.append(Refused(draft.holder, error))
    return _kept(placed, status_list, now), refused


def _members_among(holders: Sequence[User], cover: Cover, wishes: Wishes) -> Collection[int]:
    """Who may have a certificate of the institution in whose name it is to be issued.

    Whoever has one and left keeps it: what supersedes it is issued in the same name.
    """
    if wishes.issuer is None or cover.former is not None:
        return {holder.pk for holder in holders}
    return members_among(wishes.issuer, holders)


def _draft(order: Order, counted: Sequence[Counted], scoring: Sequence[ScoringFacts]) -> _Draft:
    rule_set = _one_rule_set(counted)
    facts = facts_for(order, counted, scoring, rule_set)
    record = build_evidence_record(facts)
    refuse_stale(record, rule_set)
    return _Draft(order.holder, counted, facts, canonical_json(record))


def _placed(draft: _Draft, status_list: StatusList, index: int) -> _Placed:
    url = status_list_url(status_list.number)
    facts = replace(draft.facts, status_list_url=url, status_index=index)
    document = build_credential(facts, draft.evidence)
    refuse_unsignable(document)
    return _Placed(draft, index, document)


def _one_rule_set(counted: Sequence[Counted]) -> RuleSet:
    rule_sets = {each.rule_set for each in counted}
    if not rule_sets:
        raise NothingToCertifyError
    if len(rule_sets) > 1:
        raise SeveralRuleSetsError
    return rule_sets.pop()


def _kept(placed: Sequence[_Placed], status_list: StatusList, now: datetime) -> list[Certificate]:
    """Write ``placed`` down, with their entries in the log."""
    drafts = [each.draft for each in placed]
    bodies = [document_body(each.document) for each in placed]
    entries = append_entries(LogEntry.Kind.ISSUE, bodies, now=now)
    certificates = [
        Certificate(
            code=draft.facts.code,
            holder=draft.holder,
            period_start=draft.facts.period_start,
            period_end=draft.facts.period_end,
            rule_set=draft.counted[0].rule_set,
            points=draft.facts.points,
            credential=json.dumps(each.document, ensure_ascii=False),
            evidence=draft.evidence.decode(),
            digest=entry.body_digest,
            status_list=status_list,
            status_index=each.index,
            log_entry=entry,
            issued_at=now,
            expires_at=draft.facts.expires_at,
        )
        for draft, each, entry in zip(drafts, placed, entries, strict=True)
    ]
    _write(certificates)
    _keep_items(certificates, drafts)
    return certificates


def _write(certificates: Sequence[Certificate]) -> None:
    """Insert ``certificates`` by COPY: the drivers' other ways quote each letter of the texts."""
    names = [each.attname for each in Certificate._meta.concrete_fields if not each.primary_key]  # noqa: SLF001
    copy = f"COPY credits_certificate ({', '.join(names)}) FROM STDIN"
    with connection.cursor() as sql, sql.copy(copy) as stream:
        for each in certificates:
            stream.write_row([getattr(each, name) for name in names])
    entries = [each.log_entry_id for each in certificates]
    keys = dict(Certificate.entered.filter(log_entry__in=entries).values_list("log_entry_id", "pk"))
    for each in certificates:
        each.pk = keys[each.log_entry_id]


def _keep_items(certificates: Sequence[Certificate], drafts: Sequence[_Draft]) -> None:
    """What each certificate counts, and the projects that it covers."""
    pairs = list(zip(certificates, drafts, strict=True))
    items = [
        CertificateItem(
            certificate=certificate,
            participation_id=each.participation,
            points=each.points,
            category=each.category,
        )
        for certificate, draft in pairs
        for each in draft.counted
    ]
    CertificateItem.objects.bulk_create(items, batch_size=2000)
    covers = Certificate.projects.through
    covers.objects.bulk_create(
        covers(certificate=certificate, project=project)
        for certificate, draft in pairs
        for project in {each.project for each in draft.counted}
    )
