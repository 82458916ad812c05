"""What each participation is worth under a rule set, and why."""

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity, User
from credits.core.traces import trace
from credits.models.project import Project, RuleSet
from harvesters.models import Contribution, Participation, Repository


class ScoreQuerySet(models.QuerySet["Score"]):
    def earned_by(self, user: User) -> Self:
        """Scores of the actors that ``user`` proved to own."""
        actors = Identity.objects.active().filter(user=user).values("actor")
        return self.filter(participation__actor__in=actors)

    def counted(self) -> Self:
        return self.filter(state=Score.State.COUNTED)

    def in_force(self) -> Self:
        """Scores under the rule set by which their project counts; others stay beside them."""
        return self.filter(rule_set=F("project__scored_by"))


class Score(models.Model):
    """Points of one participation under one rule set: exactly the sum of its reasons.

    ``points`` are integer thousandths. ``reasons`` is a list of objects ``rule``, ``points``,
    ``inputs``, in the order in which the rules spoke; their sentences stand in the rule set. Work
    that counts with another contribution earns nothing again here; ``counts_with`` is that one.
    ``waits_until`` is when what waits may count.

    Projects and rule sets are written by scoring itself, and never deleted: the database does not
    look them up for each score, which took a third of the time of a whole history.
    """

    class State(models.TextChoices):
        COUNTED = "counted", _("counted")
        WAITING = "waiting", _("waiting")
        NOT_COUNTED = "not_counted", _("not counted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    participation = models.ForeignKey(
        Participation, models.PROTECT, related_name="scores", db_index=False
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="scores", db_index=False, db_constraint=False
    )
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="scores", db_index=False, db_constraint=False
    )
    points = models.BigIntegerField()
    category = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=State.choices)
    reasons = models.JSONField(default=list)
    facts_digest = models.CharField(max_length=64)
    counts_with = models.ForeignKey(
        Contribution, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    waits_until = models.DateTimeField(null=True, blank=True)
    scored_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "rule_set"], name="score_once_per_rule_set"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "rule_set"], name="score_by_project"),
            models.Index(
                fields=["counts_with"],
                condition=Q(counts_with__isnull=False),
                name="score_by_what_counts",
            ),
            models.Index(
                fields=["waits_until"],
                condition=Q(waits_until__isnull=False),
                name="score_by_end_of_wait",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation}: {self.decimal_points}"

    @property
    def decimal_points(self) -> Decimal:
        """Points as people read them."""
        return Decimal(self.points) / 1000

    @property
    def trace(self) -> list[dict[str, Any]]:
        """The reasons with their sentences in both languages."""
        return trace(self.reasons, self.rule_set.compiled)

    @property
    def decisive(self) -> dict[str, Any] | None:
        """The reason that left nothing: the last one, as each stands on those before it."""
        lines = self.trace
        return lines[-1] if lines else None


class Placement(models.Model):
    """Whose work a participation is, in which month and which work item.

    ``person`` is the smallest key of the actors that one person proved to own, ``month`` is of
    `credits.core.periods`, ``work_item`` of `credits.core.work_items`. Scores of one person and
    month depend on nothing but these and the work items in them, so that little is computed anew
    when little changed. The participation stands for the rest of it in the database's checks.
    """

    participation = models.OneToOneField(
        Participation, models.CASCADE, primary_key=True, related_name="placement"
    )
    contribution = models.ForeignKey(
        Contribution, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    person = models.BigIntegerField()
    month = models.IntegerField()
    work_item = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "month", "person"], name="placement_by_month"),
            models.Index(
                fields=["work_item"],
                condition=Q(work_item__isnull=False),
                name="placement_by_work_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id}: {self.person} in {self.month}"


class RepositoryStanding(models.Model):
    """How a repository stood as a whole, when that was last looked at.

    It is one person's own sandbox or not, and its sources tell changes or not.
    """

    repository = models.OneToOneField(Repository, models.CASCADE, primary_key=True)
    is_sandbox = models.BooleanField()
    tells_changes = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.repository_id}: {self.is_sandbox}, {self.tells_changes}"


class ScoredMonth(models.Model):
    """From what a person's month was scored last under a rule set, in eight bytes.

    Scores of a rule set that no longer counts stay as they were, while facts go on. Where the
    facts of a month are still those that it was scored from, its scores can be computed again,
    which `opencredits fsck` does; where not, they cannot. ``inputs`` is the sum of the stamps
    (`credits.services.loading`) of all contributions that it takes.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    rule_set = models.ForeignKey(
        RuleSet, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    person = models.BigIntegerField()
    month = models.IntegerField()
    inputs = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "rule_set", "month", "person"], name="month_scored_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.month}"


class RuleSetScoring(models.Model):
    """The whole of a project was scored under a rule set: since then, only what changes is.

    A rule set that no longer counts has none: should it count again, all is scored again.

    ``repositories`` are the keys of those that counted in the project then.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="scorings")
    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="scorings")
    repositories = models.JSONField(default=list)
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "rule_set"], name="scoring_once")]

    def __str__(self) -> str:
        return f"{self.project}: {self.rule_set}"
