"""Room for one more course, and the words for work that earns nothing."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credits.core.coursework import Course, FullDay, LeftOut, Limit, first_full_day, in_words

FIRST = date(2026, 9, 1)
LONG_AGO = Limit(date(2020, 1, 1), 5)

days = st.integers(0, 30).map(lambda count: FIRST + timedelta(days=count))
courses = st.builds(
    lambda students, one, other: Course(students, min(one, other), max(one, other)),
    st.integers(1, 9),
    days,
    days,
)
limits = st.lists(st.builds(Limit, days, st.none() | st.integers(0, 20)), max_size=4).map(
    lambda found: sorted(found, key=lambda limit: limit.since)
)


def day(number):
    return FIRST + timedelta(days=number - 1)


def course(students, first, last):
    return Course(students, day(first), day(last))


def test_without_a_limit_every_course_fits():
    assert first_full_day(course(900, 1, 9), [course(900, 1, 9)], []) is None
    assert first_full_day(course(900, 1, 9), [], [Limit(FIRST, None)]) is None


def test_a_course_fits_up_to_the_last_place():
    accepted = [course(3, 1, 9)]

    assert first_full_day(course(2, 5, 12), accepted, [LONG_AGO]) is None
    assert first_full_day(course(3, 5, 12), accepted, [LONG_AGO]) == FullDay(day(5), 2)


def test_courses_after_one_another_are_not_there_at_the_same_time():
    accepted = [course(5, 1, 4), course(5, 9, 12)]

    assert first_full_day(course(5, 5, 8), accepted, [LONG_AGO]) is None
    assert first_full_day(course(5, 5, 9), accepted, [LONG_AGO]) == FullDay(day(9), 0)
    assert first_full_day(course(5, 4, 8), accepted, [LONG_AGO]) == FullDay(day(4), 0)


def test_a_limit_that_falls_while_the_course_runs_counts_from_its_day_on():
    falling = [LONG_AGO, Limit(day(6), 2)]

    assert first_full_day(course(4, 1, 5), [], falling) is None
    assert first_full_day(course(4, 1, 6), [], falling) == FullDay(day(6), 2)


def test_where_more_were_accepted_than_are_welcome_now_no_place_is_free():
    assert first_full_day(course(1, 1, 2), [course(9, 1, 9)], [LONG_AGO]) == FullDay(day(1), 0)


@given(courses, st.lists(courses, max_size=6), limits)
def test_looking_at_every_day_finds_the_same_first_day(asked, accepted, changing):
    def most_on(moment):
        counting = [limit.most for limit in changing if limit.since <= moment]
        return counting[-1] if counting else None

    expected = None
    for count in range((asked.ends_on - asked.starts_on).days + 1):
        moment = asked.starts_on + timedelta(days=count)
        there = sum(other.students for other in accepted if other.runs_on(moment))
        most = most_on(moment)
        if most is not None and asked.students + there > most:
            expected = FullDay(moment, max(0, most - there))
            break

    assert first_full_day(asked, accepted, changing) == expected


def test_work_in_a_closed_project_is_said_to_earn_no_credits():
    said = in_words(LeftOut("Vision", 1, 8_000))

    assert said.en == (
        "1 contribution to Vision (8 points) earns no credits: "
        "the project was not for class at the time"
    )
    assert said.zh == "对 Vision 的 1 项贡献（8 积分）不计学分：该项目当时不接受课程作业"


def test_work_of_other_kinds_is_said_to_earn_no_credits():
    said = in_words(LeftOut("Vision", 3, 24_500, ("docs", "notebooks")))

    assert said.en == (
        "3 contributions to Vision (24.5 points) earn no credits: "
        "as coursework the project took only this at the time: documentation, notebooks"
    )
    assert said.zh == (
        "对 Vision 的 3 项贡献（24.5 积分）不计学分：该项目当时接受的课程作业仅限：文档、notebooks"
    )
