"""Who may see why a participation has its points: nobody, unless there is a reason."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Identity, Institution, User
from credits.models import Application, CertificateItem, Project
from harvesters.models import Participation


def visible_to(user: User | None) -> QuerySet[Participation]:
    """Own work, and all of projects under the person's care; None is the operator, who sees all."""
    if user is None:
        return Participation.objects.all()
    return Participation.objects.filter(Q(actor__in=_own_actors(user)) | Exists(_maintained(user)))


def own_work(user: User) -> QuerySet[Participation]:
    """What was done by accounts that ``user`` proved to own."""
    return Participation.objects.filter(actor__in=_own_actors(user))


def visible_to_institution(institution: Institution) -> QuerySet[Participation]:
    """What certificates hold that were sent to ``institution`` and not withdrawn."""
    sent = Application.objects.filter(institution=institution).exclude(
        state=Application.State.WITHDRAWN
    )
    shown = CertificateItem.objects.filter(certificate__applications__in=sent)
    return Participation.objects.filter(pk__in=shown.values("participation"))


def owner_of(repository: int) -> Project | None:
    """The project in which ``repository`` counts: of several, the one registered first."""
    return Project.objects.filter(repositories=repository).order_by("pk").first()


def _own_actors(user: User) -> QuerySet[Identity, Any]:
    return Identity.objects.active().filter(user=user).values("actor")


def _maintained(user: User) -> QuerySet[Project]:
    """Of a participation, the project in which it counts, if ``user`` looks after it."""
    holding = Project.objects.filter(repositories=OuterRef(OuterRef("contribution__repository")))
    first = holding.order_by("pk").values("pk")[:1]
    return Project.objects.filter(pk=first, maintainers=user)
