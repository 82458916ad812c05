"""What a person did, as pages ask for it: lists, totals, days, months."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from accounts.models import Identity, User
from credits.models import Dispute, Project, Score
from credits.models.scoring import ScoreQuerySet
from credits.templatetags.charts import MonthPoints, first_day
from credits.templatetags.points import CATEGORIES
from harvesters.models import HarvestCursor, Participation

NEVER_SCORED = (Participation.Role.COMMITTER, Participation.Role.MERGER)
"""Roles that pass on the work of others: listed only where a rule set counts them."""

MONTHS = 12


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """How much of one kind of work: contributions and points (thousandths)."""

    category: str
    count: int
    points: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals by category; their sums are the whole."""

    categories: list[CategoryTotal]

    @property
    def count(self) -> int:
        return sum(total.count for total in self.categories)

    @property
    def points(self) -> int:
        return sum(total.points for total in self.categories)


def own_participations(user: User) -> QuerySet[Participation]:
    """Everything found under the person's accounts, whatever it is worth."""
    actors = Identity.objects.active().filter(user=user).values("actor")
    scored = Q(scores__rule_set=F("scores__project__scored_by"))
    found = Participation.objects.filter(actor__in=actors, weight__gt=0)
    return found.filter(scored | ~Q(role__in=NEVER_SCORED)).distinct()


def with_scores(participations: QuerySet[Participation]) -> QuerySet[Participation]:
    """Add the contribution, the score that counts as ``current_scores``, ``pending_disputes``."""
    current = Score.objects.in_force().select_related("project", "rule_set")
    return participations.select_related("contribution__repository").prefetch_related(
        Prefetch("scores", queryset=current, to_attr="current_scores"),
        Prefetch("disputes", queryset=Dispute.objects.pending(), to_attr="pending_disputes"),
    )


def is_disputed() -> Exists:
    """Of participations: whether a decision on a dispute is still to come. The score stands."""
    return Exists(Dispute.objects.pending().filter(participation=OuterRef("pk")))


def own_scores(
    user: User, start: datetime | None = None, end: datetime | None = None
) -> ScoreQuerySet:
    """The person's scores that count now, of work done from ``start`` until before ``end``."""
    scores = Score.objects.earned_by(user).in_force()
    if start is not None:
        scores = scores.filter(participation__contribution__occurred_at__gte=start)
    if end is not None:
        scores = scores.filter(participation__contribution__occurred_at__lt=end)
    return scores


def totals_of(scores: ScoreQuerySet) -> Totals:
    """Totals of the counted scores, in the order of the categories."""
    rows = scores.counted().values("category").annotate(count=Count("id"), sum=Sum("points"))
    found = {row["category"]: row for row in rows.order_by()}
    known = [category for category in CATEGORIES if category in found]
    unknown = sorted(set(found) - set(CATEGORIES))
    return Totals(
        [
            CategoryTotal(category, found[category]["count"], found[category]["sum"])
            for category in (*known, *unknown)
        ]
    )


def counts_by_day(scores: ScoreQuerySet, zone: tzinfo, today: date) -> dict[date, int]:
    """Contributions per day of the reader's zone in the year that ends with ``today``."""
    since = datetime.combine(first_day(today), datetime.min.time(), zone)
    moment = "participation__contribution__occurred_at"
    days = (
        scores.filter(**{f"{moment}__gte": since})
        .annotate(day=TruncDate(moment, tzinfo=zone))
        .values("day")
        .annotate(count=Count("participation__contribution", distinct=True))
    )
    return {row["day"]: row["count"] for row in days.order_by()}


def points_by_month(scores: ScoreQuerySet, now: datetime) -> list[MonthPoints]:
    """Points of the last twelve months, empty months too."""
    months = _last_months(now.astimezone(UTC).date())
    moment = "participation__contribution__occurred_at"
    since = datetime.combine(months[0], datetime.min.time(), UTC)
    rows = (
        scores.counted()
        .filter(**{f"{moment}__gte": since})
        .annotate(month=TruncMonth(moment, tzinfo=UTC))
        .values("month", "category")
        .annotate(sum=Sum("points"))
    )
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for row in rows.order_by("month", "category"):
        found[row["month"].date()][row["category"]] = row["sum"]
    return [MonthPoints(month, found.get(month, {})) for month in months]


def _last_months(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def projects_of(user: User) -> QuerySet[Project]:
    """Projects in which work of the person counts."""
    return Project.objects.filter(pk__in=Score.objects.earned_by(user).in_force().values("project"))


def unfinished_harvests(
    participations: QuerySet[Participation], now: datetime
) -> QuerySet[HarvestCursor]:
    """Harvests that are on, or wait, of repositories where ``participations`` took place."""
    repositories = participations.order_by().values("contribution__repository")
    found = HarvestCursor.objects.unfinished(now).filter(repository__in=repositories)
    return found.select_related("repository")


def states_of(participations: QuerySet[Participation]) -> dict[str, int]:
    """How many are counted, waiting, not counted, withdrawn, and looked at by no rule set.

    Those that are disputed are among these, and counted beside them.
    """
    current = Q(scores__rule_set=F("scores__project__scored_by"))
    found = participations.aggregate(
        all=Count("pk", distinct=True),
        scored=Count("pk", distinct=True, filter=current),
        disputed=Count("pk", distinct=True, filter=Q(disputes__state__in=Dispute.PENDING)),
        **{
            state: Count("pk", distinct=True, filter=current & Q(scores__state=state))
            for state in Score.State.values
        },
    )
    found["unscored"] = found["all"] - found.pop("scored")
    return found
