"""Which certified contributions earn credits: those that their project took as coursework.

What counts is what the project said when the work was done. The project of a contribution is
the one in which it scored, under the rule set of the certificate.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery

from credits.core.coursework import LeftOut, in_words
from credits.core.texts import Text
from credits.models import Certificate, CertificateItem, CourseworkTerms, Score
from credits.services.counted import Counted


@dataclass(frozen=True, slots=True)
class CreditableItem:
    """A participation that earns credits, with its points (thousandths)."""

    participation: int
    points: int
    category: str


@dataclass(frozen=True, slots=True)
class Creditable:
    """What earns credits, and in words what does not.

    Of ``items`` each participation is there once, at its highest. ``left_out`` are the keys of
    participations that earn nothing.
    """

    items: list[CreditableItem]
    left_out: frozenset[int]
    reasons: tuple[Text, ...]


def creditable(
    certificates: Sequence[Certificate], *, before: Sequence[Certificate] = ()
) -> Creditable:
    """What of ``certificates`` and of those recognised ``before`` earns credits.

    Only what ``certificates`` leave out has reasons: about the others all is said.
    """
    new = {certificate.pk for certificate in certificates}
    return _sorted_out(_rows([*before, *certificates]), new)


def creditable_work(counted: Sequence[Counted]) -> Creditable:
    """What of contributions that a certificate is to count earns credits."""
    rows = [
        {
            "certificate": None,
            "participation": each.participation,
            "points": each.points,
            "category": each.category,
            "project": each.project.pk,
            "happened_at": each.occurred_at,
        }
        for each in counted
    ]
    return _sorted_out(rows, {None})


def _sorted_out(rows: Sequence[Mapping[str, Any]], new: Collection[int | None]) -> Creditable:
    """``rows``, those with most points last; reasons are given for the certificates ``new``."""
    said = _statements({row["project"] for row in rows} - {None})
    earning: dict[int, CreditableItem] = {}
    refused: dict[int, tuple[CourseworkTerms, int]] = {}
    for row in rows:
        terms = _in_force(said.get(row["project"], ()), row["happened_at"])
        key, points = row["participation"], row["points"]
        if terms is None or terms.takes(row["category"]):
            earning[key] = CreditableItem(key, points, row["category"])
        elif row["certificate"] in new:
            refused[key] = (terms, points)
    left_out = {key: found for key, found in refused.items() if key not in earning}
    return Creditable(list(earning.values()), frozenset(left_out), _reasons(left_out))


def _rows(certificates: Sequence[Certificate]) -> list[dict[str, Any]]:
    """The items with their project and day, those with most points last."""
    scores = Score.objects.filter(
        participation=OuterRef("participation"), rule_set=OuterRef("certificate__rule_set")
    )
    items = CertificateItem.objects.filter(certificate__in=certificates).annotate(
        project=Subquery(scores.values("project")[:1]),
        happened_at=F("participation__contribution__occurred_at"),
    )
    names = ("certificate", "participation", "points", "category", "project", "happened_at")
    return list(items.order_by("points", "pk").values(*names))


def _statements(projects: Collection[int]) -> Mapping[int, list[CourseworkTerms]]:
    """Everything that ``projects`` ever said, in the order in which it counts."""
    said: dict[int, list[CourseworkTerms]] = defaultdict(list)
    terms = CourseworkTerms.objects.filter(project__in=projects).select_related("project")
    for each in terms.in_order():
        said[each.project_id].append(each)
    return said


def _in_force(said: Sequence[CourseworkTerms], at: datetime) -> CourseworkTerms | None:
    return next((terms for terms in reversed(said) if terms.valid_from <= at), None)


def _reasons(left_out: Mapping[int, tuple[CourseworkTerms, int]]) -> tuple[Text, ...]:
    """One sentence for each project and set of kinds, in the order of their names."""
    groups: dict[tuple[str, int, tuple[str, ...]], list[int]] = defaultdict(list)
    for terms, points in left_out.values():
        kinds = () if terms.is_closed else tuple(terms.kinds)
        groups[terms.project.name, terms.project_id, kinds].append(points)
    return tuple(
        in_words(LeftOut(name, len(points), sum(points), kinds))
        for (name, _key, kinds), points in sorted(groups.items())
    )
