"""Pages for everybody: the start, projects, rule sets, the log. They name nobody."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.urls import reverse

from credits.core.expressions import FUNCTIONS, METHODS
from credits.core.expressions.functions import signature
from credits.core.fields import FIELDS
from credits.models import LogEntry, Project
from credits.services.log import append_entry
from credits.services.rules import create_draft, publish_rule_set, start_shadow
from tests.histories import *  # noqa: F403
from tests.histories import change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403
from tests.university import DATA

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def append(count):
    for number in range(count):
        append_entry(LogEntry.Kind.ISSUE, b"%d" % number, now=NOW)


def test_the_start_says_what_this_is_and_counts(client, worked):
    words = words_of(client.get("/"))

    assert "How a contribution becomes credit" in words
    assert "4 contributions" in words or " 4 " in words


def test_the_start_works_before_anything_is_there(client):
    assert client.get("/").status_code == 200


def test_a_project_shows_its_work_and_nobodys_name(client, worked):
    answer = client.get(worked.get_absolute_url())

    words = words_of(answer)
    assert "Vision" in words
    assert "32" in words
    assert "Li Ming" not in words
    assert "wu" not in words.split()


def test_a_project_without_rules_or_history_is_shown_as_such(client, project):
    assert client.get(project.get_absolute_url()).status_code == 200


def test_a_rule_set_is_shown_in_sentences_and_as_the_very_source(client, rule_set):
    page = client.get(rule_set.get_absolute_url())
    source = client.get(f"{rule_set.get_absolute_url()}.toml")

    assert "Merged code" in words_of(page)
    assert source.content.decode() == rule_set.source
    assert source["Content-Type"].startswith("application/toml")


def test_a_rule_set_shows_what_differs_from_the_version_before_and_how_its_cases_come_out(
    client, rule_set
):
    source = rule_set.source.replace('"1.0"', '"1.1"', 1).replace("[190, 8]", "[190, 4]", 1)
    newer = create_draft(source.partition("[[cases]]")[0])
    publish_rule_set(newer, active_from=NOW, now=NOW)

    words = words_of(client.get(newer.get_absolute_url()))
    older = words_of(client.get(rule_set.get_absolute_url()))

    assert "What differs from ai-open-source 1.0" in words
    assert "[190, 4]" in words
    assert "In force since" in words
    assert "Replaced since" in older
    assert "What differs from" not in older
    assert "a one-line fix 1.0 holds" in older


def test_what_runs_beside_is_public_and_says_that_it_does_not_count(client, rule_set):
    source = rule_set.source.replace('"1.0"', '"1.1"', 1)
    shadow = start_shadow(create_draft(source), now=NOW)

    assert "does not count" in words_of(client.get(shadow.get_absolute_url()))


@pytest.mark.parametrize(("language", "mine"), [("en", "en"), ("zh-hans", "zh")])
def test_the_reference_shows_every_field_and_function_as_the_code_has_them(client, language, mine):
    answer = client.get("/rules/reference", headers={"accept-language": language})

    words = words_of(answer)
    for name, field in FIELDS.items():
        assert f" {name} {field.type} {getattr(field, mine)} " in words
    for name, entry in {**FUNCTIONS, **METHODS}.items():
        assert f" {signature(name)} {getattr(entry, mine)} " in words


def test_a_draft_is_shown_to_nobody(client):
    draft = create_draft(
        (DATA / "rule_sets" / "ai-open-source-1.0.toml").read_text(encoding="utf-8")
    )

    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(f"{draft.get_absolute_url()}.toml").status_code == 404


@pytest.mark.parametrize("path", ["/", "/log", "/log/checkpoint", "/verify", "/rules/reference"])
def test_reading_is_all_that_a_visitor_does(client, path):
    assert client.put(path).status_code == 405
    assert client.delete(path).status_code == 405


def test_hostile_parameters_are_answered_in_words(client, rule_set):
    append(1)

    for value in map(sendable, HOSTILE):
        assert client.get("/log", {"before": value}).status_code == 200, value
        part = quote(value[:300], safe="")
        for path in (f"/projects/{part}", f"/rules/{part}/v1.0", f"/rules/ai-open-source/v{part}"):
            for ending in ("", ".toml"):
                assert client.get(path + ending).status_code == 404, value


def test_pages_take_as_many_queries_however_long_the_history_is(
    client, worked, django_assert_max_num_queries
):
    harvest(worked, *(change(100 + number) for number in range(30)), now=NOW)
    append(60)

    for path in ("/", reverse("project", args=[worked.slug]), "/log"):
        with django_assert_max_num_queries(10):
            client.get(path)


def test_projects_are_found_by_their_name_in_the_address_alone(client, project):
    Project.objects.create(slug="other", name="Other", registered_at=NOW)

    assert "Other" not in words_of(client.get(project.get_absolute_url()))
