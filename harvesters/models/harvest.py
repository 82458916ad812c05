"""Where the harvest of each source stands, and what it could not read."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, StrIndex

from harvesters.models.facts import Actor, Repository
from harvesters.pace import time_left


class HarvestCursorQuerySet(models.QuerySet["HarvestCursor"]):
    def due(self, now: datetime) -> Self:
        """Sources to harvest now: their time has come and no living worker holds them."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, next_at__lte=now)

    def unfinished(self, now: datetime) -> Self:
        """Sources that a worker reads now, or that wait for their forge before they go on."""
        is_read = Q(lease_until__gt=now)
        return self.filter(is_read | Q(is_waiting=True, next_at__gt=now, swept_at=None))

    def resting(self, scheme: str) -> Self:
        """Sources of a ``scheme`` that were read to the end and had no trouble since."""
        at_rest = self.filter(reading_since=None, error="", gone_at=None)
        known = at_rest.filter(swept_at__isnull=False, repository__isnull=False)
        return known.filter(source__startswith=f"{scheme}:")

    def kinds_of_forges(self) -> dict[str, str]:
        """What kind of forge each host is, by the sources that are read from it.

        A host that is read as two kinds is left out, and so are those of files and plain git.
        """
        scheme = Left("source", StrIndex("source", Value(":")) - 1)
        known = self.exclude(repository=None).annotate(scheme=scheme)
        pairs = known.filter(scheme__in=("github", "gitlab", "gitea", "gitee"))
        found = set(pairs.values_list("repository__host", "scheme").order_by().distinct())
        hosts = Counter(host for host, _ in found)
        return {host: scheme for host, scheme in found if hosts[host] == 1}


class HarvestCursor(models.Model):
    """Where the harvest of one source stands. The broker only wakes; the truth is here.

    ``gone_at`` is since when the forge shows us the repository no more: it was deleted, made
    private or blocked, or its name is another one's now. What was harvested stays and counts.

    ``reading_since`` is when the walk began that is on, or was stopped; none once a sweep came to
    its end. ``reading_from`` is how many items were read then: both tell how fast it goes.
    ``spent_requests`` and ``spent_points`` are what the sweep took that is on, or else the last.
    """

    source = models.CharField(max_length=2000, unique=True)
    repository = models.ForeignKey(
        Repository, models.PROTECT, null=True, blank=True, related_name="cursors"
    )
    cursor = models.JSONField(default=dict)
    since = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    done_count = models.BigIntegerField(default=0)
    total_count = models.BigIntegerField(null=True, blank=True)
    reading_since = models.DateTimeField(null=True, blank=True)
    reading_from = models.BigIntegerField(default=0)
    spent_requests = models.BigIntegerField(default=0)
    spent_points = models.BigIntegerField(default=0)
    swept_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    is_waiting = models.BooleanField(default=False)

    objects = HarvestCursorQuerySet.as_manager()

    class Meta:
        ordering = ["source"]
        indexes = [models.Index(fields=["next_at"], name="cursor_by_due_time")]

    def __str__(self) -> str:
        return self.source

    def is_read_at(self, now: datetime) -> bool:
        """Whether a worker holds it."""
        return self.lease_until is not None and self.lease_until > now

    def time_left(self, now: datetime) -> timedelta | None:
        """How long the walk that is on will still take; None where nobody can tell."""
        since, begun_at = self.reading_since, self.reading_from
        return time_left(self.done_count, self.total_count, since=since, begun_at=begun_at, now=now)


class HarvestGapQuerySet(models.QuerySet["HarvestGap"]):
    def concerning(self, actors: Iterable[Actor]) -> Self:
        """Gaps in what one of ``actors`` did."""
        names = [HarvestGap.name_of(actor.host, actor.external_id) for actor in actors]
        return self.filter(concerns__overlap=names)


class HarvestGap(models.Model):
    """Something of a source that could not be read, and why.

    ``concerns`` names the actors whose work it is, as far as the forge told us whose.
    """

    cursor = models.ForeignKey(HarvestCursor, models.CASCADE, related_name="gaps")
    subject = models.CharField(max_length=500)
    reason = models.CharField(max_length=2000)
    concerns = ArrayField(models.CharField(max_length=511), default=list, blank=True)
    found_at = models.DateTimeField()

    objects = HarvestGapQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "subject"]
        constraints = [
            models.UniqueConstraint(F("cursor"), F("subject"), name="gap_once_per_subject")
        ]
        indexes = [GinIndex(fields=["concerns"], name="gap_by_concern")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"

    @staticmethod
    def name_of(host: str, external_id: str) -> str:
        """An actor as ``concerns`` names it; a host has no blanks."""
        return f"{host} {external_id}"


class KeptAnswer(models.Model):
    """A forge's answer that is kept until what it tells is stored; ``key`` says to what.

    The one that opens a sweep, what the repository is, is kept until the sweep ends.
    """

    cursor = models.ForeignKey(HarvestCursor, models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=64)
    told = models.BinaryField()
    kept_at = models.DateTimeField()
    is_opening = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cursor", "key"], name="answer_once_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.cursor}: {self.key[:12]}"
