"""What people decided on contributions and accounts: scoring takes it as given."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from harvesters.models import Actor, Contribution, Participation


class RulingQuerySet(models.QuerySet["Ruling"]):
    def standing(self) -> Self:
        """Decisions that no later one replaced."""
        return self.filter(replaced_at=None)


class Ruling(models.Model):
    """A decision on a contribution. A later one on the same subject replaces it; both stay.

    ``value`` is for ``acceptance`` {"endorsed": bool, or null where that was taken back}, for
    ``category`` {"category": str}, for ``shares`` {"weights": {participation: weight}}, for
    ``withdrawal`` {"withdrawn": bool} of one participation, for ``guards``
    {"pardoned": [guard ids]}.
    """

    class Subject(models.TextChoices):
        ACCEPTANCE = "acceptance", _("acceptance")
        CATEGORY = "category", _("kind of work")
        SHARES = "shares", _("shares")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        GUARDS = "guards", _("state")

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="rulings")
    participation = models.ForeignKey(
        Participation, models.PROTECT, null=True, blank=True, related_name="rulings"
    )
    subject = models.CharField(max_length=16, choices=Subject.choices)
    value = models.JSONField()
    reason = models.CharField(max_length=1000)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        ordering = ["decided_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "participation", "subject"],
                condition=Q(replaced_at=None),
                nulls_distinct=False,
                name="one_ruling_stands_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(subject="withdrawal") ^ Q(participation__isnull=True),
                name="withdrawal_names_a_participation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution}: {self.subject}"


class BotVerdictQuerySet(models.QuerySet["BotVerdict"]):
    def standing(self) -> Self:
        return self.filter(replaced_at=None)


class BotVerdict(models.Model):
    """A decision whether an account is a bot, against what its forge says or its name suggests."""

    actor = models.ForeignKey(Actor, models.PROTECT, related_name="bot_verdicts")
    is_bot = models.BooleanField()
    reason = models.CharField(max_length=1000)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = BotVerdictQuerySet.as_manager()

    class Meta:
        ordering = ["decided_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor"], condition=Q(replaced_at=None), name="one_bot_verdict_stands"
            )
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.is_bot}"
