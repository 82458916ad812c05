"""What stands behind an application: certificates checked now, contributions with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from credits.core.verdict import CANNOT_TELL, Outcome, Verdict
from credits.models import Application, Certificate, CertificateItem, Score
from credits.services.verification import verify_stored
from harvesters.models import Contribution, Participation

ITEMS_SHOWN = 100

OUTCOMES = {
    Outcome.VALID: _("Valid"),
    Outcome.REVOKED: _("Revoked"),
    Outcome.SUPERSEDED: _("Superseded"),
    Outcome.SUSPENDED: _("Suspended"),
    Outcome.EXPIRED: _("Expired"),
    Outcome.NOT_YET_VALID: _("Not valid yet"),
    Outcome.ALTERED: _("Altered"),
    Outcome.KEY_REVOKED: _("Signed with a stolen key"),
    Outcome.ISSUER_UNKNOWN: _("Issuer unknown"),
    Outcome.STATUS_UNKNOWN: _("Status unknown"),
    Outcome.MALFORMED: _("Not a certificate"),
}


@dataclass(frozen=True, slots=True)
class CheckedCertificate:
    """A certificate and the verdict of this moment."""

    certificate: Certificate
    verdict: Verdict

    @property
    def words(self) -> str:
        return str(OUTCOMES[self.verdict.outcome])

    @property
    def tag(self) -> str:
        """The colour of the tag; the words say the same."""
        if self.verdict.is_valid:
            return "ok"
        return "warn" if self.verdict.outcome in CANNOT_TELL else "bad"


@dataclass(frozen=True, slots=True)
class CountedContribution:
    """One line of evidence: what was done, its points, and why so many."""

    participation: Participation
    points: int
    category: str
    reasons: list[dict[str, Any]]

    @property
    def contribution(self) -> Contribution:
        return self.participation.contribution


def checked_certificates(application: Application, *, now: datetime) -> list[CheckedCertificate]:
    held = application.certificates.select_related(
        "rule_set", "holder", "log_entry", "superseded_by"
    )
    return [
        CheckedCertificate(certificate, verify_stored(certificate, now=now))
        for certificate in held.prefetch_related("projects")
    ]


def counted_contributions(certificates: Sequence[Certificate]) -> list[CountedContribution]:
    """The contributions with most points, each once though several certificates count it."""
    best = _items(certificates).order_by("-points", "participation")[:ITEMS_SHOWN]
    keys = [row["participation"] for row in best]
    participations = Participation.objects.select_related("contribution__repository").in_bulk(keys)
    reasons = _reasons(certificates, keys)
    return [
        CountedContribution(
            participations[row["participation"]],
            row["points"],
            row["category"],
            reasons.get(row["participation"], []),
        )
        for row in best
    ]


def contributions_count(certificates: Sequence[Certificate]) -> int:
    return _items(certificates).count()


def membership_of(application: Application) -> Membership | None:
    """What the applicant is at the institution, with the student number."""
    held = Membership.objects.of(application.applicant, Membership.Role.STUDENT)
    return held.filter(institution=application.institution_id).first()


def _items(certificates: Sequence[Certificate]) -> "QuerySet[CertificateItem, Any]":
    rows = CertificateItem.objects.filter(certificate__in=certificates)
    return rows.values("participation", "category").annotate(points=Max("points"))


def _reasons(
    certificates: Sequence[Certificate], participations: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Reasons by participation, under the rule sets that the certificates name."""
    rule_sets = {certificate.rule_set_id for certificate in certificates}
    scores = Score.objects.filter(participation__in=participations, rule_set__in=rule_sets)
    return {score.participation_id: score.trace for score in scores.select_related("rule_set")}
