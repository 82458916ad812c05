"""A misspelt name is guessed."""

from credits.core.suggestions import suggestion


def test_the_nearest_name_is_suggested():
    assert suggestion("comits", ["comments", "commits"]) == ", did you mean 'commits'?"


def test_nothing_is_suggested_where_nothing_is_near():
    assert suggestion("zzz", ["comments", "commits"]) == ""


def test_a_suggestion_may_be_written_as_in_its_place():
    assert suggestion("linse", ["lines"], "{{{}}}") == ", did you mean '{lines}'?"
