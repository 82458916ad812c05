"""Certificates, and the lists that say which are revoked."""

from datetime import datetime
from decimal import Decimal
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User
from credits.models.log import LogEntry
from credits.models.project import Project, RuleSet
from harvesters.models import Participation

M = TypeVar("M", bound=models.Model)


class StatusList(models.Model):
    """Two Bitstring Status Lists of ours, signed anew when they change and once a day.

    ``credential`` says what is revoked, ``suspensions`` what is suspended; a certificate has the
    same place in both. Decoys are places that no certificate ever gets and that are set all the
    same, so that nobody can count what was revoked. A list is signed by the issuer of the
    certificates in it: by the site, or by the ``institution`` in whose name they are issued.
    """

    SIZE = 131_072

    number = models.PositiveIntegerField(primary_key=True)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="status_lists"
    )
    credential = models.TextField(blank=True)
    suspensions = models.TextField(blank=True)
    decoys = models.JSONField(default=list)
    suspension_decoys = models.JSONField(default=list)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"status list {self.number}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self, now: datetime) -> Self:
        return self.in_force(now).filter(suspended_at=None)

    def in_force(self, now: datetime) -> Self:
        """Neither revoked nor expired, though perhaps suspended."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def held_by(self, user: User) -> Self:
        return self.filter(holder=user)


class SignedManager(models.Manager[M]):
    """Only what is signed: what is merely entered in the log says nothing yet."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(signed_at__isnull=False)


class Certificate(models.Model):
    """A signed statement of what a person contributed in a period.

    It is entered in the log first, and signed after that: until ``signed_at`` is set,
    ``credential`` is the document without proofs, which `objects` does not show.

    What was issued never changes; only its life goes on, and to be revoked is for good. A
    superseded certificate is revoked, and ``superseded_by`` is what took its place.
    ``life_changed_at`` is when that was last so.
    """

    code = models.CharField(max_length=32, unique=True)
    holder = models.ForeignKey(User, models.PROTECT, related_name="certificates")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    projects = models.ManyToManyField(Project, related_name="certificates")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="certificates")
    points = models.BigIntegerField()
    credential = models.TextField(help_text=_("The signed document, byte for byte."))
    evidence = models.TextField(help_text=_("The evidence record that the credential pins."))
    digest = models.CharField(
        max_length=64, help_text=_("What the log entry commits to: the document without proofs.")
    )
    status_list = models.ForeignKey(StatusList, models.PROTECT, related_name="certificates")
    status_index = models.PositiveIntegerField()
    log_entry = models.OneToOneField(LogEntry, models.PROTECT, related_name="certificate")
    issued_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.CharField(max_length=500, blank=True)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=500, blank=True)
    life_changed_at = models.DateTimeField(null=True, blank=True)

    objects = SignedManager.from_queryset(CertificateQuerySet)()
    entered = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="status_index_once"
            ),
            models.CheckConstraint(
                condition=Q(period_start__lt=models.F("period_end")),
                name="certificate_has_a_period",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | Q(revoked_at__isnull=False),
                name="superseded_certificate_is_revoked",
            ),
            models.CheckConstraint(
                condition=~Q(superseded_by=models.F("id")), name="certificate_supersedes_another"
            ),
        ]
        indexes = [
            models.Index(fields=["issued_at", "id"], name="certificate_by_issue"),
            models.Index(
                fields=["id"], condition=Q(signed_at=None), name="certificate_to_be_signed"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.code])

    @property
    def decimal_points(self) -> Decimal:
        """Points as people read them."""
        return Decimal(self.points) / 1000

    def has_expired_at(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_valid_at(self, now: datetime) -> bool:
        """Whether it is in force at ``now``, and not suspended: see `CertificateQuerySet.valid`."""
        is_live = self.revoked_at is None and self.suspended_at is None
        return is_live and not self.has_expired_at(now)


class CertificateItem(models.Model):
    """One participation that a certificate counts, with its points on the day of issue.

    ``void_since`` is since when its contribution counts no more by the certificate's own rules,
    and ``void_reason`` the rule that says so (`credits.services.superseding`). ``looked_at`` is
    when it was last scored by these rules for that, where its project has others now.
    """

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="items")
    participation = models.ForeignKey(Participation, models.PROTECT, related_name="+")
    points = models.BigIntegerField()
    category = models.CharField(max_length=32)
    void_since = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=64, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "participation"], name="item_once_per_certificate"
            )
        ]
        indexes = [
            models.Index(
                fields=["void_since"], condition=Q(void_since__isnull=False), name="item_void"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.points}"
