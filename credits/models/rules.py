"""Who approves a rule set, and what the files in repositories say about rules."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credits.models.project import Project, RuleSet
from harvesters.models import Repository


class RuleSetApproval(models.Model):
    """A maintainer approves a rule set exactly as its digest says; another text needs another."""

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="approvals")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="rule_set_approvals")
    digest = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        ordering = ["approved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "user", "digest"], name="rule_set_approved_once_by_each"
            ),
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="rule_set_approval_names_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set}: {self.user}"


class RepositoryRules(models.Model):
    """What the rule file of a repository came to: a draft, or problems that say where.

    ``text_digest`` is that of the file when it was looked at; until it changes, nothing is done.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="repository_rules")
    repository = models.ForeignKey(Repository, models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    text_digest = models.CharField(max_length=64)
    rule_set = models.ForeignKey(
        RuleSet, models.SET_NULL, null=True, blank=True, related_name="files"
    )
    problems = models.JSONField(_("problems"), default=list, blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        ordering = ["project", "repository", "path"]
        verbose_name_plural = "repository rules"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "repository", "path"], name="rule_file_looked_at_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.repository}: {self.path}"
