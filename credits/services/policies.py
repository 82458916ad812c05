"""Credit policies: publish them, find the one in force, ask what it would give."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum

from accounts.models import Institution, Membership, User
from credits.core.policy import PriorCredits, Proposal
from credits.core.policy import propose as propose_credits
from credits.core.policy_reader import parse_policy
from credits.models import Certificate, CreditPolicy, Recognition
from credits.services.counted import Counted
from credits.services.creditable import CreditableItem, creditable, creditable_work
from credits.services.errors import CreditsError

FIRST_TERM_STARTS = 8
"""The month in which the academic year begins."""


class PolicyVersionTakenError(CreditsError):
    """A version that was published never changes; give the new text a new version."""


@transaction.atomic
def publish_policy(institution: Institution, source: str, *, now: datetime) -> CreditPolicy:
    """Put a credit policy into force; the same version twice is the same policy.

    Raises:
        PolicyError: the source is not a policy; it says where.
        PolicyVersionTakenError: this version was published with another text.
    """
    policy = parse_policy(source)
    stored, created = CreditPolicy.objects.get_or_create(
        institution=institution,
        slug=policy.slug,
        version=policy.version,
        defaults={
            "audience": policy.audience,
            "source": source,
            "digest": policy.digest,
            "published_at": now,
        },
    )
    if stored.digest != policy.digest:
        raise PolicyVersionTakenError
    if created:
        earlier = CreditPolicy.objects.filter(institution=institution, slug=policy.slug)
        earlier.filter(retired_at=None).exclude(pk=stored.pk).update(retired_at=now)
    return stored


def policy_in_force(
    institution: Institution, audience: CreditPolicy.Audience, *, now: datetime
) -> CreditPolicy | None:
    """The policy by which ``institution`` decides about ``audience`` at ``now``."""
    published = institution.policies.filter(audience=audience, published_at__lte=now)
    return published.filter(retired_at=None).order_by("-published_at", "-pk").first()


def policies_for(learner: User, *, now: datetime) -> QuerySet[CreditPolicy]:
    """The policies for students in force at the institutions of ``learner``."""
    institutions = Membership.objects.of(learner, Membership.Role.STUDENT).values("institution")
    newest = CreditPolicy.objects.filter(
        institution=OuterRef("institution"),
        audience=CreditPolicy.Audience.STUDENT,
        published_at__lte=now,
        retired_at=None,
    ).order_by("-published_at", "-pk")
    return CreditPolicy.objects.filter(
        institution__in=institutions, pk=Subquery(newest.values("pk")[:1])
    ).select_related("institution")


def propose(
    applicant: User, certificates: Sequence[Certificate], policy: CreditPolicy, *, now: datetime
) -> Proposal:
    """What ``policy`` gives for ``certificates``; a contribution in two of them counts once.

    Levels are cumulative: what was recognised before counts toward the level, and the credits it
    brought are taken off. So two applications give together what one would have given. What
    projects did not take as coursework is left out, and the reasons say so.
    """
    found = creditable(certificates, before=recognised_certificates(applicant, policy))
    return propose_credits(
        parse_policy(policy.source),
        _totals(found.items),
        prior=prior_credits(applicant, policy, term_at(policy.institution, now)),
        now=now,
        left_out=found.reasons,
    )


def advised_credits(counted: Sequence[Counted], policy: CreditPolicy, *, now: datetime) -> Decimal:
    """What ``policy`` would give for this work alone, whatever was recognised before."""
    found = creditable_work(counted)
    nothing = PriorCredits(term=Decimal(0), degree=Decimal(0))
    totals = _totals(found.items)
    return propose_credits(parse_policy(policy.source), totals, prior=nothing, now=now).credits


def recognised_certificates(applicant: User, policy: CreditPolicy) -> list[Certificate]:
    """The certificates that brought ``applicant`` credits under ``policy`` already."""
    standing = _standing(applicant, policy)
    return list(Certificate.objects.filter(applications__recognition__in=standing).distinct())


def points_of(certificates: Sequence[Certificate]) -> Mapping[str, int]:
    """Points (thousandths) that earn credits, by category; each participation at its highest."""
    return _totals(creditable(certificates).items)


def _totals(items: Sequence[CreditableItem]) -> Mapping[str, int]:
    totals: Counter[str] = Counter()
    for item in items:
        totals[item.category] += item.points
    return dict(totals)


def prior_credits(applicant: User, policy: CreditPolicy, term: str) -> PriorCredits:
    """Credits that ``applicant`` holds under ``policy``, in ``term`` and in all."""
    standing = _standing(applicant, policy)
    in_term = standing.filter(term=term)
    return PriorCredits(term=_sum_credits(in_term), degree=_sum_credits(standing))


def _standing(applicant: User, policy: CreditPolicy) -> QuerySet[Recognition]:
    return Recognition.objects.standing().filter(
        learner=applicant, institution=policy.institution_id, policy__slug=policy.slug
    )


def _sum_credits(recognitions: QuerySet[Recognition]) -> Decimal:
    return recognitions.aggregate(total=Sum("credits"))["total"] or Decimal(0)


def term_at(institution: Institution, now: datetime) -> str:
    """The academic term of ``institution`` at ``now``, by its own calendar."""
    return term_of(now.astimezone(ZoneInfo(institution.time_zone)).date())


def term_of(day: date) -> str:
    """The academic term that holds ``day``: ``2026-2027-1`` from August to January, else -2."""
    if day.month >= FIRST_TERM_STARTS:
        return f"{day.year}-{day.year + 1}-1"
    if day.month == 1:
        return f"{day.year - 1}-{day.year}-1"
    return f"{day.year - 1}-{day.year}-2"
