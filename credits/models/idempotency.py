"""Answers already given, so that a machine may ask again and the thing happens once."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models

from accounts.models import ApiClient


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def stale(self, now: datetime) -> Self:
        return self.filter(given_at__lt=now - KeptAnswer.KEPT_FOR)


class KeptAnswer(models.Model):
    """What a request with this ``Idempotency-Key`` was answered, kept for 24 hours."""

    KEPT_FOR = timedelta(hours=24)

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    given_at = models.DateTimeField()

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="answer_once_per_key")
        ]
        indexes = [models.Index(fields=["given_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.client}: {self.key}"
