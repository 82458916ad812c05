"""A certificate says the same in each language."""

import string

import pytest

from credits.core.certificate_words import KINDS, WORDS, LanguageError, kind_name, words
from credits.core.rule_reader import parse_rule_set
from tests.rule_sets import DEFAULT


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_sentence_exists_in_each_language_with_the_same_values():
    for key, sentence in WORDS["en"].items():
        for language, said in WORDS.items():
            assert placeholders(said[key]) == placeholders(sentence), (language, key)
    assert all(said.keys() == WORDS["en"].keys() for said in WORDS.values())


def test_every_kind_of_work_has_a_name_in_each_language():
    assert all(names.keys() == WORDS.keys() for names in KINDS.values())


def test_every_category_of_the_default_rule_set_has_a_name():
    categories = {rule.category for rule in parse_rule_set(DEFAULT).rules}

    assert categories <= KINDS.keys()


def test_points_are_never_called_credits():
    assert "not academic credits" in " ".join(words("en")["narrative"].split())
    assert "不是学分" in words("zh")["narrative"]


def test_a_kind_without_words_keeps_its_own_name():
    assert kind_name("review", "zh") == "代码评审"
    assert kind_name("juggling", "zh") == "juggling"
    assert kind_name("code", "fr") == "code"


@pytest.mark.parametrize("language", ["", "fr", "zh-hans"])
def test_a_language_without_words_is_refused_with_those_that_there_are(language):
    with pytest.raises(LanguageError, match=r"there are \['en', 'zh'\]"):
        words(language)
