"""A rule file in a project's own repository arrives as a draft, or says what is wrong with it."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from credits.models import Project, RepositoryRules, RuleSet
from credits.services.repository_rules import drafts_from_repositories
from credits.services.rules import create_draft, discard_draft, publish_rule_set, rewrite_draft
from credits.tasks import take_rules_from_repositories
from harvesters.models import Repository, RepositoryFile
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
OWN = SOURCE.replace('"ai-open-source"', '"vision"')
CHANGED = OWN.replace("[190, 8]", "[190, 4]", 1).partition("[[cases]]")[0]

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(project):
    place = Repository.objects.create(host="forge.example", external_id="1", path="lab/vision")
    project.repositories.add(place)
    return place


def write(repository, text, path=".opencredits.toml"):
    digest = hashlib.sha256(text.encode()).hexdigest()
    RepositoryFile.objects.update_or_create(
        repository=repository,
        path=path,
        defaults={"text": text, "digest": digest, "seen_at": NOW},
    )


def problems():
    return " ".join(RepositoryRules.objects.get().problems)


def test_a_file_arrives_as_a_draft_once(project, repository):
    write(repository, OWN)

    first, second = (drafts_from_repositories(now=NOW) for _ in range(2))

    draft = RuleSet.objects.get()
    assert (first, second) == (1, 0)
    assert (draft.project, draft.state, draft.origin) == (project, "draft", "repository")
    assert RepositoryRules.objects.get().rule_set == draft


def test_a_changed_file_changes_its_draft(project, repository):
    write(repository, OWN)
    drafts_from_repositories(now=NOW)
    write(repository, CHANGED)

    drafts_from_repositories(now=NOW)

    assert RuleSet.objects.get().source == CHANGED


def test_a_broken_file_is_told_and_changes_nothing(project, repository):
    write(repository, OWN)
    drafts_from_repositories(now=NOW)
    write(repository, OWN.replace("humans == 0", "humens == 0", 1))

    assert drafts_from_repositories(now=NOW) == 0

    assert "did you mean 'humans'?" in problems()
    assert RuleSet.objects.get().source == OWN
    write(repository, CHANGED)
    drafts_from_repositories(now=NOW)
    assert problems() == ""


def test_a_file_of_another_name_is_told(project, repository):
    write(repository, SOURCE)

    drafts_from_repositories(now=NOW)

    assert 'Rules of this project are named "vision".' in problems()
    assert not RuleSet.objects.exists()


def test_a_published_version_with_another_text_is_told(project, repository):
    publish_rule_set(create_draft(OWN, project=project), active_from=NOW, now=NOW)
    write(repository, CHANGED)

    drafts_from_repositories(now=NOW)

    assert "Give the new text a new version." in problems()
    assert RuleSet.objects.get().source == OWN


def test_the_published_version_itself_is_no_news(project, repository):
    published = publish_rule_set(create_draft(OWN, project=project), active_from=NOW, now=NOW)
    write(repository, OWN + "\n# a comment more\n")

    assert drafts_from_repositories(now=NOW) == 0

    kept = RepositoryRules.objects.get()
    assert (kept.rule_set, kept.problems) == (published, [])


def test_what_a_person_wrote_here_is_not_overwritten(project, repository):
    create_draft(OWN, project=project, author=User.objects.create_user("sun"))
    write(repository, CHANGED)

    drafts_from_repositories(now=NOW)

    assert "was written here with another text" in problems()
    assert RuleSet.objects.get().source == OWN


def test_a_draft_of_the_file_that_a_person_edited_is_not_overwritten(project, repository):
    write(repository, OWN)
    drafts_from_repositories(now=NOW)
    edited = OWN.replace('en = "AI open source"', 'en = "Ours"', 1)
    rewrite_draft(RuleSet.objects.get(), edited, author=None, origin=RuleSet.Origin.FORM)
    write(repository, CHANGED)

    drafts_from_repositories(now=NOW)

    assert "was written here with another text" in problems()
    assert RuleSet.objects.get().source == edited


def test_a_draft_that_was_thrown_away_comes_back_only_with_another_text(project, repository):
    write(repository, OWN)
    drafts_from_repositories(now=NOW)
    discard_draft(RuleSet.objects.get())

    assert drafts_from_repositories(now=NOW) == 0
    write(repository, CHANGED)
    assert drafts_from_repositories(now=NOW) == 1


def test_only_the_rule_file_of_a_registered_project_is_looked_at(project, repository):
    stranger = Repository.objects.create(host="forge.example", external_id="2", path="x/y")
    write(stranger, OWN)
    write(repository, OWN, path="docs/.opencredits.toml")

    assert drafts_from_repositories(now=NOW) == 0
    assert not RepositoryRules.objects.exists()


def test_a_repository_of_two_projects_is_looked_at_for_each(project, repository):
    other = Project.objects.create(slug="other", name="Other", registered_at=NOW)
    other.repositories.add(repository)
    write(repository, OWN)

    assert drafts_from_repositories(now=NOW) == 1

    assert RuleSet.objects.get().project == project
    assert 'named "other"' in RepositoryRules.objects.get(project=other).problems[0]


def test_looking_takes_as_many_queries_however_many_files_did_not_change(project, repository):
    counts = []
    for size in (2, 9):
        for number in range(size):
            place = Repository.objects.create(
                host="forge.example", external_id=f"{size}-{number}", path=f"lab/{size}{number}"
            )
            project.repositories.add(place)
            write(place, SOURCE)
        drafts_from_repositories(now=NOW)
        with CaptureQueriesContext(connection) as queries:
            drafts_from_repositories(now=NOW + timedelta(days=1))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 3


def test_the_worker_takes_them(project, repository):
    write(repository, OWN)

    assert (take_rules_from_repositories(), take_rules_from_repositories()) == (1, 0)
