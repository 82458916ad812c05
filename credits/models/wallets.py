"""Certificates in wallets: offers that a wallet redeems, and the forms bound to holders' keys."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from credits.models.certificate import Certificate, SignedManager
from credits.models.log import LogEntry


class WalletOfferQuerySet(models.QuerySet["WalletOffer"]):
    def open(self, now: datetime) -> Self:
        """Those that a wallet can still redeem."""
        return self.filter(redeemed_at=None, expires_at__gt=now)


class WalletOffer(models.Model):
    """A certificate offered to a wallet of its holder, once and for minutes (OpenID4VCI 1.0).

    Of everything secret in it only digests are kept: of the offer's address, of the code that
    redeems it, of the digits that the holder types, of the access token.
    """

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="wallet_offers")
    handle_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, unique=True)
    digits_digest = models.CharField(max_length=64)
    wrong_digits = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    token_expires_at = models.DateTimeField(null=True, blank=True)

    objects = WalletOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"offer {self.pk}"


class BoundCertificate(models.Model):
    """The form of a certificate whose subject is a key of its holder: what a wallet holds.

    Like its certificate it is entered in the log first, and signed after that.
    """

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="bound_forms")
    holder_did = models.CharField(max_length=1000)
    credential = models.TextField(help_text=_("The signed document, byte for byte."))
    log_entry = models.OneToOneField(LogEntry, models.PROTECT, related_name="bound_certificate")
    bound_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)

    objects = SignedManager["BoundCertificate"]()
    entered = models.Manager["BoundCertificate"]()

    class Meta:
        ordering = ["-bound_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "holder_did"], name="bound_once_per_holder_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} for {self.holder_did}"
