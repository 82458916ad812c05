"""The facts of a certificate: what has to be known before a document can be built from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from credits.core.canonical import DocumentError
from credits.core.inputs import ScoredInput
from credits.core.rules import Alignment


class FactsError(DocumentError):
    """The facts of a certificate contradict each other."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: a did:web, and how people read it."""

    did: str
    name: str
    url: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom it is about. ``subject_id`` is a random URN of this certificate only.

    ``names`` stand in the certificate only if the holder chose so: one, or the name in its own
    script as well. Of ``email`` stands only the
    hash with ``email_salt`` (16 random bytes in hexadecimal): whoever knows the address can
    compare. Student and national numbers never belong here: their hashes are guessed in minutes.
    """

    subject_id: str
    names: Sequence[str] = ()
    email: str = ""
    email_salt: str = ""


@dataclass(frozen=True, slots=True)
class RuleSetFacts:
    """The published rules that gave the points; ``source`` is their text, which gets pinned.

    ``reads`` are the facts that they look at (`scoring_record.facts_read`), ``alignments`` the
    competences that the work shows.
    """

    url: str
    source_url: str
    slug: str
    version: str
    title: str
    description: str
    source: str
    reads: frozenset[str] = frozenset()
    alignments: Sequence[Alignment] = ()


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project that the certificate covers."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class KindTotal:
    """How much of one kind of work: points in thousandths. ``name`` replaces the usual words."""

    kind: str
    count: int
    points: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One counted contribution. ``category`` is the `KindTotal.kind` that it counts to.

    ``digest`` is SHA-256 of the stored facts, ``reasons`` are those of the score,
    ``participation`` is the holder's part in it, by which `ScoringFacts` know it, and ``project``
    the address of its project.
    """

    url: str
    title: str
    category: str
    points: int
    occurred_at: datetime
    repository: str = ""
    external_id: str = ""
    kind: str = ""
    role: str = "author"
    digest: str = ""
    reasons: Sequence[Mapping[str, Any]] = ()
    ai_assistance: Sequence[str] = ()
    participation: int = 0
    project: str = ""


@dataclass(frozen=True, slots=True)
class ScoringFacts:
    """What the points in one project were computed from: what it takes to score them again.

    ``items`` hold the whole of the holder's months and of every work item that is certified,
    ``own`` the contributions among them in which the holder took part.
    """

    project: str
    now: datetime
    items: Sequence[ScoredInput]
    own: frozenset[int]


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that a certificate says. The period ends before ``period_end``.

    ``id`` is the address of the certificate's page; the evidence record lies under it. Advised
    credits are advice, by the policy that ``advised_by`` names; ``credits_earned`` is only for an
    issuer that grants credits itself.
    """

    id: str
    code: str
    issuer: Issuer
    holder: Holder
    period_start: datetime
    period_end: datetime
    issued_at: datetime
    rule_set: RuleSetFacts
    projects: Sequence[ProjectFacts]
    totals: Sequence[KindTotal]
    evidence: Sequence[EvidenceItem]
    status_list_url: str
    status_index: int
    expires_at: datetime | None = None
    language: str = "en"
    advised_credits: Decimal | None = None
    advised_by: str = ""
    credits_earned: Decimal | None = None
    scoring: Sequence[ScoringFacts] = ()

    @property
    def evidence_url(self) -> str:
        return f"{self.id}/evidence.json"

    @property
    def points(self) -> int:
        return sum(total.points for total in self.totals)

    @property
    def count(self) -> int:
        return sum(total.count for total in self.totals)


def refuse_contradictions(facts: CertificateFacts) -> None:
    """Raise FactsError unless the totals are those of the evidence and the period is one."""
    if facts.period_start >= facts.period_end:
        raise FactsError(f"the period ends ({facts.period_end}) before it starts")
    points: Counter[str] = Counter()
    counts = Counter(item.category for item in facts.evidence)
    for item in facts.evidence:
        points[item.category] += item.points
    for total in facts.totals:
        found = (counts.pop(total.kind, 0), points.pop(total.kind, 0))
        if found != (total.count, total.points):
            raise FactsError(
                f"{total.kind}: the evidence has {found[0]} items with {found[1]} thousandths,"
                f" the total says {total.count} with {total.points}"
            )
    if counts:
        raise FactsError(f"evidence of {sorted(counts)} has no total")
