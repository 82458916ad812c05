"""What happened on the forges, done by forge accounts. No person is known here."""

from collections import Counter
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, StrIndex
from django.utils.translation import gettext_lazy as _

from harvesters.budget import Budget


class Repository(models.Model):
    """A repository; its key is the forge's own id, because paths are renamed."""

    class Kind(models.TextChoices):
        CODE = "code", _("code")
        MODEL = "model", _("model")
        DATASET = "dataset", _("data set")
        SPACE = "space", _("demo space")

    host = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    url = models.CharField(max_length=2000, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.CODE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["host", "path"]
        verbose_name_plural = "repositories"
        constraints = [
            models.UniqueConstraint(fields=["host", "external_id"], name="repository_once_per_host")
        ]

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"


class RepositoryPath(models.Model):
    """A path that a repository had, and when we first saw it."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="paths")
    path = models.CharField(max_length=500)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["repository", "path"], name="path_once_per_repository")
        ]

    def __str__(self) -> str:
        return self.path


class Actor(models.Model):
    """A forge account. Its key is (host, numeric id); the login is a label that may change."""

    host = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255)
    login = models.CharField(max_length=255)
    is_bot = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["host", "login"]
        constraints = [
            models.UniqueConstraint(fields=["host", "external_id"], name="actor_once_per_host")
        ]

    def __str__(self) -> str:
        return f"{self.login} ({self.host})"


class ActorLogin(models.Model):
    """A name that an actor went by, and when we first saw it."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="logins")
    login = models.CharField(max_length=255)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["actor", "login"], name="login_once_per_actor")
        ]

    def __str__(self) -> str:
        return self.login


class Contribution(models.Model):
    """What happened, once. Never deleted: what was reverted or vanished says so in its state."""

    class Kind(models.TextChoices):
        COMMIT = "commit", _("commit")
        CHANGE = "change", _("merged change")
        REVIEW = "review", _("review")
        ISSUE = "issue", _("issue")
        COMMENT = "comment", _("comment")
        TRIAGE = "triage", _("triage")
        DISCUSSION = "discussion", _("discussion")
        ANSWER = "answer", _("accepted answer")
        RELEASE = "release", _("release")
        ADVISORY = "advisory", _("security advisory")

    repository = models.ForeignKey(Repository, models.PROTECT, related_name="contributions")
    external_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=32)
    title = models.CharField(max_length=1000)
    url = models.CharField(max_length=2000, blank=True)
    facts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    harvested_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["repository", "kind", "external_id"], name="contribution_once"
            )
        ]
        indexes = [
            models.Index(fields=["repository", "occurred_at"], name="contribution_by_time"),
            models.Index(fields=["harvested_at"], name="contribution_by_harvest"),
            models.Index(fields=["external_id"], condition=Q(kind="commit"), name="commit_by_hash"),
        ]

    def __str__(self) -> str:
        return self.title


class WorkKey(models.Model):
    """By what a contribution is known to hold the same work as another one.

    Of a change: the hashes of its commits and (``is_merge``) of the one that merged it, or
    ``#number`` where its forge does not tell which commit that was. Of a commit: ``#number`` of
    each change that its message names; its own hash is its ``external_id``.
    """

    contribution = models.ForeignKey(
        Contribution, models.CASCADE, related_name="work_keys", db_index=False
    )
    key = models.CharField(max_length=64)
    is_merge = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contribution", "key"], name="work_key_once")
        ]
        indexes = [models.Index(fields=["key"], name="work_by_key")]

    def __str__(self) -> str:
        return self.key


class Participation(models.Model):
    """Who took part and how. Shares of one change are weights over their sum; 0 = no longer."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("author")
        CO_AUTHOR = "co_author", _("co-author")
        COMMITTER = "committer", _("committer")
        REVIEWER = "reviewer", _("reviewer")
        REPORTER = "reporter", _("reporter")
        MERGER = "merger", _("merger")
        TRIAGER = "triager", _("triager")

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="participations")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="participations")
    role = models.CharField(max_length=16, choices=Role.choices)
    weight = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "actor", "role"], name="participation_once_per_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.actor} - {self.role}"


class HarvestCursorQuerySet(models.QuerySet["HarvestCursor"]):
    def due(self, now: datetime) -> Self:
        """Sources to harvest now: their time has come and no living worker holds them."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(free, next_at__lte=now)

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


class HarvestGap(models.Model):
    """Something of a source that could not be read, and why."""

    cursor = models.ForeignKey(HarvestCursor, models.CASCADE, related_name="gaps")
    subject = models.CharField(max_length=500)
    reason = models.CharField(max_length=2000)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-found_at", "subject"]
        constraints = [
            models.UniqueConstraint(F("cursor"), F("subject"), name="gap_once_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


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
