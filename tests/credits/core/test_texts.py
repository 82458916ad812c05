"""Sentences are filled with facts, in both languages."""

from dataclasses import replace

from credits.core.facts import NO_FACTS
from credits.core.texts import Text


def test_a_sentence_is_filled_with_the_facts_that_it_names():
    facts = replace(NO_FACTS, lines_code=12, title="Fix {files}")

    filled, inputs = Text("{lines_code} lines: {title}", "{lines_code} 行").filled(facts)

    assert filled == Text("12 lines: Fix {files}", "12 行")
    assert inputs == {"title": "Fix {files}", "lines_code": 12}


def test_what_only_one_language_names_is_an_input_too():
    assert Text("Reviewed", "{comments} 条评论").filled(NO_FACTS)[1] == {"comments": 0}


def test_two_braces_stand_for_one():
    assert Text("{{x}}", "{{x}}").filled(NO_FACTS)[0] == Text("{x}", "{x}")


def test_who_reads_neither_language_gets_english():
    text = Text("Merged", "已合并")

    assert [text.in_language(language) for language in ("en-gb", "zh-hans", "fr")] == [
        "Merged",
        "已合并",
        "Merged",
    ]
