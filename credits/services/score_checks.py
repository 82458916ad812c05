"""Whether stored scores follow from what they were computed from, each in the best way there is.

Scores in force or in shadow follow what changes: they are computed anew from the facts. Those of
a former rule set stay as they were, while facts go on. Where all of a person's month is as it was
scored (`credits.models.ScoredMonth`), they are computed anew as well; where not, the record of a
certificate may still hold the facts of its day (`credits.services.certificate_checks`). Of the
rest nobody can tell any more what they were computed from: `credits.services.score_invariants`
looks at what must hold of every score, whatever its facts were. There a rule set is named whose
text was changed; nothing is computed by one.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, cast

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from credits.core.inputs import ScoredInput
from credits.core.scoring import score_contributions
from credits.models import Project, RuleSet, Score
from credits.services.cells import Members, SizedCell, cells_in, in_chunks, members_of, spans
from credits.services.certificate_checks import certified_among
from credits.services.faults import CheckedScores, Fault
from credits.services.loading import load_inputs
from credits.services.processes import Report, several
from credits.services.score_invariants import is_as_published
from credits.services.scored_months import months_noted, sums_of

NAME = "scores follow from facts"


@dataclass(slots=True)
class _Found:
    """What was found in some cells: ``left`` are the scores that could not be computed anew."""

    faults: list[Fault] = field(default_factory=list)
    computed: int = 0
    left: list[int] = field(default_factory=list)
    size: int = 0


class _Stored(NamedTuple):
    """A score as it is stored: its key, and what must follow from the facts."""

    key: int
    result: tuple[Any, ...]


def scores_follow_from_facts(
    jobs: int, report: Report, checked: CheckedScores | None = None
) -> Iterator[Fault]:
    """Every score is what facts and rule set give; ``checked`` is told how far that was seen."""
    counts = checked if checked is not None else CheckedScores()
    left = array("q")
    with several(jobs) as work:
        todo = [(project, span) for project in _scored_projects() for span in spans(project)]
        total, done = sum(span.size for _project, span in todo), 0
        for project, span in todo:
            compare = partial(differences, project.pk)
            for found in work(compare, in_chunks(cells_in(project, span))):
                yield from found.faults
                counts.computed += found.computed
                left.extend(found.left)
                done += found.size
                report(done, total)
        for faults, certified in certified_among(left, work):
            yield from faults
            counts.certified += certified
    counts.consistent = max(0, Score.objects.count() - counts.computed - counts.certified)


def _scored_projects() -> QuerySet[Project]:
    return Project.objects.exclude(scored_by=None).exclude(scored_at=None)


def differences(project_key: int, cells: Sequence[SizedCell]) -> _Found:
    """Where stored scores of ``cells`` differ from those computed anew, in whatever process."""
    project = Project.objects.get(pk=project_key)
    members = members_of(project, cells)
    loaded = load_inputs(project, members.contributions)
    found = _Found(size=sum(cell.size for cell in cells))
    kept_up = list(_kept_up(project))
    for rule_set in filter(is_as_published, kept_up):
        now = cast(datetime, project.scored_at)
        _compare(found, project, rule_set, members.cell_of, loaded.items, now)
    for rule_set in filter(is_as_published, _former(project, kept_up)):
        noted = months_noted(project, rule_set, members.needs)
        sums = sums_of(members, loaded.stamps)
        same = {key for key, cell in members.cell_of.items() if noted.get(cell) == sums[cell]}
        now = _last_kept_up(project, rule_set)
        _compare(found, project, rule_set, same, loaded.items, now)
        found.left += _keys(rule_set, members, same)
    return found


def _kept_up(project: Project) -> QuerySet[RuleSet]:
    """The rule sets whose scores follow what changes: the one in force, and those in shadow."""
    shadow = Q(project=project, state=RuleSet.State.SHADOW)
    return RuleSet.objects.filter(Q(pk=project.scored_by_id) | shadow, scorings__project=project)


def _former(project: Project, kept_up: Iterable[RuleSet]) -> QuerySet[RuleSet]:
    """The rule sets whose scores stay as they were."""
    scores = Score.objects.filter(project=project, rule_set=OuterRef("pk"))
    return RuleSet.objects.filter(Exists(scores)).exclude(pk__in=[one.pk for one in kept_up])


def _last_kept_up(project: Project, rule_set: RuleSet) -> datetime:
    """A moment at which the scores of a former rule set were as they are.

    Nothing but the end of a wait depends on the moment. When they were kept up last, all waits
    that had ended were over, so that it was before the end of the first that is left.
    """
    waiting = Score.objects.filter(project=project, rule_set=rule_set, waits_until__isnull=False)
    first = waiting.aggregate(first=Min("waits_until"))["first"]
    return first - timedelta(microseconds=1) if first else cast(datetime, project.scored_at)


def _compare(
    found: _Found,
    project: Project,
    rule_set: RuleSet,
    inside: Iterable[int],
    items: Sequence[ScoredInput],
    now: datetime,
) -> None:
    """Compute the scores of the participations ``inside`` anew, and tell what differs."""
    within = frozenset(inside)
    if not within:
        return
    stored = _stored(rule_set, within)
    found.computed += len(stored)
    differing: dict[int, tuple[Any, Any]] = {
        key: (score.result, None) for key, score in stored.items()
    }
    for result in score_contributions(items, rule_set.compiled, now=now):
        if result.participation in within:
            lines = [[reason.rule, reason.points] for reason in result.reasons]
            anew = (result.points, result.category, result.state, lines)
            before, _none = differing.pop(result.participation, (None, None))
            if before != anew:
                differing[result.participation] = (before, anew)
    found.faults += [
        Fault(NAME, _subject(project, rule_set, key), _difference(before, anew))
        for key, (before, anew) in sorted(differing.items())
    ]


def _subject(project: Project, rule_set: RuleSet, key: int) -> str:
    former = "" if rule_set.pk == project.scored_by_id else f", {rule_set}"
    return f"{project.slug}, participation {key}{former}"


def _stored(rule_set: RuleSet, participations: Iterable[int]) -> Mapping[int, _Stored]:
    rows = Score.objects.filter(rule_set=rule_set, participation__in=list(participations))
    return {
        participation: _Stored(
            key, (points, category, state, [[line["rule"], line["points"]] for line in reasons])
        )
        for key, participation, points, category, state, reasons in rows.values_list(
            "pk", "participation", "points", "category", "state", "reasons"
        )
    }


def _keys(rule_set: RuleSet, members: Members, same: set[int]) -> list[int]:
    """The scores under ``rule_set`` of those who are not among the ``same``."""
    others = [key for key in members.cell_of if key not in same]
    rows = Score.objects.filter(rule_set=rule_set, participation__in=others)
    return list(rows.values_list("pk", flat=True)) if others else []


def _difference(before: tuple[Any, ...] | None, anew: tuple[Any, ...] | None) -> str:
    if anew is None:
        return _("stored, and nothing gives it")
    if before is None:
        return _("not stored. Run: opencredits score")
    return _("stored as %(points)s (%(state)s), computed as %(now)s (%(now_state)s)") % {
        "points": before[0] / 1000,
        "state": before[2],
        "now": anew[0] / 1000,
        "now_state": anew[2],
    }
