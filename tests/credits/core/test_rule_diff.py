"""Two versions of a rule set are compared by what they say."""

from hypothesis import given

from credits.core.rule_diff import Difference, EntryChange, ValueChange, diff_rule_sets
from credits.core.rule_writer import read_structure, write_rule_set
from tests.credits.core.test_rule_writer import STRUCTURES
from tests.rule_sets import GUARD, HEAD, REVIEW, RULE, SMALL


def diff(before, after):
    return diff_rule_sets(read_structure(before), read_structure(after))


@given(STRUCTURES)
def test_nothing_differs_from_itself(structure):
    assert diff_rule_sets(structure, structure) == ()


def test_spaces_and_comments_are_no_difference():
    assert diff(SMALL, write_rule_set(read_structure(SMALL)).text + "\n# a word\n") == ()


def test_a_changed_value_is_told_as_it_was_and_is():
    (change,) = diff(SMALL, SMALL.replace("double(comments)'", "double(comments) * 2.0'"))

    assert (change.table, change.name, change.what) == ("rules", "review", Difference.CHANGED)
    assert change.values == (
        ValueChange("points", "1.0 + 0.5 * double(comments)", "1.0 + 0.5 * double(comments) * 2.0"),
    )


def test_what_was_added_and_removed_is_told_with_its_values():
    added, removed = diff(HEAD + GUARD + RULE, HEAD + GUARD + REVIEW)

    assert (added.name, added.what) == ("review", Difference.ADDED)
    assert (removed.name, removed.what) == ("code", Difference.REMOVED)
    assert ValueChange("category", "", "review") in added.values
    assert ValueChange("category", "code", "") in removed.values


def test_a_rule_that_only_stands_elsewhere_has_moved():
    changes = diff(HEAD + RULE + REVIEW, HEAD + REVIEW + RULE)

    assert [change.what for change in changes] == [Difference.MOVED]


def test_the_top_is_compared_too():
    changes = diff(SMALL, SMALL.replace('"1.0"', '"1.1"').replace('en = "Small"', 'en = "Tiny"'))

    assert changes == (
        EntryChange("", "version", Difference.CHANGED, (ValueChange("version", "1.0", "1.1"),)),
        EntryChange("", "title", Difference.CHANGED, (ValueChange("en", "Small", "Tiny"),)),
    )


def test_a_table_that_one_of_them_lacks_is_added_or_removed():
    with_more = SMALL + "\n[work_items]\ndays = 7\n"

    (added,), (removed,) = diff(SMALL, with_more), diff(with_more, SMALL)

    assert (added.name, added.what) == ("work_items", Difference.ADDED)
    assert (removed.name, removed.what) == ("work_items", Difference.REMOVED)
