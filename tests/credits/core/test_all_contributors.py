"""`.all-contributorsrc` is read as projects write it, and what is wrong says where."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.all_contributors import (
    AS_CLAIM,
    AT_FORGE,
    LARGEST_FILE,
    NO_WORK_HERE,
    AllContributorsError,
    Fate,
    Thanks,
    read_all_contributors,
)

SAMPLE = Path(__file__).parents[2] / "data" / "all-contributorsrc.json"


def test_each_type_of_each_person_is_one_line():
    found = read_all_contributors("\ufeff" + SAMPLE.read_text("utf-8"))

    assert found[1] == Thanks("li-ming", "1001", "talk")
    assert Thanks("wu-renamed", "1002", "blog") in found
    assert Thanks("He-Fan", "", "video") in found
    assert Thanks("Greenkeeper[bot]", "", "infra") in found
    assert len(found) == 13


def test_each_of_the_33_types_has_its_place():
    assert len(AS_CLAIM) + len(AT_FORGE) + len(NO_WORK_HERE) == 33
    assert not set(AS_CLAIM) & AT_FORGE
    assert not (set(AS_CLAIM) | AT_FORGE) & NO_WORK_HERE


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        ("talk", Fate.CLAIM),
        ("code", Fate.AT_FORGE),
        ("financial", Fate.NO_WORK_HERE),
        ("podcast", Fate.UNKNOWN),
    ],
)
def test_a_type_says_what_becomes_of_it(name, fate):
    assert Thanks("li", "", name).fate == fate


def test_bad_json_says_where():
    with pytest.raises(AllContributorsError) as found:
        read_all_contributors('{\n  "contributors": [\n    {"login" "li"}\n  ]\n}')

    assert (found.value.line, found.value.column) == (3, 14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", 'no list "contributors"'),
        ('{"contributors": {}}', 'no list "contributors"'),
        ('{"contributors": [7]}', "contributors[0]"),
        ('{"contributors": [{"login": " "}]}', "contributors[0]"),
        ('{"contributors": [{"login": "li", "contributions": "code"}]}', "contributions"),
        ("[" * 100_000, "too deep"),
        ("9" * 10_000, "too long"),
        (" " * (LARGEST_FILE + 1), "more than"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(text, said):
    with pytest.raises(AllContributorsError, match=said.replace("[", r"\[")):
        read_all_contributors(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["contributors", "login", "contributions", "avatar_url", "type"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(value):
    with suppress(AllContributorsError):
        found = read_all_contributors(json.dumps(value))
        assert len(found) == len(set(found))
