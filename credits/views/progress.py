"""How far a student is on the way to credits, at each institution that lists the student."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from accounts.models import Institution, Membership, User
from credits.core.policy_reader import parse_policy
from credits.models import Application, CreditPolicy
from credits.services.policies import policy_in_force, prior_credits, propose, term_at
from credits.views.student_forms import free_certificates

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class CreditProgress:
    """Credits recognised, under review, and ready to apply for, of at most ``goal``."""

    institution: Institution
    goal: Decimal
    recognised: Decimal
    under_review: Decimal
    ready: Decimal
    latest: Application | None


def credit_progress(user: User, *, now: datetime) -> list[CreditProgress]:
    """One for each institution with a policy; a student has one as a rule."""
    enrolled = Membership.objects.of(user, Membership.Role.STUDENT).select_related("institution")
    found = [
        (membership.institution, policy_in_force(membership.institution, STUDENTS, now=now))
        for membership in enrolled
    ]
    return [_progress(user, at, policy, now) for at, policy in found if policy is not None]


STUDENTS = CreditPolicy.Audience.STUDENT


def _progress(
    user: User, institution: Institution, policy: CreditPolicy, now: datetime
) -> CreditProgress:
    goal = parse_policy(policy.source).max_per_degree
    recognised = prior_credits(user, policy, term_at(institution, now)).degree
    sent = Application.objects.filter(applicant=user, institution=institution)
    open_sum = sent.open().aggregate(sum=Sum("proposed_credits"))["sum"] or NOTHING
    free = list(free_certificates(user, now))
    proposed = propose(user, free, policy, now=now).credits if free else NOTHING
    room = max(goal - recognised - open_sum, NOTHING)
    return CreditProgress(
        institution=institution,
        goal=goal,
        recognised=recognised,
        under_review=open_sum,
        ready=min(proposed, room),
        latest=sent.select_related("institution", "recognition").first(),
    )
