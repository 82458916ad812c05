"""What harvesting needs to know between two harvests: limits, deliveries, signs of life."""

from django.db import models

from harvesters.budget import Budget


class RateBudget(models.Model):
    """What a forge still lets one of our accounts ask; the account is a digest of its token."""

    host = models.CharField(max_length=255)
    account = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    limit_count = models.IntegerField()
    remaining = models.IntegerField()
    resets_at = models.DateTimeField(null=True, blank=True)
    wait_until = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ["host", "account", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["host", "account", "kind"], name="budget_once_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.kind}: {self.remaining} of {self.limit_count}"

    @property
    def budget(self) -> Budget:
        return Budget(
            self.measured_at, self.limit_count, self.remaining, self.resets_at, self.wait_until
        )


class WebhookDelivery(models.Model):
    """A delivery that came to one of our webhooks, so that its repetition does nothing."""

    forge = models.CharField(max_length=20)
    delivery_id = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["forge", "delivery_id"], name="delivery_once"),
            models.UniqueConstraint(fields=["forge", "digest"], name="delivered_body_once"),
        ]
        indexes = [models.Index(fields=["received_at"], name="delivery_by_time")]

    def __str__(self) -> str:
        return f"{self.forge} {self.delivery_id}"


class Heartbeat(models.Model):
    """When a regular job ran last: the proof that beat and a worker are alive."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
