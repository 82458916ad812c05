"""What each participation is worth under a rule set, and why."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity, User
from credits.models.project import Project, RuleSet
from harvesters.models import Contribution, Participation


class ScoreQuerySet(models.QuerySet["Score"]):
    def earned_by(self, user: User) -> Self:
        """Scores of the actors that ``user`` proved to own."""
        actors = Identity.objects.active().filter(user=user).values("actor")
        return self.filter(participation__actor__in=actors)

    def counted(self) -> Self:
        return self.filter(state=Score.State.COUNTED)

    def in_force(self) -> Self:
        """Scores under the rule set that counts; old versions stay for their certificates."""
        return self.filter(is_current=True)


class Score(models.Model):
    """Points of one participation under one rule set: exactly the sum of its reasons.

    ``points`` are integer thousandths. ``reasons`` is a list of objects ``rule``, ``points``,
    ``category``, ``en``, ``zh``, ``inputs``, in the order in which the rules spoke. Work that
    counts with another contribution earns nothing again here; ``counts_with`` is that one.
    """

    class State(models.TextChoices):
        COUNTED = "counted", _("counted")
        WAITING = "waiting", _("waiting")
        NOT_COUNTED = "not_counted", _("not counted")

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="scores")
    project = models.ForeignKey(Project, models.PROTECT, related_name="scores")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="scores")
    points = models.BigIntegerField()
    category = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=State.choices)
    reasons = models.JSONField(default=list)
    facts_digest = models.CharField(max_length=64)
    counts_with = models.ForeignKey(
        Contribution, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_current = models.BooleanField(default=True)
    scored_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "project", "rule_set"], name="score_once_per_rule_set"
            ),
            models.UniqueConstraint(
                fields=["participation"],
                condition=models.Q(is_current=True),
                name="participation_counts_in_one_project",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project"], condition=models.Q(is_current=True), name="current_score"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participation}: {self.decimal_points}"

    @property
    def decimal_points(self) -> Decimal:
        """Points as people read them."""
        return Decimal(self.points) / 1000
