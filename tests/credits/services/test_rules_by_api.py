"""From a push on any forge to a draft with its preview: the whole way of a project's own rules."""

import pytest
from django.urls import reverse

from accounts.models import User
from credits.models import RepositoryRules, RuleSet
from credits.services.preview import preview_rule_set
from credits.services.scoring import score_project
from credits.tasks import take_rules_from_repositories
from harvesters.models import Repository, RepositoryFile
from tests.pages import words_of
from tests.ruled_forges import NOW, RULED, playing
from tests.university import *  # noqa: F403
from tests.university import DATA

SOURCE = (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
OWN = SOURCE.replace('"ai-open-source"', '"vision"')
TWICE = """
[[factors]]
id = "twice"
when = 'true'
factor = 2.0
en = "Twice"
zh = "加倍"
source = "reasoned: a test"
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(params=RULED, ids=lambda ruled: ruled.name)
def forge(request, settings):
    with playing(request.param, settings) as played:
        yield played


@pytest.fixture
def taken(forge, project):
    """Push, harvest, and let the worker look; how many drafts came."""

    def take(text):
        forge.push(text and text.encode())
        assert forge.harvest().is_complete
        project.repositories.set(Repository.objects.all())
        return take_rules_from_repositories()

    return take


def test_a_changed_file_arrives_as_a_draft_with_its_preview(taken, project, rule_set, client):
    sun = User.objects.create_user("sun")
    project.maintainers.add(sun)
    client.force_login(sun)

    came = [taken(text) for text in (OWN, OWN, OWN.partition("[[cases]]")[0] + TWICE)]

    score_project(project, now=NOW)
    draft = RuleSet.objects.get(project=project)
    preview = preview_rule_set(draft.compiled, project, now=NOW)
    shown = client.get(reverse("maintained-rule-preview", args=[project.slug, draft.pk]))
    listed = client.get(reverse("maintained-rules", args=[project.slug]))
    assert came == [1, 0, 1]
    assert (draft.state, draft.origin) == ("draft", "repository")
    assert draft.source.endswith(TWICE)
    assert preview.contributions > 0
    assert preview.after == 2 * preview.before
    assert shown.status_code == 200
    assert "read from the repository" in words_of(listed)


def test_a_file_that_is_taken_away_leaves_what_came_of_it(taken, project, rule_set):
    taken(OWN)

    came = taken(None)

    assert came == 0
    assert not RepositoryFile.objects.exists()
    assert RepositoryRules.objects.get().rule_set == RuleSet.objects.get(project=project)
