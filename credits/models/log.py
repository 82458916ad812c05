"""The transparency log: every fact that matters, in order, never edited (RFC 9162)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogEntry(models.Model):
    """One leaf. ``index`` has no gaps; ``leaf`` commits to ``body_digest`` under ``salt``.

    The database refuses UPDATE, DELETE and TRUNCATE. ``salt`` is what makes a leaf say nothing
    about a person to those who do not hold the document.
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("certificate issued")
        REVOKE = "revoke", _("certificate revoked")
        SUPERSEDE = "supersede", _("certificate superseded")
        SUSPEND = "suspend", _("certificate suspended or reinstated")
        RULE_SET = "rule_set", _("rule set published")
        KEY = "key", _("issuer key published")
        RECOGNITION = "recognition", _("recognition booked")
        CLAIM = "claim", _("contributions claimed for credits")
        RELEASE = "release", _("claimed contributions released")
        DISPUTE = "dispute", _("dispute decided")

    index = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    body_digest = models.CharField(max_length=64)
    salt = models.CharField(max_length=64)
    leaf_hash = models.CharField(max_length=64)
    logged_at = models.DateTimeField()

    class Meta:
        ordering = ["index"]
        verbose_name_plural = "log entries"
        constraints = [
            models.CheckConstraint(condition=models.Q(index__gte=0), name="log_index_from_zero")
        ]
        # The signer asks for each document whether it is logged.
        indexes = [models.Index(fields=["body_digest"], name="log_entry_by_digest")]

    def __str__(self) -> str:
        return f"{self.index}: {self.kind}"


class Checkpoint(models.Model):
    """A signed note over the log's size and root (C2SP tlog-checkpoint)."""

    tree_size = models.BigIntegerField(unique=True)
    root_hash = models.CharField(max_length=64)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["-tree_size"]

    def __str__(self) -> str:
        return f"{self.tree_size} {self.root_hash[:12]}"


class LogTile(models.Model):
    """A full tile of the log: ``root_hash`` is the root over its 256 hashes (C2SP tlog-tiles).

    The hashes of a tile of level 0 are those of entries, those of a higher level are the roots of
    tiles below, so any root or proof takes a few hundred hashes, however long the log is.
    """

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    root_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["level", "index"]
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="log_tile_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"
