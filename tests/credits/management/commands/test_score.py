"""The command that scores and explains."""

import pytest
from django.core.management import CommandError, call_command

from tests.university import *  # noqa: F403


@pytest.fixture
def change(rule_set, project, make_participation):
    found = make_participation().contribution
    found.facts = {"sizes": {"code": [30, 0], "tests": [10, 0]}}
    found.save()
    project.repositories.add(found.repository)
    return found


def test_what_changed_is_scored_once(change, capsys):
    call_command("score")
    call_command("score", project="vision")

    first, second = capsys.readouterr().out.splitlines()
    assert first == "vision: 1 contributions scored, 1 scores changed"
    assert second == "vision: 0 contributions scored, 0 scores changed"


@pytest.mark.parametrize("named_by", ["url", "external_id", "pk"])
def test_a_score_is_explained_by_its_reasons(change, capsys, named_by):
    call_command("score")

    call_command("score", project="vision", explain=str(getattr(change, named_by)))

    said = capsys.readouterr().out
    assert "li, author: 5" in said
    assert "4.000  code: Merged code, 30 effective lines" in said
    assert "1.000  tests-with-code" in said


def test_an_unscored_contribution_says_what_to_do(change, capsys):
    call_command("score", explain=change.url)

    assert "Run: opencredits score" in capsys.readouterr().out


def test_an_unknown_contribution_is_refused(change):
    with pytest.raises(CommandError, match="No contribution is called"):
        call_command("score", explain="https://forge.example/nothing")
