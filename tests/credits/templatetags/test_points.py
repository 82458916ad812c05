"""Points, credits and kinds of work, as people read them."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from credits.core.texts import Text
from credits.models import (
    Application,
    CourseAssignment,
    CourseworkTerms,
    Recognition,
    Score,
)
from credits.templatetags.points import (
    CATEGORIES,
    STATE_TAGS,
    category_class,
    category_dot,
    category_name,
    credit,
    fact_value,
    forge_initials,
    forge_name,
    in_my_language,
    kind_word,
    number,
    points,
    signed_points,
    state_tag,
    with_variables,
)


@pytest.mark.parametrize(
    ("millipoints", "shown"),
    [
        (0, "0.0"),
        (None, "0.0"),
        (1, "0.001"),
        (500, "0.5"),
        (12_340, "12.34"),
        (8_000, "8.0"),
        (-2_667, "-2.667"),
        (1_234_567_890, "1,234,567.89"),
    ],
)
def test_points_have_one_to_three_decimal_places(millipoints, shown):
    with override("en"):
        assert points(millipoints) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.5", "0.5"), (Decimal("2.00"), "2.0"), ("1.25", "1.25"), (None, "0.0"), (1234, "1,234.0")],
)
def test_credits_have_one_or_two_decimal_places(value, shown):
    with override("en"):
        assert credit(value) == shown


def test_counts_are_grouped_and_none_is_nothing():
    with override("en"):
        assert (number(1_234_567), number(None)) == ("1,234,567", "0")


def test_the_points_of_a_reason_have_a_sign():
    with override("en"):
        assert [signed_points(value) for value in (500, 0, -500)] == ["+ 0.5", "+ 0.0", "− 0.5"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_of_work_has_a_word_and_a_colour(language):
    with override(language):
        names = [category_name(category) for category in CATEGORIES]

    assert len(set(names)) == len(CATEGORIES)
    assert category_class("code") == "k-code"


def test_a_kind_that_is_new_to_us_is_other_and_runs_nothing():
    assert category_name("<script>") == category_name("other")
    assert category_dot('"><script>') == '<i class="k-other"></i>'


def test_every_state_has_a_tag():
    states = [
        *Score.State.values,
        *Application.State.values,
        *Recognition.State.values,
        *CourseAssignment.State.values,
        *CourseworkTerms.Stance.values,
    ]

    assert set(states) <= STATE_TAGS.keys()
    assert state_tag("unknown") == ""


def test_forges_are_called_as_people_call_them():
    assert (forge_name("github.com"), forge_initials("gitee.com")) == ("GitHub", "码")
    assert (forge_name("code.example"), forge_initials("code.example")) == ("code.example", "CO")


@pytest.mark.parametrize(
    "text", [{"en": "Merged", "zh": "已合并"}, Text("Merged", "已合并")], ids=["mapping", "object"]
)
def test_a_text_in_two_languages_is_read_in_the_readers(text):
    with override("zh-hans"):
        assert in_my_language(text) == "已合并"
    with override("en"):
        assert in_my_language(text) == "Merged"


@pytest.mark.parametrize("text", [{}, None, "", {"en": None}, {"fr": "x"}])
def test_a_text_that_is_missing_is_empty(text):
    with override("zh-hans"):
        assert in_my_language(text) == ""


def test_a_text_in_english_alone_is_read_by_everybody():
    with override("zh-hans"):
        assert in_my_language({"en": "Merged"}) == "Merged"


def test_in_a_rules_sentence_facts_stand_out_and_html_does_not_run():
    assert with_variables("{lines} <b>{x y}") == "<var>lines</var> &lt;b&gt;{x y}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "yes"), (False, "no"), (1200, "1,200"), (("bug", "good"), "bug, good"), ("", "")],
)
def test_a_fact_is_shown_as_people_read_it(value, shown):
    assert fact_value(value) == shown


def test_a_kind_of_a_projects_own_rules_goes_by_its_own_name():
    with override("en"):
        assert (kind_word("docs"), kind_word("notebooks")) == ("Docs", "notebooks")
