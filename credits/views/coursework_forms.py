"""What is filled in about coursework: a project's terms, a teacher's request, the answer."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Membership, User
from credits.models import CourseworkTerms, Project
from credits.services.course_assignments import PlannedCourse
from credits.services.coursework import UNSTATED, Statement, projects_taking
from credits.services.rules import NoRuleSetError, rule_set_in_force
from credits.templatetags.points import CATEGORIES
from credits.views.student_forms import DayField, midnight

MOST_STUDENTS = 10_000
STANCES = [
    (CourseworkTerms.Stance.WELCOME, _("Coursework is welcome")),
    (CourseworkTerms.Stance.LIMITED, _("Within limits")),
    (CourseworkTerms.Stance.CLOSED, _("Not for class")),
]


class TermsForm(forms.Form):
    """What the project says about coursework, and from which day on."""

    stance = forms.ChoiceField(label=_("Coursework"), choices=STANCES)
    most_students = forms.IntegerField(
        label=_("Most students at a time"),
        min_value=1,
        max_value=MOST_STUDENTS,
        required=False,
        help_text=_("Within limits only. Empty: any number."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of work that are welcome"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note_en = forms.CharField(
        label=_("Note in English"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "en"}),
    )
    note_zh = forms.CharField(
        label=_("Note in Chinese"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "lang": "zh"}),
    )
    valid_from = DayField(
        label=_("From"),
        help_text=_("Today is from now on. Work that is done keeps the terms of its day."),
    )

    def __init__(self, *args: Any, project: Project, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        self.fields["kinds"].choices = kinds_of(project, now)  # type: ignore[attr-defined]

    def statement(self) -> Statement:
        """What was said, as the service takes it."""
        given = self.cleaned_data
        return Statement(
            stance=given["stance"],
            most_students=given["most_students"],
            kinds=given["kinds"],
            note_en=given["note_en"].strip(),
            note_zh=given["note_zh"].strip(),
        )

    @property
    def moment(self) -> datetime:
        """Since when it counts: now if it is today (in UTC), else the first moment of the day."""
        day = self.cleaned_data["valid_from"]
        return self.now if day == self.now.date() else midnight(day)


def kinds_of(project: Project, now: datetime) -> list[tuple[str, Any]]:
    """The kinds of work that the rules of ``project`` tell apart, in words."""
    try:
        rules = rule_set_in_force(project, now=now).compiled.rules
    except NoRuleSetError:
        return [(kind, words) for kind, words in CATEGORIES.items() if kind != "other"]
    kinds = dict.fromkeys(rule.category for rule in rules)
    return [(kind, CATEGORIES.get(kind, kind)) for kind in kinds]


def as_filled(terms: CourseworkTerms | None, now: datetime) -> dict[str, Any]:
    """What the form shows at first: what is in force."""
    names = ("stance", "most_students", "kinds", "note_en", "note_zh")
    filled = {name: getattr(terms, name) for name in names} if terms else {}
    return {**filled, "valid_from": now.date()}


class AnswerForm(forms.Form):
    """Accept a course or decline it; who declines says why."""

    answer = forms.ChoiceField(choices=[("accept", ""), ("decline", "")])
    reason = forms.CharField(max_length=1000, required=False)


class ProjectFilter(forms.Form):
    """Which projects to list; what is not understood does not filter."""

    q = forms.CharField(label=_("Search in names"), max_length=200, required=False)
    stance = forms.ChoiceField(
        label=_("Coursework"),
        required=False,
        choices=[("", _("Whatever they say")), *STANCES, (UNSTATED, _("Not stated"))],
    )
    kind = forms.ChoiceField(
        label=_("Welcome kind"), required=False, choices=[("", _("All kinds")), *CATEGORIES.items()]
    )

    def narrow(self, now: datetime) -> Any:
        """The projects that were asked for, by name."""
        self.is_valid()
        asked = self.cleaned_data
        found = projects_taking(
            Project.objects.order_by("name", "pk"),
            now,
            stance=asked.get("stance", ""),
            kind=asked.get("kind", ""),
        )
        return found.filter(name__icontains=asked["q"]) if asked.get("q") else found


class CourseForm(forms.Form):
    """The course that a teacher would bring to a project."""

    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=_("Institution"), to_field_name="slug", empty_label=None
    )
    title = forms.CharField(label=_("Course"), max_length=200)
    students = forms.IntegerField(
        label=_("Number of students"), min_value=1, max_value=MOST_STUDENTS
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    note = forms.CharField(
        label=_("What the students would do"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, teacher: User, **options: Any) -> None:
        super().__init__(*args, **options)
        teaches = Membership.objects.of(teacher, Membership.Role.TEACHER)
        found = Institution.objects.filter(pk__in=teaches.values("institution"))
        self.fields["institution"].queryset = found  # type: ignore[attr-defined]

    def planned(self) -> PlannedCourse:
        """The course, as the service takes it."""
        return PlannedCourse(**self.cleaned_data)
