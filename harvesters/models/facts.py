"""What happened on the forges, done by forge accounts. No person is known here."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


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


class RepositoryFile(models.Model):
    """A text file of the default branch that says something to us, as it was last seen changed."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="files")
    path = models.CharField(max_length=500)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["repository", "path"], name="file_once_per_repository")
        ]

    def __str__(self) -> str:
        return self.path


class DemoSighting(models.Model):
    """A day (UTC) on which somebody looked at a demo: whether it was live at any time of it."""

    repository = models.ForeignKey(
        Repository, models.CASCADE, related_name="sightings", db_index=False
    )
    day = models.DateField()
    is_live = models.BooleanField()

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["repository", "day"], name="sighting_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {'live' if self.is_live else 'down'}"


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
        indexes = [models.Index(Lower("login"), F("host"), name="actor_by_login")]

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
        CLAIM = "claim", _("confirmed claim")
        MAINTENANCE = "maintenance", _("month of maintenance")

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


class ChangedContribution(models.Model):
    """A contribution that was written, and not yet looked at by those who build on facts.

    Written in the transaction of the fact itself, and deleted in that of what follows from it.
    ``is_echo`` is of one that did not change itself: it shares its work with one that did.
    """

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="+", db_index=False)
    is_echo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.contribution_id)


class WorkKey(models.Model):
    """By what a contribution is known to hold the same work as another one.

    Of a change: the hashes of its commits and (``is_merge``) of the one that merged it, or
    ``#number`` where its forge does not tell which commit that was. Of a commit: ``#number`` of
    each change that its message names; its own hash is its ``external_id``. Of both: ``~`` and the
    id of its patch, ``!`` and the hash, which may be short, or the ``#number`` of what it takes
    back. Of a review: ``@`` and the number of what it reviews. These three make no duplicate by
    themselves.
    """

    contribution = models.ForeignKey(
        Contribution, models.CASCADE, related_name="work_keys", db_index=False
    )
    key = models.CharField(max_length=65)
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
