"""Parts of certificates that their holders show: the sealed form, and the links to parts of it."""

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from credits.models.certificate import Certificate, SignedManager
from credits.models.log import LogEntry


class SealedCertificate(models.Model):
    """The form of a certificate that pins only salted digests of what it says.

    It is made when its holder shows a part for the first time. ``leaves`` hold what was sealed,
    with the salts: who has them can open everything.
    """

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="sealed")
    credential = models.TextField(help_text=_("The signed document, byte for byte."))
    seal = models.JSONField(help_text=_("The digests that the credential pins."))
    leaves = models.JSONField(help_text=_("What was sealed, with the salts."))
    log_entry = models.OneToOneField(LogEntry, models.PROTECT, related_name="sealed_certificate")
    sealed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = SignedManager["SealedCertificate"]()
    entered = models.Manager["SealedCertificate"]()

    def __str__(self) -> str:
        return f"sealed {self.certificate_id}"


class ShareQuerySet(models.QuerySet["Share"]):
    def open(self) -> Self:
        return self.filter(withdrawn_at=None)


class Share(models.Model):
    """A link to a part of a certificate, until its holder withdraws it."""

    sealed = models.ForeignKey(SealedCertificate, models.PROTECT, related_name="shares")
    token = models.CharField(max_length=64, unique=True)
    shown = models.JSONField(help_text=_("The digests of what is shown."))
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"share {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("shared", args=[self.token])
