"""What gaps say, in the reader's language.

Adapters tell gaps in English, and so they are stored. Whatever they say is found here by its
form and told in the reader's words; what has no form here is shown as it was told.
"""

import re
from collections.abc import Sequence
from functools import cache

from django.utils.translation import gettext, gettext_noop

SUBJECTS = (
    gettext_noop("size of %(what)s"),
    gettext_noop("co-authors of %(what)s"),
    gettext_noop("reviews of %(what)s"),
    gettext_noop("merger of %(what)s"),
    gettext_noop("commits of %(what)s"),
    gettext_noop("files of %(what)s"),
    gettext_noop("timeline of %(what)s"),
    gettext_noop("closed_by of %(what)s"),
    gettext_noop("resource_label_events of %(what)s"),
    gettext_noop("comments in review %(number)s of %(what)s"),
    gettext_noop("solution of %(what)s"),
    gettext_noop("one of the pull requests"),
    gettext_noop("one of the issues"),
    gettext_noop("commits"),
    gettext_noop("security advisories"),
    gettext_noop("merge requests"),
    gettext_noop("issues"),
    gettext_noop("releases"),
    gettext_noop("pull request %(number)s"),
    gettext_noop("merge request %(number)s"),
    gettext_noop("issue %(number)s"),
    gettext_noop("discussion %(number)s"),
    gettext_noop("release %(number)s"),
    gettext_noop("advisory %(number)s"),
    gettext_noop("commit %(number)s"),
    gettext_noop("line %(number)s"),
    gettext_noop("pulls %(number)s"),
    gettext_noop("changes %(number)s"),
    gettext_noop("merge_requests %(number)s"),
    gettext_noop("issues %(number)s"),
    gettext_noop("releases %(number)s"),
)

REASONS = (
    gettext_noop("its date cannot be told: %(why)s"),
    gettext_noop("the clone lacks its files"),
    gettext_noop("It is no text in UTF-8."),
    gettext_noop("It is told as %(why)s."),
    gettext_noop("%(count)s of its %(all)s bytes were told."),
    gettext_noop("What came is not %(where)s."),
    gettext_noop("%(forge)s sends us to another host, which is not asked."),
    gettext_noop("The forge counts it and does not show it to us."),
    gettext_noop("It is confidential, so it is not told."),
    gettext_noop("Gitea lists %(count)s of %(all)s files"),
    gettext_noop("GitLab left out a part of its patch."),
    gettext_noop("%(forge)s does not tell all of its files"),
    gettext_noop("%(forge)s does not list all of its files"),
    gettext_noop("%(forge)s does not tell all of its commits"),
    gettext_noop("%(forge)s does not show its comments"),
    gettext_noop("%(forge)s does not tell who merged it"),
    gettext_noop("%(forge)s does not show the pull requests linked to it"),
    gettext_noop("%(forge)s does not show all of it to us: %(why)s"),
    gettext_noop("%(forge)s's answer lacks what it promises: %(why)s"),
    gettext_noop("%(where)s does not exist, is private, or was taken down (HTTP %(status)s)."),
    gettext_noop("The forge failed on %(where)s (HTTP %(status)s)."),
    gettext_noop(
        "The forge refused our token for %(where)s (HTTP %(status)s: %(why)s)."
        " Renew it, or give it the right to read."
    ),
    gettext_noop("%(where)s is longer than we read."),
    gettext_noop("%(where)s cannot be fetched: %(why)s"),
    gettext_noop("What was fetched lacks the newest commit, %(number)s."),
)

_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def subject_words(told: str) -> str:
    """What could not be read, in the reader's language."""
    return _in_words(told, SUBJECTS)


def reason_words(told: str) -> str:
    """Why it could not be read, in the reader's language."""
    return _in_words(told, REASONS)


def _in_words(told: str, forms: Sequence[str]) -> str:
    for form in forms:
        if found := _pattern(form).fullmatch(told):
            parts = found.groupdict()
            if "what" in parts:
                parts["what"] = subject_words(parts["what"])
            return gettext(form) % parts if parts else gettext(form)
    return told


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What ``form`` looks like with its places filled."""
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(form)), re.DOTALL)
