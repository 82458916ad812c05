"""The work of a month that maintainers decide on, as rows of a list."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from accounts.models import User
from credits.core.scoring import EARNING_ROLES
from credits.models import Project, Ruling, Score
from credits.services.duplicates import owned_repositories
from credits.services.endorsements import SUBJECT, own_among
from credits.views.decisions import LEAVE, NO, YES, DecisionRow
from harvesters.models import Contribution, Participation

NOT_LISTED = (Contribution.Kind.CLAIM, Contribution.Kind.COMMENT)
"""Claims have a page of their own; comments earn nothing anyway."""
ENDORSED = {True: YES, False: NO, None: LEAVE}
FIRST_YEAR, LAST_YEAR = 1970, 2999


def work_of(project: Project, month: datetime) -> QuerySet[Contribution]:
    """What counts in ``project`` by itself and is of ``month``; what waits first."""
    scores = Score.objects.filter(
        participation__contribution=OuterRef("pk"), rule_set=F("project__scored_by")
    )
    waits = Exists(scores.filter(state=Score.State.WAITING))
    order = Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Contribution.objects.filter(
        repository__in=owned_repositories(project),
        occurred_at__gte=month,
        occurred_at__lt=months_away(month, 1),
    ).exclude(Exists(scores.filter(counts_with__isnull=False)))
    earning = Participation.objects.filter(contribution=OuterRef("pk"), placement__project=project)
    found = found.filter(Exists(earning)).exclude(kind__in=NOT_LISTED)
    return found.annotate(order=order).order_by("order", "-occurred_at", "-pk")


def rows_of(project: Project, keys: Sequence[int], user: User) -> list[DecisionRow]:
    """Those of ``keys`` that count in ``project``, to decide on, in a fixed number of queries."""
    current = Score.objects.in_force().select_related("rule_set")
    parts = Participation.objects.select_related("actor").order_by("pk")
    shown = (
        Contribution.objects.filter(pk__in=keys, repository__in=owned_repositories(project))
        .exclude(kind__in=NOT_LISTED)
        .select_related("repository")
        .prefetch_related(
            Prefetch("participations", queryset=parts),
            Prefetch("participations__scores", queryset=current, to_attr="current_scores"),
            Prefetch(
                "rulings",
                queryset=Ruling.objects.standing()
                .filter(subject=SUBJECT)
                .select_related("decided_by"),
                to_attr="standing",
            ),
        )
    )
    by_key = {found.pk: found for found in shown}
    own = own_among(list(by_key), user)
    return [_row(by_key[key], key in own) for key in keys if key in by_key]


def _row(found: Contribution, is_own: bool) -> DecisionRow:
    standing: list[Ruling] = found.standing  # type: ignore[attr-defined]
    ruling = standing[0] if standing else None
    earning = [
        part
        for part in found.participations.all()
        if part.role in EARNING_ROLES.get(found.kind, ())
    ]
    scores = [score for part in earning for score in part.current_scores]  # type: ignore[attr-defined]
    subject = {
        "found": found,
        "who": [part.actor.login for part in earning],
        "points": sum(score.points for score in scores),
        "score": next(iter(scores), None),
        "ruling": ruling,
    }
    return DecisionRow(
        found.pk,
        subject,
        seen=str(ruling.pk if ruling else 0),
        stands=ENDORSED[ruling.value["endorsed"]] if ruling else LEAVE,
        stands_because=ruling.reason if ruling else "",
        obstacle=_("Your own work: another maintainer decides on it.") if is_own else "",
    )


def asked_month(text: str, now: datetime) -> datetime:
    """The first moment of the month that was asked for, in UTC; else of the last that is over."""
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return months_away(now.astimezone(UTC), -1)
    return found if FIRST_YEAR <= found.year < LAST_YEAR else months_away(now.astimezone(UTC), -1)


def months_away(moment: datetime, count: int) -> datetime:
    """The first moment of the month before (-1) or after (1) that of ``moment``, in UTC."""
    first = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    aside = first + timedelta(days=31 * count if count > 0 else -1)
    return datetime(aside.year, aside.month, 1, tzinfo=UTC)
