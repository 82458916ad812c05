"""Rules that a project keeps in its own repository: a changed file arrives as a draft.

The file is `.opencredits.toml` on the default branch, as `harvesters` last saw it. Nothing counts
by it until maintainers publish the draft; a broken file changes nothing, and they see why.
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credits.core.rule_reader import parse_rule_set
from credits.core.rules import RuleSetError
from credits.models import Project, RepositoryRules, RuleSet
from credits.services.drafting import refuse_other_slug
from credits.services.errors import CreditsError
from credits.services.rules import create_draft
from harvesters.models import RepositoryFile

logger = logging.getLogger(__name__)

FILE = ".opencredits.toml"
MOST_PROBLEMS = 10


class OtherDraftError(CreditsError):
    """A draft of this version was written by somebody else; it is not overwritten by a file."""


def drafts_from_repositories(*, now: datetime) -> int:
    """Look at every rule file that changed since the last look; returns how many drafts came.

    A file of a repository that belongs to several projects is looked at for each of them.
    """
    return sum(_looked_at(*found, now=now) for found in _changed_files())


def _changed_files() -> Iterable[tuple[Project, RepositoryFile]]:
    files = RepositoryFile.objects.filter(path=FILE).select_related("repository")
    seen = {
        (rules.project_id, rules.repository_id): rules.text_digest
        for rules in RepositoryRules.objects.filter(path=FILE)
    }
    for file in files.prefetch_related("repository__projects").order_by("pk"):
        for project in file.repository.projects.all():
            if seen.get((project.pk, file.repository_id)) != file.digest:
                yield project, file


@transaction.atomic
def _looked_at(project: Project, file: RepositoryFile, *, now: datetime) -> bool:
    """Take ``file`` as a draft, or note what is wrong with it; once for each text."""
    kept, _created = RepositoryRules.objects.get_or_create(
        project=project,
        repository=file.repository,
        path=file.path,
        defaults={"text_digest": "", "looked_at": now},
    )
    kept = RepositoryRules.objects.select_for_update().get(pk=kept.pk)
    if kept.text_digest == file.digest:
        return False
    kept.text_digest, kept.looked_at, kept.problems = file.digest, now, []
    is_new = False
    try:
        with transaction.atomic():
            kept.rule_set, is_new = _draft_of(project, file.text, kept, now)
    except RuleSetError as error:
        kept.problems = [str(problem) for problem in error.problems[:MOST_PROBLEMS]]
    except CreditsError as error:
        kept.problems = [str(error)]
    kept.save()
    logger.info("rule file of project %s: %d problems", project.pk, len(kept.problems))
    return is_new


def _draft_of(
    project: Project, text: str, kept: RepositoryRules, now: datetime
) -> tuple[RuleSet, bool]:
    """The draft that ``text`` is, and whether it is new; a published version is itself."""
    refuse_other_slug(text, project)
    rules = parse_rule_set(text)
    same = RuleSet.objects.filter(slug=rules.slug, version=rules.version).first()
    if same is not None and same.digest == rules.digest:
        return same, False
    if same is not None and same.state == RuleSet.State.DRAFT and not _is_of(same, kept):
        raise OtherDraftError(
            _(
                "A draft of %(rule_set)s was written here with another text. Throw it away, or"
                " give the file another version."
            )
            % {"rule_set": same}
        )
    origin = RuleSet.Origin.REPOSITORY
    return create_draft(text, project=project, origin=origin, now=now), True


def _is_of(draft: RuleSet, kept: RepositoryRules) -> bool:
    """Whether ``draft`` came from this very file, and nobody edited it since."""
    return draft.pk == kept.rule_set_id and draft.origin == RuleSet.Origin.REPOSITORY
