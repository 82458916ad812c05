"""Sentences are filled with values, in both languages."""

from credits.core.texts import Text


def test_a_sentence_is_filled_with_the_values_that_it_names():
    text = Text("{lines_code} lines: {title}", "{lines_code} 行")

    filled = text.filled({"lines_code": 12, "title": "Fix {files}", "humans": 1})

    assert filled == Text("12 lines: Fix {files}", "12 行")


def test_what_only_one_language_names_is_a_name_too():
    assert Text("Reviewed", "{comments} 条评论").names == ("comments",)


def test_a_name_stands_once_however_often_it_is_said():
    assert Text("{files} of {lines}", "{lines} 中的 {files}").names == ("files", "lines")


def test_two_braces_stand_for_one():
    text = Text("{{x}}", "{{x}}")

    assert text.filled({}) == Text("{x}", "{x}")


def test_who_reads_neither_language_gets_english():
    text = Text("Merged", "已合并")

    assert [text.in_language(language) for language in ("en-gb", "zh-hans", "fr")] == [
        "Merged",
        "已合并",
        "Merged",
    ]
