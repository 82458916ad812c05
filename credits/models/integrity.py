"""Reviews that signals open: what was seen, what the person says, what a person decides."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity, User
from credits.models.project import Project
from harvesters.models import Actor


class IntegrityReviewQuerySet(models.QuerySet["IntegrityReview"]):
    def pending(self) -> Self:
        """Reviews that nobody has decided yet."""
        return self.filter(state__in=IntegrityReview.PENDING)

    def decided(self) -> Self:
        return self.exclude(state__in=IntegrityReview.PENDING)

    def about(self, user: User) -> Self:
        """Reviews of contributions under the accounts that ``user`` proved to own."""
        return self.filter(actor__in=Identity.objects.active().filter(user=user).values("actor"))

    def for_reviewer(self, user: User) -> Self:
        """Reviews that ``user`` may see as a maintainer or an operator; never one about oneself."""
        seen = self if user.is_staff else self.filter(project__maintainers=user)
        own = Identity.objects.active().filter(user=user).values("actor")
        return seen.exclude(actor__in=own)

    def counts(self) -> dict[str, int]:
        """How many there are, as ``all``, and how many of them are ``pending``."""
        pending = models.Count("pk", filter=Q(state__in=IntegrityReview.PENDING))
        return self.aggregate(all=models.Count("pk"), pending=pending)


class IntegrityReview(models.Model):
    """A question about somebody's contributions to a project. It changes no score, ever.

    ``signals`` is what two independent signals said, as `credits.core.signals.Signal` writes it;
    the person and whoever decides are shown the same. ``actor`` is the first of the person's
    accounts. ``due_at`` is until when the person may answer, then until when it is decided; it is
    None as long as nobody has proved to own the account, for nobody could answer.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ANSWERED = "answered", _("answered, waits for a decision")
        CLEARED = "cleared", _("cleared: nothing is wrong")
        UPHELD = "upheld", _("upheld: the concern stands")

    PENDING = (State.OPEN, State.ANSWERED)
    ANSWER_WITHIN = timedelta(days=14)
    DECIDE_WITHIN_WORKING_DAYS = 10

    project = models.ForeignKey(Project, models.PROTECT, related_name="integrity_reviews")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="integrity_reviews")
    signals = models.JSONField()
    evidence_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="decided_integrity_reviews"
    )
    decision_reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = IntegrityReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "actor"],
                condition=Q(state__in=["open", "answered"]),
                name="one_pending_integrity_review",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], decided_at=None, decided_by=None)
                | (
                    Q(state__in=["cleared", "upheld"])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_reason="")
                ),
                name="integrity_decision_has_who_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False),
                name="answered_integrity_review_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} in {self.project}"

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING

    def is_answerable_at(self, now: datetime) -> bool:
        """Whether the person's time to answer has not run out, or nobody could answer yet."""
        return self.state == self.State.OPEN and (self.due_at is None or now < self.due_at)

    @property
    def contributions(self) -> set[int]:
        """The contributions that its signals speak of."""
        return {shown["contribution"] for signal in self.signals for shown in signal["evidence"]}

    @property
    def people(self) -> set[int]:
        """The accounts of others that its signals name."""
        told: list[dict[str, Any]] = self.signals
        return {person for signal in told for person in signal["people"]}
