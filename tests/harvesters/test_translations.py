"""Words are counted where somebody translated them, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.translations import added_words, rounded, words_in


def words(path, *lines):
    return rounded(*added_words(path, ["\n".join(["", *lines]).encode()]))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("two words", 2),
        ("l'été don't twenty-one", 3),
        ("学分", 1),
        ("开源学分可以换学分吗", 6),
        ("PyTorch 模型", 2),
        ("コントリビューション", 6),
        ("한국어 문서", 2),
        ("1 + 2 = 3", 0),
    ],
)
def test_words_and_letters(text, count):
    assert rounded(*words_in(text)) == count


CATALOGUE = (
    ' msgid "One"',
    '-msgstr "Un"',
    '+msgstr "Eins zwei"',
    '+"drei"',
    "+",
    '+msgid "Not counted at all"',
    '+"nor this"',
    '+msgid_plural "nor these"',
    '+msgstr[0] "vier %(count)s"',
    '+msgstr[1] "fünf\\n"',
    "+# a remark",
    "+#: a.py:3",
)


def test_of_a_catalogue_what_was_translated():
    assert words("locale/de/a.po", *CATALOGUE) == 5


def test_where_a_hunk_begins_within_an_entry():
    assert words("a.po", '+"zwei Worte"', '+"drei"', " ", '+msgid "no"') == 3
    assert words("a.po", '+"no words"', '+msgstr "ein"') == 1
    assert words("a.po", '+"nur Worte"') == 2


def test_the_header_of_a_catalogue_is_no_translation():
    assert words("a.po", '+msgid ""', '+msgstr ""', '+"Language-Team: Some Team\\n"') == 0


@pytest.mark.parametrize(
    ("path", "line", "count"),
    [
        ("a.pot", '+msgid "none"', 0),
        ("locales/de.json", '+  "save": "Jetzt {name} speichern",', 2),
        ("a.arb", '+  "title": "Ein Titel"', 2),
        ("a.xlf", "+<target>Zwei <b>Worte</b></target>", 2),
        ("a.xlf", "+<source>Not these</source>", 0),
        ("a.ftl", "+menu-save = Jetzt speichern", 2),
        ("i18n/de.yml", "+  save: Jetzt speichern", 2),
        ("docs/zh/a.md", "+<div>你好世界</div>", 2),
        ("docs/zh/a.md", "-gone", 0),
        ("docs/zh/a.md", " there", 0),
    ],
)
def test_by_the_format_of_the_file(path, line, count):
    assert words(path, line) == count


@given(st.text(), st.sampled_from(["a.po", "a.xlf", "a.json", "a.md", "a.ftl", "a"]))
def test_any_text_is_counted(text, path):
    assert words(path, *("+" + line for line in text.split("\n"))) >= 0
