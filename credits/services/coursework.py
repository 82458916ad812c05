"""What projects say about coursework: state it, find what is in force.

Terms count from the moment they are stated, or later; never earlier, so that nobody's work
loses credits by words that came after it.
What teachers ask for is in `credits/services/course_assignments.py`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from credits.core.toml_reader import LONGEST_CATEGORY, SLUG
from credits.models import CourseworkTerms, Project
from credits.services.errors import CreditsError


class NotMaintainerError(CreditsError):
    """Only a maintainer of the project speaks for it."""


class InvalidTermsError(CreditsError):
    """What is said about coursework contradicts itself."""


class BackdatedTermsError(CreditsError):
    """Terms count from today on at the earliest; work that is done keeps the old ones."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What maintainers say about coursework; the fields are those of `CourseworkTerms`."""

    stance: str
    most_students: int | None = None
    kinds: Collection[str] = ()
    note_en: str = ""
    note_zh: str = ""


@transaction.atomic
def state_terms(
    project: Project,
    statement: Statement,
    *,
    decided_by: User,
    now: datetime,
    valid_from: datetime | None = None,
) -> CourseworkTerms:
    """Say what holds for coursework from ``valid_from`` on, or from now on.

    Saying what holds then anyway changes nothing. Courses that were accepted stay accepted.

    Raises:
        NotMaintainerError, InvalidTermsError, BackdatedTermsError
    """
    lock_project(project)
    require_maintainer(project, decided_by)
    _require_sense(statement)
    since = valid_from or now
    if since < now:
        raise BackdatedTermsError(
            _("Terms count from today on at the earliest; work that is done keeps the old ones.")
        )
    content = {
        "stance": statement.stance,
        "most_students": statement.most_students,
        "kinds": sorted(set(statement.kinds)),
        "note_en": statement.note_en,
        "note_zh": statement.note_zh,
    }
    known = terms_in_force(project, since)
    if known is not None and all(getattr(known, name) == content[name] for name in content):
        return known
    return CourseworkTerms.objects.create(
        project=project, valid_from=since, decided_by=decided_by, decided_at=now, **content
    )


def terms_in_force(project: Project, at: datetime) -> CourseworkTerms | None:
    """What ``project`` says about coursework at ``at``; None: it has not said anything."""
    return CourseworkTerms.objects.filter(project=project).in_force(at).first()


def terms_of_projects(projects: Collection[Project], at: datetime) -> Mapping[int, CourseworkTerms]:
    """The same of many, by the key of the project; those that said nothing are not in it."""
    found = CourseworkTerms.objects.filter(project__in=projects).in_force(at)
    return {terms.project_id: terms for terms in found}


def projects_taking(
    projects: QuerySet[Project], at: datetime, *, stance: str = "", kind: str = ""
) -> QuerySet[Project]:
    """Those of ``projects`` with this stance at ``at``, and that welcome work of this ``kind``.

    The stance ``unstated`` is that of projects which said nothing; they exclude no kind.
    """
    said = CourseworkTerms.objects.filter(project=OuterRef("pk"), valid_from__lte=at)
    newest = said.order_by("-valid_from", "-pk")
    found = projects.annotate(
        coursework_stance=Subquery(newest.values("stance")[:1]),
        coursework_kinds=Subquery(newest.values("kinds")[:1]),
    )
    if stance:
        found = found.filter(coursework_stance=None if stance == UNSTATED else stance)
    if kind:
        open_ones = Q(coursework_stance=None) | ~Q(coursework_stance=CLOSED)
        welcome = Q(coursework_kinds=[]) | Q(coursework_kinds__contains=[kind])
        found = found.filter(open_ones, Q(coursework_stance=None) | welcome)
    return found


UNSTATED = "unstated"
CLOSED = CourseworkTerms.Stance.CLOSED


def lock_project(project: Project) -> None:
    """Whoever decides about coursework in ``project`` waits for the others who do."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def require_maintainer(project: Project, person: User) -> None:
    """Refuse whoever does not look after ``project``.

    Raises:
        NotMaintainerError
    """
    if not Project.objects.maintained_by(person).filter(pk=project.pk).exists():
        raise NotMaintainerError(_("Only a maintainer of the project speaks for it."))


def _require_sense(statement: Statement) -> None:
    has_limits = statement.most_students is not None or bool(statement.kinds)
    is_limited = statement.stance == CourseworkTerms.Stance.LIMITED
    if statement.stance not in CourseworkTerms.Stance.values:
        raise InvalidTermsError(_("Say whether coursework is welcome, limited or not for class."))
    if is_limited and not has_limits:
        raise InvalidTermsError(_("Say the limits: how many students at a time, or which kinds."))
    if has_limits and not is_limited:
        raise InvalidTermsError(_("A number or kinds are limits: choose “within limits”."))
    if statement.most_students is not None and statement.most_students < 1:
        raise InvalidTermsError(_("A limit leaves room for one student at least."))
    if not all(len(kind) <= LONGEST_CATEGORY and SLUG.fullmatch(kind) for kind in statement.kinds):
        raise InvalidTermsError(_("A kind of work is a name as rule sets write it."))
