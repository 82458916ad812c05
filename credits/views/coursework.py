"""Pages about coursework: what a project says, for maintainers; where to go, for teachers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Membership, User
from credits.models import CourseAssignment, CourseworkTerms, Project
from credits.services.course_assignments import (
    ask_assignment,
    decide_assignment,
    students_today,
    withdraw_assignment,
)
from credits.services.coursework import state_terms, terms_in_force, terms_of_projects
from credits.services.errors import CreditsError
from credits.views.coursework_forms import (
    AnswerForm,
    CourseForm,
    ProjectFilter,
    TermsForm,
    as_filled,
)

ROWS_A_PAGE = 30
VERSIONS_SHOWN = 20
ASKED = CourseAssignment.State.ASKED


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def maintained_coursework(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project says about coursework, and the courses that ask to come."""
    project, now = _own_project(request, slug), timezone.now()
    terms = terms_in_force(project, now)
    form = TermsForm(request.POST or None, project=project, now=now, initial=as_filled(terms, now))
    if request.method == "POST" and form.is_valid():
        try:
            state_terms(
                project,
                form.statement(),
                decided_by=_person(request),
                now=now,
                valid_from=form.moment,
            )
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Stated. Everybody can read it on the project's page."))
            return redirect("maintained-coursework", project.slug)
    context = {
        "project": project,
        "form": form,
        **coursework_of(project, now),
        **_asked_of(request, project),
        "stranded_count": _stranded(project, now),
    }
    return render(request, "credits/maintainer/coursework.html", context)


@login_required
@require_POST
def maintained_assignment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept a course, or decline it."""
    project = _own_project(request, slug)
    assignment = get_object_or_404(project.course_assignments.select_related("project"), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Accept or decline; a reason has at most 1,000 characters."))
        return redirect("maintained-coursework", project.slug)
    accept = form.cleaned_data["answer"] == "accept"
    try:
        decide_assignment(
            assignment,
            accept=accept,
            reason=form.cleaned_data["reason"],
            decided_by=_person(request),
            now=timezone.now(),
        )
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        said = _("Accepted. The teacher can read it.") if accept else _("Declined, with reason.")
        messages.success(request, said)
    return redirect("maintained-coursework", project.slug)


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project as teachers look at it; ``students`` are those of accepted courses today."""

    project: Project
    terms: CourseworkTerms | None
    students: int

    @property
    def free(self) -> int | None:
        """The places that are free today; None where there is no limit."""
        most = self.terms.most_students if self.terms else None
        return None if most is None else max(0, most - self.students)


@login_required
@require_safe
def coursework(request: HttpRequest) -> HttpResponse:
    """Projects, and what they say to teachers who look for one."""
    now = timezone.now()
    asked = ProjectFilter(request.GET)
    page = Paginator(asked.narrow(now), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "listed": _listed(list(page.object_list), now),
        "filter": asked,
        "is_filtered": any(request.GET.get(name) for name in asked.fields),
    }
    return render(request, "credits/teacher/coursework.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def coursework_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """One project: what it says, then the form that asks its maintainers."""
    project, teacher, now = get_object_or_404(Project, slug=slug), _person(request), timezone.now()
    (listed,) = _listed([project], now)
    form = CourseForm(request.POST or None, teacher=teacher)
    if request.method == "POST" and form.is_valid():
        try:
            ask_assignment(project, teacher, form.planned(), now=now)
        except CreditsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Asked. You will find the answer here."))
            return redirect("course-assignments")
    context = {
        "project": project,
        "form": form,
        "listed": listed,
        "teaches": Membership.objects.of(teacher, Membership.Role.TEACHER).exists(),
        **coursework_of(project, now),
    }
    return render(request, "credits/teacher/coursework_ask.html", context)


@login_required
@require_safe
def course_assignments(request: HttpRequest) -> HttpResponse:
    """What a teacher asked for, and the answers."""
    own = CourseAssignment.objects.asked_by(_person(request))
    rows = own.select_related("project", "institution", "decided_by")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    projects = {assignment.project for assignment in page.object_list}
    context = {"page": page, "terms": terms_of_projects(projects, timezone.now())}
    return render(request, "credits/teacher/course_assignments.html", context)


@login_required
@require_POST
def course_assignment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back."""
    own = CourseAssignment.objects.asked_by(_person(request)).select_related("project")
    try:
        withdraw_assignment(get_object_or_404(own, pk=pk), now=timezone.now())
    except CreditsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Withdrawn. Its places are free again."))
    return redirect("course-assignments")


def coursework_of(project: Project, now: datetime) -> dict[str, Any]:
    """What ``project`` says about coursework now, and what it will say."""
    said = CourseworkTerms.objects.filter(project=project)
    return {"terms": terms_in_force(project, now), "upcoming": said.scheduled(now)}


def _listed(projects: Sequence[Project], now: datetime) -> list[ListedProject]:
    terms = terms_of_projects(projects, now)
    students = students_today(projects, now.date())
    return [
        ListedProject(project, terms.get(project.pk), students[project.pk]) for project in projects
    ]


def _asked_of(request: HttpRequest, project: Project) -> dict[str, Any]:
    """The courses that asked, in the state that was chosen; the earliest first."""
    states = CourseAssignment.State
    asked = project.course_assignments.all()
    state = request.GET.get("state", ASKED)
    state = state if state in states.values else ""
    shown = asked.filter(state=state) if state else asked
    rows = shown.select_related("teacher", "institution", "decided_by").order_by("asked_at", "pk")
    found = dict(asked.order_by().values_list("state").annotate(Count("pk")))
    return {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "counts": [(value, label, found.get(value, 0)) for value, label in states.choices],
        "versions": project.coursework_terms.select_related("decided_by")[:VERSIONS_SHOWN],
    }


def _stranded(project: Project, now: datetime) -> int:
    """How many accepted courses run on when the project is closed to coursework."""
    context = coursework_of(project, now)
    said = [each for each in (context["terms"], *context["upcoming"]) if each is not None]
    closed = next((each for each in said if each.is_closed), None)
    if closed is None:
        return 0
    since = max(closed.valid_from, now).date()
    return project.course_assignments.accepted().filter(ends_on__gte=since).count()


def _own_project(request: HttpRequest, slug: str) -> Project:
    return get_object_or_404(Project.objects.maintained_by(_person(request)), slug=slug)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
