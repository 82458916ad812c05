"""Whether a project takes coursework, and the courses whose teachers asked to bring theirs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, User
from credits.models.project import Project


class CourseworkTermsQuerySet(models.QuerySet["CourseworkTerms"]):
    def in_force(self, at: datetime) -> Self:
        """Of each project the version that counts at ``at``, if it has said anything by then."""
        said = self.filter(valid_from__lte=at)
        return said.order_by("project_id", "-valid_from", "-pk").distinct("project_id")

    def scheduled(self, at: datetime) -> Self:
        """What will count after ``at``, the next first."""
        return self.filter(valid_from__gt=at).order_by("valid_from", "pk")

    def in_order(self) -> Self:
        """As they count one after the other."""
        return self.order_by("valid_from", "pk")


class CourseworkTerms(models.Model):
    """What a project says about coursework from a day on. A version never changes.

    Without ``most_students`` any number may come at a time; without ``kinds`` (categories of
    rule sets) every kind of work is welcome. A project without terms has not stated any.
    """

    class Stance(models.TextChoices):
        WELCOME = "welcome", _("coursework is welcome")
        LIMITED = "limited", _("coursework within limits")
        CLOSED = "closed", _("not for class")

    project = models.ForeignKey(Project, models.PROTECT, related_name="coursework_terms")
    stance = models.CharField(max_length=8, choices=Stance.choices)
    most_students = models.PositiveIntegerField(null=True, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    note_zh = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    objects = CourseworkTermsQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-id"]
        verbose_name_plural = "coursework terms"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__gte=F("decided_at")), name="coursework_terms_not_backdated"
            ),
            models.CheckConstraint(
                condition=Q(most_students=None) | Q(most_students__gt=0),
                name="coursework_limit_leaves_room",
            ),
            models.CheckConstraint(
                condition=Q(stance="limited") ^ Q(most_students=None, kinds=[]),
                name="limited_coursework_says_how",
            ),
        ]
        indexes = [models.Index(fields=["project", "valid_from"], name="coursework_terms_by_day")]

    def __str__(self) -> str:
        return f"{self.project}: {self.stance}"

    @property
    def is_closed(self) -> bool:
        return self.stance == self.Stance.CLOSED

    @property
    def note(self) -> Mapping[str, str]:
        """The note by language; one that was written in one language serves both."""
        return {"en": self.note_en or self.note_zh, "zh": self.note_zh or self.note_en}

    def takes(self, category: str) -> bool:
        """Whether work of ``category`` may be coursework."""
        return not self.is_closed and (not self.kinds or category in self.kinds)


class CourseAssignmentQuerySet(models.QuerySet["CourseAssignment"]):
    def open(self) -> Self:
        return self.filter(state=CourseAssignment.State.ASKED)

    def accepted(self) -> Self:
        return self.filter(state=CourseAssignment.State.ACCEPTED)

    def running(self, first: date, last: date) -> Self:
        """Those with a day from ``first`` until ``last``."""
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def asked_by(self, teacher: User) -> Self:
        return self.filter(teacher=teacher)


class CourseAssignment(models.Model):
    """A teacher's request to bring the students of a course to a project, and the answer."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for the maintainers")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    project = models.ForeignKey(Project, models.PROTECT, related_name="course_assignments")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="course_assignments")
    teacher = models.ForeignKey(User, models.PROTECT, related_name="course_assignments")
    course_title = models.CharField(max_length=200)
    students_count = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    reason = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CourseAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="course_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(students_count__gt=0), name="course_brings_students"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="asked", decided_by=None, decided_at=None)
                    | Q(state="withdrawn")
                    | Q(
                        state__in=["accepted", "declined"],
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                ),
                name="answered_course_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="declined_course_says_why"
            ),
            models.UniqueConstraint(
                fields=["project", "institution", "teacher", "course_title", "starts_on"],
                condition=Q(state__in=["asked", "accepted"]),
                name="course_asks_once",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "state", "ends_on"], name="course_assignment_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.course_title} -> {self.project}"
