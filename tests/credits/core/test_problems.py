"""What is wrong with a text is told with its place."""

from credits.core.problems import Problem, SourceError, pointed


def test_a_problem_names_its_line_and_column_and_points_there():
    problem = Problem(3, 8, "unknown field 'linse'", "when = 'linse > 0'")

    assert str(problem) == (
        "line 3, column 8: unknown field 'linse'\n  when = 'linse > 0'\n         ^"
    )


def test_a_problem_without_a_line_is_one_sentence():
    assert str(Problem(1, 1, "too long")) == "line 1, column 1: too long"


def test_below_a_chinese_character_stands_a_space_as_wide():
    shown, caret = pointed('zh = "评审 {linse}"', 10).split("\n")

    assert shown[caret.index("^")] == "{"
    assert caret[2:] == "      \u3000\u3000 ^"


def test_a_long_line_is_cut_around_the_place():
    shown, caret = pointed("x" * 500 + "!" + "y" * 500, 501).split("\n")

    assert shown[caret.index("^")] == "!"
    assert len(shown) < 110


def test_tabs_do_not_move_the_caret():
    shown, caret = pointed("\t\t!", 3).split("\n")

    assert shown[caret.index("^")] == "!"


def test_an_error_says_every_problem():
    error = SourceError([Problem(1, 1, "this"), Problem(2, 1, "that")])

    assert str(error) == "line 1, column 1: this\nline 2, column 1: that"
    assert len(error.problems) == 2
