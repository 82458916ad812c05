"""Our public keys, as the DID document lists them, and what became of each."""

from datetime import datetime
from typing import Any, Self

from django.db import models

from accounts.models import Institution


class PublishedKey(models.Model):
    """A public key of ours: published, used, retired, and stolen if it came to that.

    A retired key stays in the DID document: what it signed stays valid. A stolen one is listed as
    revoked: what it signed counts only where the log held it before.
    """

    published_at = models.DateTimeField()
    used_from = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_since = models.DateTimeField(null=True, blank=True)
    sound_size = models.BigIntegerField(
        default=0, help_text="How many entries the log had before the theft."
    )
    sound_checkpoint = models.TextField(
        blank=True, help_text="The checkpoint of that size, signed by a sound key."
    )

    class Meta:
        abstract = True

    @property
    def public(self) -> str:
        """What names the key in the DID document."""
        raise NotImplementedError

    @property
    def peers(self) -> models.QuerySet[Any]:
        """The keys of the same purpose and issuer, this one too."""
        raise NotImplementedError

    @property
    def first_used(self) -> datetime:
        return self.used_from or self.published_at


class IssuerKeyQuerySet(models.QuerySet["IssuerKey"]):
    def of(self, institution: Institution | None) -> Self:
        """Those of one issuer: of ``institution``, or of the site."""
        return self.filter(institution=institution)


class IssuerKey(PublishedKey):
    """A public key of ours, as the DID document lists it (Multikey).

    That of an ``institution`` stands in its own DID document, and signs no checkpoint. Ask for
    the keys of one issuer by `IssuerKeyQuerySet.of`.
    """

    public_key = models.CharField(max_length=100, unique=True)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="issuer_keys"
    )

    objects = IssuerKeyQuerySet.as_manager()

    class Meta:
        ordering = ["published_at", "id"]

    def __str__(self) -> str:
        return self.public_key

    @property
    def public(self) -> str:
        return self.public_key

    @property
    def peers(self) -> IssuerKeyQuerySet:
        return IssuerKey.objects.filter(institution=self.institution_id)


class IssuerTokenKey(PublishedKey):
    """A public key of ours for certificates as JWT, as the DID document lists it (JWK)."""

    thumbprint = models.CharField(max_length=43, unique=True)
    jwk = models.JSONField()

    class Meta:
        ordering = ["published_at", "id"]

    def __str__(self) -> str:
        return self.thumbprint

    @property
    def public(self) -> str:
        return self.thumbprint

    @property
    def peers(self) -> models.QuerySet["IssuerTokenKey"]:
        return IssuerTokenKey.objects.all()
