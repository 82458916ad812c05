"""Whether the store holds what it promises: each check says what is broken, and mends nothing.

A check is a function that yields faults; it is registered in `CHECKS`. The largest one,
`credits.services.score_checks`, also tells how it could look at each score.
"""

from collections.abc import Callable, Iterator

from django.db import connection
from django.utils.translation import gettext as _

from credits.core.canonical import DocumentError, parse_json
from credits.core.log import body_digest, document_body
from credits.core.opening import MAX_BYTES
from credits.models import BoundCertificate, Certificate, SealedCertificate
from credits.services.duplicates import OWNER
from credits.services.faults import CheckedScores, Fault
from credits.services.fsck_life import broken_lists, broken_lives, is_of_its_issuer
from credits.services.log_audit import verify_log
from credits.services.processes import Report
from credits.services.score_checks import scores_follow_from_facts
from credits.services.score_invariants import (
    points_are_the_sum_of_reasons,
    reasons_are_of_their_rule_set,
    rule_sets_are_as_published,
    scores_are_of_one_piece,
)

__all__ = ["CHECKS", "CheckedScores", "Fault", "certificates_are_whole", "find_faults"]

Check = Callable[[int, Report], Iterator[Fault]]
"""Takes how many processes may work, and whom to tell how far it is."""


def find_faults(
    *, jobs: int = 1, report: Report | None = None, checked: CheckedScores | None = None
) -> Iterator[Fault]:
    """Everything that is broken, check after check; ``checked`` says how scores were looked at."""
    told = report or (lambda _done, _total: None)
    yield from scores_follow_from_facts(jobs, told, checked)
    for check in CHECKS:
        yield from check(jobs, told)


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


def work_counts_in_one_project(_jobs: int, _report: Report) -> Iterator[Fault]:
    """No participation counts in two projects, and none in one that does not own it."""
    with connection.cursor() as sql:
        sql.execute(_TWICE)
        for key, count in sql.fetchall():
            yield Fault("work counts in one project", f"participation {key}", f"{count} times")


def certificates_are_whole(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every certificate is the document that its digest and its log entry commit to."""
    held = Certificate.entered.select_related("log_entry", "status_list__institution")
    for certificate in held.order_by("pk").iterator(chunk_size=500):
        digest = _digest(certificate.credential)
        if digest != certificate.digest or digest != certificate.log_entry.body_digest:
            found = _("its document is not the one that was issued")
            yield Fault("certificates are whole", certificate.code, found)
        elif not is_of_its_issuer(certificate):
            found = _("it is issued by another than the issuer of its status list")
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


def lives_are_told(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Status lists and log say of every certificate what its row says."""
    for subject, found in (*broken_lists(), *broken_lives()):
        yield Fault("lives are told", subject, found)


def the_log_is_whole(_jobs: int, _report: Report) -> Iterator[Fault]:
    """The log has no gaps, each leaf is what its row says, and all is what was signed."""
    for subject, found in verify_log():
        yield Fault("the log is whole", subject, found)


CHECKS: tuple[Check, ...] = (
    changes_are_looked_at,
    points_are_the_sum_of_reasons,
    scores_are_of_one_piece,
    rule_sets_are_as_published,
    reasons_are_of_their_rule_set,
    work_counts_in_one_project,
    certificates_are_whole,
    lives_are_told,
    the_log_is_whole,
)

_WAITING = f"""
SELECT project.slug, count(*) FROM harvesters_changedcontribution changed
JOIN harvesters_contribution contribution ON contribution.id = changed.contribution_id
JOIN ({OWNER}) owner USING (repository_id)
JOIN credits_project project ON project.id = owner.project_id
GROUP BY project.slug ORDER BY project.slug
"""  # noqa: S608 - all of it is our own text

_TWICE = """
SELECT score.participation_id, count(*) FROM credits_score score
JOIN credits_project project ON project.id = score.project_id
    AND project.scored_by_id = score.rule_set_id
GROUP BY score.participation_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1000
"""
