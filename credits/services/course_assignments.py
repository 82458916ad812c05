"""Courses that ask to bring their students to a project: ask, decide, withdraw.

Days are days in UTC, the same for everybody. On a day on which a project changed its terms, its
last word of that day counts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Institution, Membership, User
from credits.core.coursework import Course, Limit, first_full_day, students_on
from credits.models import CourseAssignment, CourseworkTerms, Project
from credits.services.coursework import lock_project, require_maintainer, terms_in_force
from credits.services.errors import CreditsError


class NotTeacherError(CreditsError):
    """Only a teacher of the institution asks for its courses; ask its registrar to be listed."""


class ProjectClosedError(CreditsError):
    """The project is not for class: it takes no course, and work there earns no credits."""


class NoRoomError(CreditsError):
    """The project takes fewer students at a time than the course brings."""


class CourseBegunError(CreditsError):
    """A course asks before it starts, and cannot be accepted when it is over."""


class AlreadyAskedError(CreditsError):
    """The course has asked here before, in other words; withdraw that and ask anew."""


class AlreadyAnsweredError(CreditsError):
    """The request was answered or withdrawn in the meantime; reload the page."""


class ReasonNeededError(CreditsError):
    """Who declines says why; the teacher reads it."""


@dataclass(frozen=True, slots=True)
class PlannedCourse:
    """What a teacher would bring; both days are included."""

    institution: Institution
    title: str
    students: int
    starts_on: date
    ends_on: date
    note: str = ""


@transaction.atomic
def ask_assignment(
    project: Project, teacher: User, course: PlannedCourse, *, now: datetime
) -> CourseAssignment:
    """Ask the maintainers of ``project`` whether a course may come; asking twice is asking once.

    Raises:
        NotTeacherError, CourseBegunError, AlreadyAskedError,
        ProjectClosedError, NoRoomError: the maintainers could not accept it.
    """
    lock_project(project)
    teaches = Membership.objects.of(teacher, Membership.Role.TEACHER)
    if not teaches.filter(institution=course.institution).exists():
        raise NotTeacherError(
            _("Only a teacher of the institution asks for its courses; its registrar lists them.")
        )
    asked = {
        "institution": course.institution,
        "course_title": course.title,
        "starts_on": course.starts_on,
    }
    given = {"students_count": course.students, "ends_on": course.ends_on, "note": course.note}
    standing = CourseAssignment.objects.filter(project=project, teacher=teacher, **asked)
    if known := standing.filter(state__in=["asked", "accepted"]).first():
        if all(getattr(known, name) == given[name] for name in given):
            return known
        raise AlreadyAskedError(
            _("The course has asked here before, in other words. Withdraw that and ask anew.")
        )
    if not now.date() <= course.starts_on <= course.ends_on:
        raise CourseBegunError(
            _("Ask before the course starts: its first day is today or later, its last day after.")
        )
    said = terms_in_force(project, now)
    if said is not None and said.is_closed:
        raise ProjectClosedError(_("The project is not for class: work there earns no credits."))
    _require_room(project, Course(course.students, course.starts_on, course.ends_on))
    return CourseAssignment.objects.create(
        project=project, teacher=teacher, asked_at=now, **asked, **given
    )


@transaction.atomic
def decide_assignment(
    assignment: CourseAssignment, *, accept: bool, decided_by: User, now: datetime, reason: str = ""
) -> CourseAssignment:
    """Accept a course, or decline it with a reason; a maintainer does.

    Decisions about one project come one after the other: together they never accept more
    students at a time than the project takes.

    Raises:
        NotMaintainerError, AlreadyAnsweredError, ReasonNeededError,
        CourseBegunError, ProjectClosedError, NoRoomError: it can only be declined.
    """
    lock_project(assignment.project)
    locked = CourseAssignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    require_maintainer(locked.project, decided_by)
    if locked.state != CourseAssignment.State.ASKED:
        raise _already_answered()
    if accept:
        if locked.ends_on < now.date():
            raise CourseBegunError(_("The course is over; it can only be declined."))
        _require_room(locked.project, _course_of(locked))
    elif not reason.strip():
        raise ReasonNeededError(_("Say why: the teacher reads it."))
    states = CourseAssignment.State
    locked.state = states.ACCEPTED if accept else states.DECLINED
    locked.reason, locked.decided_by, locked.decided_at = reason.strip(), decided_by, now
    locked.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def withdraw_assignment(assignment: CourseAssignment, *, now: datetime) -> CourseAssignment:
    """Take a request back, also an accepted one: its places are free again.

    Raises:
        AlreadyAnsweredError: it was declined.
    """
    lock_project(assignment.project)
    locked = CourseAssignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    if locked.state == CourseAssignment.State.DECLINED:
        raise _already_answered()
    if locked.state != CourseAssignment.State.WITHDRAWN:
        locked.state, locked.withdrawn_at = CourseAssignment.State.WITHDRAWN, now
        locked.save(update_fields=["state", "withdrawn_at"])
    return locked


def students_today(projects: Collection[Project], today: date) -> Mapping[int, int]:
    """How many students accepted courses bring to each of ``projects`` on ``today``."""
    running = CourseAssignment.objects.accepted().running(today, today)
    courses: dict[int, list[Course]] = {project.pk: [] for project in projects}
    for assignment in running.filter(project__in=projects):
        courses[assignment.project_id].append(_course_of(assignment))
    return {key: students_on(today, accepted) for key, accepted in courses.items()}


def _require_room(project: Project, course: Course) -> None:
    """On all days of ``course`` the project is open, and the places are free."""
    said = list(CourseworkTerms.objects.filter(project=project).in_order())
    if closed_on := _first_closed_day(said, course):
        raise ProjectClosedError(
            _("The project is not for class on %(day)s: work there earns no credits.")
            % {"day": date_format(closed_on)}
        )
    accepted = CourseAssignment.objects.filter(project=project).accepted()
    courses = [_course_of(one) for one in accepted.running(course.starts_on, course.ends_on)]
    limits = [Limit(terms.valid_from.date(), terms.most_students) for terms in said]
    if full := first_full_day(course, courses, limits):
        raise NoRoomError(
            _("Free places on %(day)s: %(free)d. The course brings %(count)d students.")
            % {"day": date_format(full.day), "free": full.free, "count": course.students}
        )


def _first_closed_day(said: Sequence[CourseworkTerms], course: Course) -> date | None:
    """The first day of ``course`` on which the project is closed; of a day the last word counts."""
    of_day = {terms.valid_from.date(): terms for terms in said}
    before = [day for day in of_day if day <= course.starts_on]
    days = [day for day in of_day if course.runs_on(day)]
    if before and of_day[max(before)].is_closed:
        return course.starts_on
    return min((day for day in days if of_day[day].is_closed), default=None)


def _course_of(assignment: CourseAssignment) -> Course:
    return Course(assignment.students_count, assignment.starts_on, assignment.ends_on)


def _already_answered() -> AlreadyAnsweredError:
    return AlreadyAnsweredError(
        _("The request was answered or withdrawn in the meantime; reload the page.")
    )
