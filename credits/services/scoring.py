"""Score what changed, and what that changes: places first, then the core, then the store.

Whoever writes a fact or decides on one says so in the same transaction
(`harvesters.services.changes`). Here each such word is taken once, in the transaction of the
scores that follow from it, so that a crash loses nothing and nobody looks through all of history.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from credits.core.scoring import score_contributions
from credits.models import Project, RuleSet, RuleSetScoring
from credits.services.cells import CHUNK, SizedCell, cells_in, in_chunks, members_of, sized, spans
from credits.services.changes import (
    echo,
    echo_left,
    projects_with_changes,
    take_all,
    take_changed,
    take_due,
)
from credits.services.duplicates import OWNER, owned_repositories
from credits.services.errors import CreditsError
from credits.services.loading import load_inputs
from credits.services.placing import place_contributions
from credits.services.processes import Report, several
from credits.services.related import related_work
from credits.services.repository_standing import note_standing
from credits.services.rules import NoRuleSetError, rule_set_in_force
from credits.services.scored_months import note_months, sums_of
from credits.services.storing import forget_scores_of_others, store_scores

logger = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(days=1)
"""So often every project is looked at, whatever we were told."""

LOCKS = 7_301
"""The first half of the advisory locks of scoring; the second is the project's key."""


class ScoringElsewhereError(CreditsError):
    """Another process scores this project at the moment; wait until it has finished."""


@dataclass(slots=True)
class ScoreCounts:
    """How many contributions were scored, and how many scores were written anew."""

    scored: int = 0
    written: int = 0

    def add(self, other: "ScoreCounts") -> None:
        self.scored += other.scored
        self.written += other.written


@dataclass(frozen=True, slots=True)
class _Job:
    """What is scored: a project, by which rule sets, at which time."""

    project: Project
    rule_sets: Sequence[RuleSet]
    now: datetime
    report: Report = field(default=lambda _done, _total: None)
    jobs: int = 1


def score_project(
    project: Project,
    *,
    now: datetime,
    report: Report | None = None,
    anew: bool = False,
    waits: bool = True,
    jobs: int = 1,
) -> ScoreCounts:
    """Score what changed in ``project``, and all of it by a rule set that is new to it.

    Only the person's month and the work items that a change touches are computed anew. Rule sets
    in shadow are scored beside the one in force. With ``anew`` all is scored again; a whole
    history is divided among ``jobs`` processes. Where another one is at it, this ``waits``.

    Raises:
        NoRuleSetError: nothing is in force at ``now``.
        ScoringElsewhereError: another process is at it, and this does not wait.
    """
    in_force = rule_set_in_force(project, now=now)
    shadows = RuleSet.objects.filter(project=project, state=RuleSet.State.SHADOW)
    job = _Job(project, [in_force, *shadows], now, report or (lambda _done, _total: None))
    with _alone(project, waits=waits):
        counts = ScoreCounts()
        scored = set() if anew else _scored_by(project)
        known = [rule_set for rule_set in job.rule_sets if rule_set.pk in scored]
        if scored:
            counts.add(_score_changed(_Job(project, known, now)))
        new = [rule_set for rule_set in job.rule_sets if rule_set not in known]
        if new:
            whole = _Job(project, new, now, job.report, jobs)
            counts.add(_score_whole(whole, is_first=not scored))
        # What is not kept up from here on is scored as a whole, should it ever count again.
        project.scorings.exclude(rule_set__in=job.rule_sets).delete()
        Project.objects.filter(pk=project.pk).update(scored_by=in_force, scored_at=now)
    logger.info("scored project %s: %s", project.pk, counts)
    return counts


@contextmanager
def _alone(project: Project, *, waits: bool) -> Iterator[None]:
    """One process scores a project at a time; it may be many transactions."""
    with connection.cursor() as sql:
        if waits:
            sql.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, project.pk])
        else:
            sql.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, project.pk])
            if sql.fetchone() != (True,):
                raise ScoringElsewhereError
        try:
            yield
        finally:
            sql.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, project.pk])


def _scored_by(project: Project) -> set[int]:
    """The rule sets by which all that counts in ``project`` now was scored before.

    If there is one, everything has its place, whatever rule set comes next.
    """
    owned = owned_repositories(project)
    scorings = RuleSetScoring.objects.filter(project=project)
    return {one.rule_set_id for one in scorings if one.repositories == owned}


def _score_changed(job: _Job) -> ScoreCounts:
    counts = ScoreCounts()
    while found := _step(job, lambda: take_changed(job.project)):
        counts.add(found)
    while found := _step(job, lambda: take_due(job.project, job.rule_sets, now=job.now)):
        counts.add(found)
    return counts


@transaction.atomic
def _step(job: _Job, take: Callable[[], Collection[int]]) -> ScoreCounts | None:
    """Take some changes and score what follows from them, in one transaction."""
    contributions = take()
    if not contributions:
        return None
    cells = place_contributions(job.project, sorted(contributions))
    counts = ScoreCounts()
    if not job.rule_sets:
        return counts
    for chunk in in_chunks(sized(job.project, cells)):
        counts.add(_score_cells(job, chunk))
    return counts


def _score_whole(job: _Job, *, is_first: bool) -> ScoreCounts:
    """Score all that counts in the project, a chunk at a time."""
    owned = owned_repositories(job.project)
    if is_first:
        _place_all(job, owned)
    # Should this not come to its end, the whole is due again.
    job.project.scorings.filter(rule_set__in=job.rule_sets).delete()
    months = spans(job.project)
    total, done = sum(span.size for span in months), 0
    counts = ScoreCounts()
    score = partial(score_chunk, job.project.pk, [one.pk for one in job.rule_sets], job.now)
    with several(job.jobs) as work:
        for span in months:
            for found, size in work(score, in_chunks(cells_in(job.project, span))):
                counts.add(found)
                done += size
                job.report(done, total)
    _tell_planner("credits_score")
    for rule_set in job.rule_sets:
        RuleSetScoring.objects.update_or_create(
            project=job.project,
            rule_set=rule_set,
            defaults={"completed_at": job.now, "repositories": owned},
        )
    return counts


def score_chunk(
    project: int, rule_sets: Sequence[int], now: datetime, cells: Sequence[SizedCell]
) -> tuple[ScoreCounts, int]:
    """Score ``cells`` in a transaction, in whatever process; how many participations they hold."""
    by_key = RuleSet.objects.in_bulk(rule_sets)
    job = _Job(Project.objects.get(pk=project), [by_key[key] for key in rule_sets], now)
    with transaction.atomic():
        return _score_cells(job, cells), sum(cell.size for cell in cells)


def _place_all(job: _Job, owned: Collection[int]) -> None:
    """Place the whole of a project; what changed before now needs no second look.

    Whoever shares work with what came to the project, or left it, looks again.
    """
    with transaction.atomic(), connection.cursor() as sql:
        forget_scores_of_others(job.project)
        before = {key for one in job.project.scorings.all() for key in one.repositories}
        echo_left(before.difference(owned))
        sql.execute(_LEFT, [job.project.pk])
        job.project.scorings.all().delete()
        take_all(job.project)
        note_standing(owned)
        sql.execute(_UNPLACED, [job.project.pk])
        keys = [key for (key,) in sql.fetchall()]
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        with transaction.atomic():
            place_contributions(job.project, chunk)
            echo(job.project, related_work(chunk))
    _tell_planner(*_PLACED)


def _tell_planner(*tables: str) -> None:
    """Say how much has just been written: until then the planner takes tables to be empty."""
    with connection.cursor() as sql:
        sql.execute(f"ANALYZE {', '.join(tables)}")


_PLACED = (
    *("harvesters_contribution", "harvesters_participation", "harvesters_actor"),
    *("harvesters_workkey", "credits_placement"),
)


def _score_cells(job: _Job, cells: Sequence[SizedCell]) -> ScoreCounts:
    """Score ``cells`` by each rule set, and store what changed."""
    members = members_of(job.project, cells)
    loaded = load_inputs(job.project, members.contributions)
    sums = sums_of(members, loaded.stamps)
    counts = ScoreCounts(scored=len(loaded.items))
    for rule_set in job.rule_sets:
        results = score_contributions(loaded.items, rule_set.compiled, now=job.now)
        inside = [one for one in results if one.participation in members.cell_of]
        counts.written += store_scores(job.project, rule_set, inside, loaded.digests, now=job.now)
        note_months(job.project, rule_set, sums)
    return counts


def score_stale_projects(*, now: datetime) -> int:
    """Score every project where something may have changed since; returns scores written.

    A project for which no rule set counts is left for later; it does not hold up the others.
    """
    changed = projects_with_changes(now=now)
    published = RuleSet.objects.in_force(now).filter(
        Q(active_from__gt=OuterRef("scored_at")) | Q(published_at__gt=OuterRef("scored_at")),
        Q(project=None) | Q(project=OuterRef("pk")),
    )
    shadows = RuleSet.objects.filter(
        project=OuterRef("pk"), state=RuleSet.State.SHADOW, scorings=None
    )
    unseen = Q(scored_at=None) | Q(scored_at__lte=now - LOOKED_AT_EVERY) | Q(pk__in=changed)
    stale = Project.objects.filter(unseen | Exists(published) | Exists(shadows))
    return sum(_written(project, now) for project in stale)


def _written(project: Project, now: datetime) -> int:
    try:
        return score_project(project, now=now, waits=False).written
    except (NoRuleSetError, ScoringElsewhereError) as error:
        logger.warning("project %s is not scored: %s", project.pk, error)
        return 0


# Places in repositories that count in another project now, or in none.
_LEFT = f"""
DELETE FROM credits_placement placement
USING harvesters_contribution contribution
WHERE contribution.id = placement.contribution_id AND placement.project_id = %s
    AND NOT EXISTS (
        SELECT FROM ({OWNER}) owner WHERE owner.repository_id = contribution.repository_id
            AND owner.project_id = placement.project_id)
"""  # noqa: S608 - all of it is our own text

_UNPLACED = f"""
SELECT contribution.id FROM harvesters_contribution contribution
JOIN ({OWNER}) owner USING (repository_id)
WHERE owner.project_id = %s ORDER BY contribution.id
"""  # noqa: S608 - all of it is our own text
