"""Whether the store holds what it promises: each check says what is broken, and mends nothing.

A check is a function that yields faults; it is registered in `CHECKS`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from credits.core.canonical import DocumentError, parse_json
from credits.core.inputs import ScoredInput
from credits.core.log import body_digest, document_body
from credits.core.opening import MAX_BYTES
from credits.core.scoring import score_contributions
from credits.models import BoundCertificate, Certificate, Project, RuleSet, Score, SealedCertificate
from credits.services.cells import SizedCell, cells_in, in_chunks, members_of, spans
from credits.services.duplicates import OWNER
from credits.services.loading import load_inputs
from credits.services.log_audit import verify_log
from credits.services.processes import several

Report = Callable[[int, int], None]
"""Told how many participations were looked at, and how many there are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it must be."""

    check: str
    subject: str
    found: str

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.found}"


Check = Callable[[int, Report], Iterator[Fault]]
"""Takes how many processes may work, and whom to tell how far it is."""


def find_faults(*, jobs: int = 1, report: Report | None = None) -> Iterator[Fault]:
    """Everything that is broken, check after check."""
    for check in CHECKS:
        yield from check(jobs, report or (lambda _done, _total: None))


def scores_follow_from_facts(jobs: int, report: Report) -> Iterator[Fault]:
    """Every score in force or in shadow is what facts and rule set give, as of its last scoring."""
    projects = Project.objects.exclude(scored_by=None).exclude(scored_at=None)
    todo = [(project, span) for project in projects for span in spans(project)]
    total, done = sum(span.size for _project, span in todo), 0
    with several(jobs) as work:
        for project, span in todo:
            compare = partial(differences, project.pk)
            for faults, size in work(compare, in_chunks(cells_in(project, span))):
                yield from faults
                done += size
                report(done, total)


def differences(project_key: int, cells: Sequence[SizedCell]) -> tuple[list[Fault], int]:
    """Where stored scores of ``cells`` differ from those computed anew, in whatever process."""
    project = Project.objects.get(pk=project_key)
    members = members_of(project, cells)
    loaded = load_inputs(project, members.contributions)
    faults = [
        fault
        for rule_set in _kept_up(project)
        for fault in _compared(project, rule_set, members.participations, loaded.items)
    ]
    return faults, sum(cell.size for cell in cells)


def _kept_up(project: Project) -> QuerySet[RuleSet]:
    """The rule sets whose scores follow what changes: the one in force, and those in shadow.

    Scores under former ones stay as they were, and so may rest on facts that changed since.
    """
    shadow = Q(project=project, state=RuleSet.State.SHADOW)
    return RuleSet.objects.filter(Q(pk=project.scored_by_id) | shadow, scorings__project=project)


def _compared(
    project: Project, rule_set: RuleSet, inside: frozenset[int], items: Sequence[ScoredInput]
) -> list[Fault]:
    stored = _stored(rule_set, inside)
    now = cast(datetime, project.scored_at)
    for result in score_contributions(items, rule_set.compiled, now=now):
        if result.participation in inside:
            lines = [[reason.rule, reason.points] for reason in result.reasons]
            anew = (result.points, result.category, result.state, lines)
            if stored.get(result.participation) == anew:
                del stored[result.participation]
            else:
                stored[result.participation] = (*_shown(stored, result.participation), *anew)
    name = "scores follow from facts"
    return [
        Fault(name, f"{project.slug}, participation {key}", _difference(rest))
        for key, rest in sorted(stored.items())
    ]


def _stored(rule_set: RuleSet, participations: frozenset[int]) -> dict[int, tuple[Any, ...]]:
    rows = Score.objects.filter(rule_set=rule_set, participation__in=participations)
    return {
        key: (points, category, state, [[line["rule"], line["points"]] for line in reasons])
        for key, points, category, state, reasons in rows.values_list(
            "participation", "points", "category", "state", "reasons"
        )
    }


def _shown(stored: dict[int, tuple[Any, ...]], key: int) -> tuple[Any, ...]:
    return stored.get(key, (None, "", "", []))


def _difference(rest: tuple[Any, ...]) -> str:
    if len(rest) == len(("points", "category", "state", "lines")):
        return _("stored, and nothing gives it")
    points, _category, state, _lines, now_points, _now_category, now_state, _now_lines = rest
    if points is None:
        return _("not stored. Run: opencredits score")
    return _("stored as %(points)s (%(state)s), computed as %(now)s (%(now_state)s)") % {
        "points": points / 1000,
        "state": state,
        "now": now_points / 1000,
        "now_state": now_state,
    }


def changes_are_looked_at(_jobs: int, _report: Report) -> Iterator[Fault]:
    """No word of a change waits whose project was scored since a day ago."""
    with connection.cursor() as sql:
        sql.execute(_WAITING)
        for slug, count in sql.fetchall():
            yield Fault(
                "changes are looked at",
                slug,
                _("%(count)d changes wait. Run: opencredits score") % {"count": count},
            )


def points_are_the_sum_of_reasons(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every score, of every rule set ever, is the sum of its reasons."""
    with connection.cursor() as sql:
        sql.execute(_SUMS)
        for key, points, told in sql.fetchall():
            yield Fault("points are the sum of reasons", f"score {key}", f"{points} ≠ {told}")


def work_counts_in_one_project(_jobs: int, _report: Report) -> Iterator[Fault]:
    """No participation counts in two projects, and none in one that does not own it."""
    with connection.cursor() as sql:
        sql.execute(_TWICE)
        for key, count in sql.fetchall():
            yield Fault("work counts in one project", f"participation {key}", f"{count} times")


def certificates_are_whole(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every certificate is the document that its digest and its log entry commit to."""
    held = Certificate.entered.select_related("log_entry").order_by("pk")
    for certificate in held.iterator(chunk_size=500):
        digest = _digest(certificate.credential)
        if digest != certificate.digest or digest != certificate.log_entry.body_digest:
            found = _("its document is not the one that was issued")
            yield Fault("certificates are whole", certificate.code, found)
    for sealed in SealedCertificate.entered.select_related("log_entry", "certificate").iterator():
        if _digest(sealed.credential) != sealed.log_entry.body_digest:
            found = _("its sealed form is not the one that was logged")
            yield Fault("certificates are whole", sealed.certificate.code, found)
    for bound in BoundCertificate.entered.select_related("log_entry", "certificate").iterator():
        if _digest(bound.credential) != bound.log_entry.body_digest:
            found = _("its form in a wallet is not the one that was logged")
            yield Fault("certificates are whole", bound.certificate.code, found)


def _digest(credential: str) -> str:
    """What the log commits to; nothing where the text is no document any more."""
    try:
        return body_digest(document_body(parse_json(credential.encode(), max_bytes=MAX_BYTES)))
    except (DocumentError, AttributeError):
        return ""


def the_log_is_whole(_jobs: int, _report: Report) -> Iterator[Fault]:
    """The log has no gaps, each leaf is what its row says, and all is what was signed."""
    for subject, found in verify_log():
        yield Fault("the log is whole", subject, found)


CHECKS: tuple[Check, ...] = (
    changes_are_looked_at,
    scores_follow_from_facts,
    points_are_the_sum_of_reasons,
    work_counts_in_one_project,
    certificates_are_whole,
    the_log_is_whole,
)

_WAITING = f"""
SELECT project.slug, count(*) FROM harvesters_changedcontribution changed
JOIN harvesters_contribution contribution ON contribution.id = changed.contribution_id
JOIN ({OWNER}) owner USING (repository_id)
JOIN credits_project project ON project.id = owner.project_id
GROUP BY project.slug ORDER BY project.slug
"""  # noqa: S608 - all of it is our own text

_SUMS = """
SELECT id, points, told FROM credits_score CROSS JOIN LATERAL (
    SELECT coalesce(sum((line ->> 'points')::bigint), 0) AS told
    FROM jsonb_array_elements(reasons) line) sum
WHERE points <> told ORDER BY id LIMIT 1000
"""

_TWICE = """
SELECT score.participation_id, count(*) FROM credits_score score
JOIN credits_project project ON project.id = score.project_id
    AND project.scored_by_id = score.rule_set_id
GROUP BY score.participation_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1000
"""
