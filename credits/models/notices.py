"""What people are told: kept in their inbox here, and sent once by e-mail."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credits.models.certificate import Certificate
from credits.models.recognition import Application


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: User) -> Self:
        return self.filter(recipient=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def to_mail(self) -> Self:
        """Notices that nobody has begun to send yet, to people who have an address."""
        return self.filter(mail_taken_at=None).exclude(recipient__email="")


class Notice(models.Model):
    """Something that a person should know about a certificate.

    ``parameters`` hold what the words need; the words themselves are made when they are read, in
    the reader's language (`credits.notice_words`). ``key`` says it is the same notice: nobody is
    told one thing twice. The row is the outbox as well: ``mail_taken_at`` is set before a message
    goes out, so that none goes out twice.
    """

    class Kind(models.TextChoices):
        AT_RISK = "at_risk", _("a contribution counts no more")
        SUPERSEDED = "superseded", _("certificate superseded")
        REVOKED = "revoked", _("certificate revoked")
        SUSPENDED = "suspended", _("certificate suspended")
        REINSTATED = "reinstated", _("certificate reinstated")
        EXPIRES = "expires", _("certificate expires soon")
        REVIEW = "review", _("recognition needs a review")

    recipient = models.ForeignKey(User, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="notices")
    application = models.ForeignKey(
        Application, models.CASCADE, null=True, blank=True, related_name="notices"
    )
    parameters: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    key = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_taken_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_once_per_person")
        ]
        indexes = [
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["id"], condition=Q(mail_taken_at=None), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}"
