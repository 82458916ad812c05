"""The command with which maintainers try their rules."""

import json
import re
from datetime import timedelta
from importlib import resources

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from credits.models import RuleSet
from credits.services.scoring import score_project
from tests.histories import *  # noqa: F403
from tests.university import *  # noqa: F403

SOURCE = resources.files("credits.core") / "data" / "rule_sets" / "ai-open-source-1.0.toml"


def test_a_sound_rule_set_is_said_to_be_sound(capsys):
    call_command("rules", "check", str(SOURCE))

    assert "ai-open-source 1.0" in capsys.readouterr().out


def test_every_error_is_told_with_line_and_column(tmp_path, capsys):
    file = tmp_path / "rules.toml"
    file.write_text(SOURCE.read_text(encoding="utf-8").replace("humans == 0", "humen == 0", 1))

    with pytest.raises(CommandError, match="1 problem in"):
        call_command("rules", "check", str(file))

    assert re.search(r"line \d+, column \d+: .*humen", capsys.readouterr().err)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"= = ="])
def test_a_file_that_is_no_rule_set_is_refused(tmp_path, content, capsys):
    file = tmp_path / "rules.toml"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=r"rules\.toml"):
        call_command("rules", "check", str(file))


def test_a_preview_says_who_gains_and_who_loses(
    rule_set, project, make_participation, tmp_path, capsys
):
    change = make_participation().contribution
    change.facts = {"sizes": {"code": [30, 0]}}
    change.occurred_at = timezone.now() - timedelta(days=30)
    change.save()
    project.repositories.add(change.repository)
    score_project(project, now=timezone.now())
    file = tmp_path / "rules.toml"
    generous = SOURCE.read_text(encoding="utf-8").replace("[45, 4]", "[45, 6]")
    cases = generous.index("[[cases]]")
    file.write_text(generous[:cases].replace('version = "1.0"', 'version = "1.1"'))

    call_command("rules", "preview", str(file), project="vision")

    said = capsys.readouterr().out
    assert "Merged code, 30 effective lines" in said
    assert "0 test cases, 0 of them fail." in said
    assert "4.0 points become 6.0" in said
    assert "1 accounts gain, 0 lose" in said
    assert re.search(r"li +4\.0 +6\.0 +\+2\.0", said)


def test_a_preview_can_be_read_by_machines(worked, capsys):
    call_command("rules", "preview", str(SOURCE), project="vision", json=True)

    told = json.loads(capsys.readouterr().out)
    assert told["total"]["before"] == told["total"]["after"]
    assert told["accounts"] == []


def test_a_preview_needs_rules_in_force(project):
    with pytest.raises(CommandError, match="No rule set is in force"):
        call_command("rules", "preview", str(SOURCE), project="vision")


def test_bands_are_proposed_or_it_is_said_why_not(worked, capsys):
    call_command("rules", "bands", project="vision")
    assert "# code: 4 contributions, at least 30 are needed" in capsys.readouterr().out

    call_command("rules", "bands", project="vision", json=True)
    told = json.loads(capsys.readouterr().out)
    assert told[0] == {"kind": "code", "count": 4, "limits": []}


@pytest.mark.django_db
def test_the_operator_publishes_the_default_rule_set_once(capsys):
    call_command("rules", "publish", str(SOURCE), active_from="2026-01-01")

    assert "ai-open-source 1.0 is published" in capsys.readouterr().out
    assert RuleSet.objects.get().state == RuleSet.State.ACTIVE
    with pytest.raises(CommandError, match="published before"):
        call_command("rules", "publish", str(SOURCE))
