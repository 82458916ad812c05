"""A new version gets a free name, and the text stays as it was."""

import pytest

from credits.core.rule_reader import parse_rule_set
from credits.core.rule_versions import next_version, renamed
from credits.core.rule_writer import read_structure
from tests.rule_sets import DEFAULT, SMALL


@pytest.mark.parametrize(
    ("version", "taken", "following"),
    [
        ("1.0", [], "1.0"),
        ("1.0", ["1.0"], "1.1"),
        ("1.9", ["1.9", "1.10"], "1.11"),
        ("2026-a", ["2026-a"], "2027-a"),
        ("alpha", ["alpha"], "alpha.1"),
        ("x" * 20, ["x" * 20, "1"], "2"),
        ("", ["1.0"], "1.1"),
    ],
)
def test_the_version_that_follows_is_free(version, taken, following):
    assert next_version(version, taken) == following


def test_the_text_keeps_its_comments():
    text = renamed(DEFAULT, slug="mine", version="1.3")

    assert text == DEFAULT.replace('slug = "ai-open-source"', 'slug = "mine"', 1).replace(
        'version = "1.0"', 'version = "1.3"', 1
    )


@pytest.mark.parametrize(
    "source",
    [
        SMALL.replace('version = "1.0"', "version = '''1.0'''"),
        SMALL.replace('version = "1.0"', '"version" = "1.0" # "2"'),
        "\ufeff" + SMALL.replace("\n", "\r\n"),
    ],
)
def test_however_it_is_written_it_says_the_same_under_another_name(source):
    text = renamed(source, slug="mine", version="1.3")

    assert read_structure(text) == {**read_structure(source), "slug": "mine", "version": "1.3"}
    assert parse_rule_set(text).slug == "mine"
