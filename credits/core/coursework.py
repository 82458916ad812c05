"""What a project's word on coursework means: room for one more course, work that earns nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credits.core.certificate_words import kind_name
from credits.core.points import decimal_points
from credits.core.texts import Text


@dataclass(frozen=True, slots=True)
class Course:
    """Some students, from ``starts_on`` until ``ends_on``, both days included."""

    students: int
    starts_on: date
    ends_on: date

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Limit:
    """From ``since`` on at most so many students at a time; ``most`` None is any number."""

    since: date
    most: int | None


@dataclass(frozen=True, slots=True)
class FullDay:
    """The first day on which a course does not fit, and the places that are free then."""

    day: date
    free: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Contributions to one project that earn no credits (``points`` are thousandths).

    ``kinds`` are those that the project took as coursework at the time; none: it took none.
    """

    project: str
    count: int
    points: int
    kinds: tuple[str, ...] = ()


def first_full_day(
    course: Course, accepted: Sequence[Course], limits: Sequence[Limit]
) -> FullDay | None:
    """When ``course`` would be too much beside what is ``accepted``; None: it fits.

    ``limits`` come in the order in which they count. Students at a time grow only on days on
    which a course starts, and a limit falls only on the day since which it counts: no other
    day has to be looked at.
    """
    changes = {each.starts_on for each in accepted} | {limit.since for limit in limits}
    days = {course.starts_on} | {day for day in changes if course.runs_on(day)}
    for day in sorted(days):
        most = _most_on(day, limits)
        free = None if most is None else most - students_on(day, accepted)
        if free is not None and course.students > free:
            return FullDay(day, max(0, free))
    return None


def students_on(day: date, accepted: Sequence[Course]) -> int:
    """How many students ``accepted`` courses bring on ``day``."""
    return sum(course.students for course in accepted if course.runs_on(day))


def _most_on(day: date, limits: Sequence[Limit]) -> int | None:
    most = None
    for limit in limits:
        if limit.since <= day:
            most = limit.most
    return most


def in_words(left: LeftOut) -> Text:
    """Why ``left`` earns no credits, in both languages."""
    points = decimal_points(left.points)
    one = left.count == 1
    en = (
        f"{left.count} contribution{'' if one else 's'} to {left.project} ({points} points)"
        f" earn{'s' if one else ''} no credits: "
    )
    zh = f"对 {left.project} 的 {left.count} 项贡献（{points} 积分）不计学分："
    if not left.kinds:
        return Text(
            en + "the project was not for class at the time",
            zh + "该项目当时不接受课程作业",
        )
    kinds_en = ", ".join(kind_name(kind, "en").lower() for kind in left.kinds)
    kinds_zh = "、".join(kind_name(kind, "zh") for kind in left.kinds)
    return Text(
        en + f"as coursework the project took only this at the time: {kinds_en}",
        zh + f"该项目当时接受的课程作业仅限：{kinds_zh}",
    )
