"""Files of repositories that are read for what they say, not for who wrote them."""

from django.db import models

from harvesters.models.facts import Repository


class RepositoryFile(models.Model):
    """A file on the default branch, as it was last seen; ``digest`` is the SHA-256 of its text."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["repository", "path"]
        constraints = [
            models.UniqueConstraint(fields=["repository", "path"], name="file_once_per_repository")
        ]

    def __str__(self) -> str:
        return f"{self.repository}: {self.path}"
