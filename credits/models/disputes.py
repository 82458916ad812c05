"""Disputes: a person says that a score is wrong, and somebody else must answer by a day."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from accounts.models import Identity, User
from credits.core.working_days import due_at
from credits.models.project import Project
from credits.models.scoring import Score
from harvesters.models import Participation

ANSWER_WITHIN = 10
"""Working days within which a dispute is decided, an appeal is made, and one is decided."""


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def pending(self) -> Self:
        """Those that wait for a decision, the first or the second."""
        return self.filter(state__in=Dispute.PENDING)

    def by_due_date(self) -> Self:
        return self.order_by(Coalesce("appeal_due_at", "due_at"), "pk")

    def seen_by(self, user: User) -> Self:
        """Disputes about the projects that ``user`` looks after; staff sees all of them."""
        if user.is_staff:
            return self
        return self.filter(project__in=Project.objects.maintained_by(user).values("pk"))

    def to_decide_by(self, user: User, now: datetime) -> Self:
        """What ``user`` may decide at ``now``: never what touches the person's own work.

        Maintainers decide. To staff comes what no maintainer may decide, what is overdue, and
        each appeal. Who decided first does not decide the appeal.
        """
        others = self.pending().exclude(opened_by=user).exclude(decided_by=user)
        others = others.exclude(_has_work_of(Identity.objects.active().filter(user=user)))
        mine = Q(project__in=Project.objects.maintained_by(user).values("pk"))
        if user.is_staff:
            mine |= Q(state=Dispute.State.APPEALED) | Q(due_at__lt=now) | Q(~_has_a_judge())
        return others.filter(mine)


class Dispute(models.Model):
    """One person's objection to the score of one participation, and what was decided on it.

    ``wanted`` is for ``category`` {"category": str}, for ``share`` {"weights": {participation:
    weight}}, for ``state`` {"counts": true}, for ``bot`` {"is_bot": false}. ``before`` is the
    score as it stood when the dispute was opened, ``after`` as it stands since it was accepted
    and scored anew: ``points``, ``category``, ``state``, ``reasons``, and the ``rule_set`` (its
    key) that has the sentences. ``decided_by`` decided first; an appeal is decided by another.
    """

    class Subject(models.TextChoices):
        CATEGORY = "category", pgettext_lazy("dispute", "kind of work")
        SHARE = "share", pgettext_lazy("dispute", "share")
        STATE = "state", pgettext_lazy("dispute", "whether it counts")
        BOT = "bot", pgettext_lazy("dispute", "taken for a bot")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("dispute", "open")
        APPEALED = "appealed", pgettext_lazy("dispute", "appealed")
        ACCEPTED = "accepted", pgettext_lazy("dispute", "accepted")
        REJECTED = "rejected", pgettext_lazy("dispute", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "withdrawn")

    PENDING = (State.OPEN, State.APPEALED)

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="disputes")
    project = models.ForeignKey(Project, models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="disputes")
    subject = models.CharField(max_length=8, choices=Subject.choices)
    wanted = models.JSONField()
    reason = models.CharField(max_length=2000)
    evidence = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision_reason = models.CharField(max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_reason = models.CharField(max_length=2000, blank=True)
    appeal_due_at = models.DateTimeField(null=True, blank=True)
    appeal_decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    appeal_decision_reason = models.CharField(max_length=2000, blank=True)
    appeal_decided_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField()
    after = models.JSONField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "subject"],
                condition=Q(state__in=("open", "appealed")),
                name="one_pending_dispute_per_subject",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("opened_by")),
                name="nobody_decides_their_own_dispute",
            ),
            models.CheckConstraint(
                condition=~Q(appeal_decided_by=F("opened_by"))
                & ~Q(appeal_decided_by=F("decided_by")),
                name="appeal_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) ^ ~Q(decision_reason=""),
                name="dispute_decision_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decided_at=None) ^ ~Q(appeal_decision_reason=""),
                name="appeal_decision_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "due_at"],
                condition=Q(state__in=("open", "appealed")),
                name="dispute_by_due_date",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state="accepted", after__isnull=True),
                name="dispute_without_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation}: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("dispute", args=[self.pk])

    @property
    def is_pending(self) -> bool:
        return self.state in self.PENDING

    @property
    def answer_due_at(self) -> datetime:
        """When the decision that is waited for, or was the last, is due."""
        return self.appeal_due_at or self.due_at

    def is_overdue_at(self, now: datetime) -> bool:
        return self.is_pending and self.answer_due_at < now

    @property
    def appeal_until(self) -> datetime | None:
        """Until when the person may ask for a second decision; None where there is none to ask."""
        if self.state != self.State.REJECTED or self.appealed_at or self.decided_at is None:
            return None
        return due_at(self.decided_at, ANSWER_WITHIN)

    def can_be_appealed_at(self, now: datetime) -> bool:
        return self.appeal_until is not None and now <= self.appeal_until

    @property
    def points_change(self) -> int | None:
        """By how much the outcome changed the points, in thousandths; None before that."""
        found: dict[str, Any] | None = self.after
        return None if found is None else int(found["points"]) - int(self.before["points"])


def _has_work_of(identities: models.QuerySet[Identity]) -> Exists:
    """Whether one of the accounts has a score of its own on the disputed contribution."""
    theirs = Score.objects.filter(
        participation__contribution=OuterRef("participation__contribution"),
        participation__actor__in=identities.values("actor"),
    )
    return Exists(theirs)


def _has_a_judge() -> Exists:
    """Whether a maintainer of the project is neither the person nor shares the contribution."""
    contributors = Identity.objects.active().filter(
        actor__participations__contribution=OuterRef(OuterRef("participation__contribution")),
        actor__participations__scores__isnull=False,
    )
    maintainers = User.objects.filter(projects=OuterRef("project"), is_active=True)
    free = maintainers.exclude(pk=OuterRef("opened_by"))
    return Exists(free.exclude(pk__in=contributors.values("user")))
