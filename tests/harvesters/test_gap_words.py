"""What gaps say, in the reader's language."""

import pytest
from django.utils import translation

from harvesters.gap_words import reason_words, subject_words

SUBJECTS = [
    "size of 0123456789ab",
    "size of pull request 7",
    "co-authors of pull request 7",
    "reviews of pull request 7",
    "merger of pull request 7",
    "comments in review 5 of pull request 7",
    "timeline of issue 7",
    "closed_by of issue 7",
    "solution of issue I7ABC",
    "one of the pull requests",
    "security advisories",
    "commits",
    "pull request 7",
    "merge request 7",
    "discussion 7",
    "release v1.0",
    "release 3 after the start",
    "advisory GHSA-1",
    "commit 0123456789ab",
    "line 7",
    "pulls 7",
    "issues 7",
]
REASONS = [
    "its date cannot be told: year 0 is out of range",
    "the clone lacks its files",
    "It is no text in UTF-8.",
    "GitLab sends us to another host, which is not asked.",
    "The forge counts it and does not show it to us.",
    "It is confidential, so it is not told.",
    "Gitea lists 3 of 9 files",
    "Gitee does not tell all of its files",
    "GitHub does not list all of its files",
    "GitHub does not show all of it to us: It is not for you.",
    "GitHub's answer lacks what it promises: KeyError('title')",
    "The forge's answer lacks what it promises: KeyError('title')",
    "/repos/lab/vision/pulls/7/files does not exist, is private, or was taken down (HTTP 404).",
    "The forge failed on /repos/lab/vision/pulls/7/files (HTTP 500).",
    "https://github.com/lab/vision.git cannot be fetched: it is larger than what we take.",
    "What was fetched lacks the newest commit, 0123456789abcdef.",
]


@pytest.mark.parametrize(
    ("words", "told"),
    [(subject_words, one) for one in SUBJECTS] + [(reason_words, one) for one in REASONS],
    ids=[*SUBJECTS, *REASONS],
)
def test_what_adapters_tell_is_told_in_english_as_it_is_and_in_chinese_in_chinese(words, told):
    assert words(told) == told
    with translation.override("zh-hans"):
        said = words(told)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in said)
    assert "%(" not in said


def test_what_stands_within_is_told_in_the_same_language():
    with translation.override("zh-hans"):
        assert subject_words("pull request 7") in subject_words("size of pull request 7")


@pytest.mark.parametrize("told", ["", "%(what)s", "100 %s", "something else", "size of\n"])
def test_what_has_no_form_is_shown_as_it_was_told(told):
    with translation.override("zh-hans"):
        assert subject_words(told) == told
        assert reason_words(told) == told
