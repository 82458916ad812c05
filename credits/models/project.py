"""Projects that contribute, and the rules by which their contributions are scored."""

from datetime import datetime
from functools import lru_cache
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSet as CompiledRuleSet
from harvesters.models import Repository


class ProjectQuerySet(models.QuerySet["Project"]):
    def maintained_by(self, user: User) -> Self:
        return self.filter(maintainers=user)


class Project(models.Model):
    """An open-source project: some repositories, looked after by maintainers.

    ``scored_by`` is the rule set by which it counts at present: the one in force, once the whole
    history was scored by it.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=500, blank=True)
    repositories = models.ManyToManyField(Repository, related_name="projects")
    maintainers = models.ManyToManyField(User, related_name="projects", blank=True)
    registered_at = models.DateTimeField()
    scored_at = models.DateTimeField(null=True, blank=True)
    scored_by = models.ForeignKey(
        "RuleSet", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def published(self) -> Self:
        return self.exclude(state=RuleSet.State.DRAFT)

    def in_force(self, now: datetime) -> Self:
        """Rule sets that count at ``now``, the newest first: that one does, the others did."""
        active = self.filter(state=RuleSet.State.ACTIVE, active_from__lte=now)
        return active.order_by("-active_from", "-id")

    def of(self, project: "Project | None") -> Self:
        """The own rule sets of ``project``; of None, the default ones."""
        return self.filter(project=project)

    def default(self) -> Self:
        return self.filter(project=None)


class RuleSet(models.Model):
    """Scoring rules in TOML. A published version never changes; a new version replaces it.

    A shadow is scored beside and does not count; its text is as final as that of an active one.
    An older version is not marked when a newer one comes into force: what counts is the newest
    (`RuleSetQuerySet.in_force`), and since when another does not, `credits.services.standing`
    derives. ``retired`` is a version that was taken back.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SHADOW = "shadow", _("shadow")
        ACTIVE = "active", _("active")
        RETIRED = "retired", _("retired")

    class Origin(models.TextChoices):
        TEXT = "text", _("written as text")
        FORM = "form", _("written in the form")
        REPOSITORY = "repository", _("read from the repository")
        OPERATOR = "operator", _("given by the operator")

    slug = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="rule_sets"
    )
    source = models.TextField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.OPERATOR)
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="rule_sets_written"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    shadow_from = models.DateTimeField(null=True, blank=True)
    active_from = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        ordering = ["slug", "-active_from"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="rule_set_version_once"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(active_from__isnull=False),
                name="active_rule_set_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("rule-set", args=[self.slug, self.version])

    @property
    def compiled(self) -> CompiledRuleSet:
        """The rules, ready to run."""
        return _compiled(self.digest, self.source)


@lru_cache(maxsize=64)
def _compiled(digest: str, source: str) -> CompiledRuleSet:
    return parse_rule_set(source)
