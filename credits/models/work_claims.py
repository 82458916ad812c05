"""Claims of work that no forge shows: talks, mentoring, design, translation elsewhere."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity, User
from credits.models.project import Project
from harvesters.models import Actor, Contribution


class WorkClaimQuerySet(models.QuerySet["WorkClaim"]):
    def waiting(self) -> Self:
        return self.filter(state=WorkClaim.State.CLAIMED)

    def about(self, user: User) -> Self:
        """Claims of the person's work, whoever made them."""
        actors = Identity.objects.active().filter(user=user).values("actor")
        return self.filter(Q(claimant=user) | Q(nominee__in=actors))

    def mentored(self, user: User) -> Self:
        """Claims that somebody mentored the person."""
        actors = Identity.objects.active().filter(user=user).values("actor")
        return self.filter(kind=WorkClaim.Kind.MENTORING, mentee__in=actors)


class WorkClaim(models.Model):
    """Somebody says that a person did a piece of work which no forge shows.

    The person is the ``claimant``, or, where somebody else names the person, the ``nominee``: a
    forge account, whoever proves to own it. A maintainer of the project decides; once confirmed,
    the work is a contribution as any other. The ``amount`` is in the unit of its kind (`UNITS`).
    """

    class Kind(models.TextChoices):
        TALK = "talk", _("talk")
        TUTORIAL = "tutorial", _("tutorial")
        EVENT = "event", _("event")
        DESIGN = "design", _("design")
        MENTORING = "mentoring", _("mentoring")
        ANNOTATION = "annotation", _("annotation of data")
        BENCHMARK = "benchmark", _("benchmark")
        BENCHMARK_REPRODUCTION = (
            "benchmark-reproduction",
            _("reproduction of a benchmark"),
        )
        REPRODUCTION = "reproduction", _("reproduction of a fault")
        TRANSLATION = "translation", _("translation")
        MODERATION = "moderation", _("moderation")

    class State(models.TextChoices):
        CLAIMED = "claimed", _("waits for a maintainer")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Source(models.TextChoices):
        FORM = "form", _("claimed by the person")
        NOMINATION = "nomination", _("named by a maintainer")
        ALL_CONTRIBUTORS = "all-contributors", _("from .all-contributorsrc")

    project = models.ForeignKey(Project, models.PROTECT, related_name="work_claims")
    claimant = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="work_claims"
    )
    nominee = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    nominated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=500, blank=True)
    happened_on = models.DateField()
    amount = models.PositiveIntegerField(default=0)
    ai_assisted = models.BooleanField(default=False)
    note = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.FORM)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CLAIMED)
    claimed_at = models.DateTimeField()
    mentee = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    mentee_confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision_reason = models.CharField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    contribution = models.OneToOneField(
        Contribution, models.PROTECT, null=True, blank=True, related_name="work_claim"
    )

    objects = WorkClaimQuerySet.as_manager()

    class Meta:
        ordering = ["claimed_at", "id"]
        indexes = [models.Index(fields=["project", "state"], name="work_claim_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(claimant=None) ^ Q(nominee=None), name="work_claim_is_of_one_person"
            ),
            models.CheckConstraint(
                condition=Q(mentee=None) | Q(kind="mentoring"), name="only_mentoring_has_a_mentee"
            ),
            models.UniqueConstraint(
                fields=["project", "claimant", "nominee", "kind", "title", "happened_on", "mentee"],
                condition=Q(state__in=["claimed", "confirmed"]),
                nulls_distinct=False,
                name="work_claimed_once",
            ),
            models.UniqueConstraint(
                fields=["project", "nominee", "kind", "title"],
                condition=Q(source="all-contributors"),
                name="work_imported_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


UNITS = {
    WorkClaim.Kind.TALK: _("hours"),
    WorkClaim.Kind.TUTORIAL: _("hours"),
    WorkClaim.Kind.EVENT: _("hours"),
    WorkClaim.Kind.DESIGN: _("hours"),
    WorkClaim.Kind.MENTORING: _("people"),
    WorkClaim.Kind.ANNOTATION: _("items"),
    WorkClaim.Kind.BENCHMARK: _("items"),
    WorkClaim.Kind.BENCHMARK_REPRODUCTION: _("items"),
    WorkClaim.Kind.REPRODUCTION: _("items"),
    WorkClaim.Kind.TRANSLATION: _("words"),
    WorkClaim.Kind.MODERATION: _("acts"),
}
"""What the amount of each kind counts; a claim of mentoring is always of one person."""
