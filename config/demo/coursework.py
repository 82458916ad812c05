"""What the sample projects say about coursework, and two courses that asked to come."""

from datetime import datetime, timedelta

from accounts.models import Institution
from config.demo.people import CHEN, EXAMPLE, WANG, user_of
from credits.models import CourseAssignment, CourseworkTerms, Project
from credits.services.course_assignments import PlannedCourse, ask_assignment, decide_assignment
from credits.services.coursework import Statement, state_terms

STATED_BEFORE = timedelta(days=60)
ASKED_BEFORE = timedelta(days=6)
DAY = timedelta(days=1)

STATEMENTS = {
    "vision-toolkit": Statement(
        CourseworkTerms.Stance.WELCOME,
        note_en="Start with what is labelled “good first issue”.",
        note_zh="请从标有“good first issue”的议题开始。",
    ),
    "pocket-lm": Statement(
        CourseworkTerms.Stance.LIMITED,
        most_students=5,
        kinds=("docs", "tests"),
        note_en="No typo fixes: tests, or pages that were missing.",
        note_zh="不收错别字修改：欢迎补充测试或缺失的文档。",
    ),
    "speech-lab": Statement(
        CourseworkTerms.Stance.CLOSED,
        note_en="Two people look after this in their spare time.",
        note_zh="本项目由两人利用业余时间维护。",
    ),
}


def say_what_is_welcome(loaded_at: datetime) -> list[CourseworkTerms]:
    """One project welcomes courses, one takes a few students, one none; one says nothing."""
    return [
        state_terms(
            Project.objects.get(slug=slug),
            statement,
            decided_by=user_of(CHEN),
            now=loaded_at - STATED_BEFORE,
        )
        for slug, statement in STATEMENTS.items()
    ]


def ask_for_courses(loaded_at: datetime) -> list[CourseAssignment]:
    """Wang asked twice: one course was accepted, the other waits for Chen."""
    if known := list(CourseAssignment.objects.asked_by(user_of(WANG))):
        return known
    asked_at = loaded_at - ASKED_BEFORE
    seminar = _ask("开源软件实践 Open Source Practice", 3, asked_at, days=(2, 90))
    project = _ask("软件测试 Software Testing", 2, asked_at, days=(14, 56))
    accepted = decide_assignment(
        seminar,
        accept=True,
        reason="欢迎！请每次只提交一处改动。 Welcome: one change at a time, please.",
        decided_by=user_of(CHEN),
        now=asked_at + timedelta(days=1),
    )
    return [accepted, project]


def _ask(
    title: str, students: int, asked_at: datetime, *, days: tuple[int, int]
) -> CourseAssignment:
    first, last = days
    course = PlannedCourse(
        institution=Institution.objects.get(slug=EXAMPLE.slug),
        title=title,
        students=students,
        starts_on=(asked_at + first * DAY).date(),
        ends_on=(asked_at + last * DAY).date(),
    )
    return ask_assignment(
        Project.objects.get(slug="pocket-lm"), user_of(WANG), course, now=asked_at
    )
