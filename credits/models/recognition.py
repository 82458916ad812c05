"""What a university does with a certificate: policy, application, decision, booking."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Membership, User
from credits.models.certificate import Certificate
from harvesters.models import Participation


class CreditPolicy(models.Model):
    """An institution's rules from points to credits. A published version never changes."""

    class Audience(models.TextChoices):
        STUDENT = "student", _("students")
        TEACHER = "teacher", _("teachers")

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="policies")
    slug = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    source = models.TextField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["institution", "slug", "-published_at"]
        verbose_name_plural = "credit policies"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "slug", "version"], name="policy_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        return self.filter(state=Application.State.SUBMITTED)

    def for_registrar(self, user: User) -> Self:
        """Applications to the institutions where ``user`` is a registrar."""
        held = Membership.objects.of(user, Membership.Role.REGISTRAR)
        return self.filter(institution__in=held.values("institution"))


class Application(models.Model):
    """A student's request that an institution turn certificates into credits."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("waits for the registrar")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("not approved")
        WITHDRAWN = "withdrawn", _("withdrawn")

    applicant = models.ForeignKey(User, models.PROTECT, related_name="applications")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="applications")
    policy = models.ForeignKey(CreditPolicy, models.PROTECT, related_name="applications")
    certificates = models.ManyToManyField(Certificate, related_name="applications")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SUBMITTED)
    proposal = models.JSONField(default=dict)
    proposed_credits = models.DecimalField(max_digits=6, decimal_places=2)
    note = models.CharField(max_length=1000, blank=True)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="decided_applications"
    )
    decision_reason = models.CharField(max_length=1000, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-id"]

    def __str__(self) -> str:
        return f"{self.applicant} -> {self.institution}"


class RecognitionQuerySet(models.QuerySet["Recognition"]):
    def standing(self) -> Self:
        """Recognitions that count toward a person's credits."""
        return self.exclude(state=Recognition.State.REVERSED)

    def to_review(self) -> Self:
        """Recognitions that rest on a certificate which lost its force."""
        return self.exclude(needs_review_since=None)

    def at(self, institution: Institution) -> Self:
        return self.filter(institution=institution)


class Recognition(models.Model):
    """Credits that a person at a university decided on. Only the university says "booked".

    ``needs_review_since`` is when a certificate behind it lost its force: a person at the
    university then keeps the recognition or takes it back; nothing happens by itself.
    """

    class State(models.TextChoices):
        APPROVED = "approved", _("approved, not yet booked")
        EXPORTED = "exported", _("sent to the student system, not yet booked")
        BOOKED = "booked", _("booked")
        REVERSED = "reversed", _("reversed")

    application = models.OneToOneField(Application, models.PROTECT, related_name="recognition")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="recognitions")
    learner = models.ForeignKey(User, models.PROTECT, related_name="recognitions")
    policy = models.ForeignKey(CreditPolicy, models.PROTECT, related_name="recognitions")
    credits = models.DecimalField(max_digits=6, decimal_places=2)
    term = models.CharField(max_length=32)
    course_code = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.APPROVED)
    external_reference = models.CharField(max_length=100, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="decided_recognitions")
    decided_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)
    needs_review_since = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(credits__gte=Decimal(0)), name="credits_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.credits}"


class RecognitionEvent(models.Model):
    """One step in the life of a recognition; the present state is where the steps lead."""

    recognition = models.ForeignKey(Recognition, models.PROTECT, related_name="events")
    state = models.CharField(max_length=12, choices=Recognition.State.choices)
    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000, blank=True)
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"{self.recognition_id}: {self.state}"


class Claim(models.Model):
    """A participation's academic use. It earns credit once, at one institution."""

    class Purpose(models.TextChoices):
        CREDIT = "credit", _("credit")
        TEACHING = "teaching", _("teacher evaluation")

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="claims")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    application = models.ForeignKey(Application, models.PROTECT, related_name="claims")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "purpose"],
                condition=Q(released_at=None),
                name="participation_earns_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} for {self.purpose}"
