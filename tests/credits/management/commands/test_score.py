"""The command that scores and explains."""

import io
import json

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


def test_an_explanation_sums_up_and_says_what_would_change_it(change, capsys):
    call_command("score")

    call_command("score", explain=change.url)

    said = capsys.readouterr().out
    assert "5.000  sum" in said
    assert "Rule set ai-open-source 1.0, sha256 " in said
    assert "  - If its lines of code were 46 (now 30): 10 points instead of 5" in said


@pytest.mark.parametrize("how", ["option", "LANG"])
def test_it_speaks_chinese_where_that_is_asked(change, capsys, monkeypatch, how):
    call_command("score")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if how == "LANG" else "")

    call_command("score", explain=change.url, language="zh-hans" if how == "option" else None)

    assert "若代码行数为 46（现为 30）：计 10 分，而非 5 分" in capsys.readouterr().out


def test_an_explanation_is_json_too(change, capsys):
    call_command("score", json=True)
    call_command("score", explain=change.url, json=True)

    counts, _, document = capsys.readouterr().out.partition("\n")
    assert json.loads(counts) == {"project": "vision", "scored": 1, "written": 1}
    assert json.loads(document)["parts"][0]["points"] == "5"


def test_everything_is_scored_anew_where_that_is_asked(change, capsys):
    call_command("score")
    call_command("score", anew=True)

    *_, last = capsys.readouterr().out.splitlines()
    assert last == "vision: 1 contributions scored, 0 scores changed"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_a_terminal_is_shown_how_far_it_is(change):
    terminal = Terminal()

    call_command("score", stderr=terminal)

    assert "1/1" in terminal.getvalue()
