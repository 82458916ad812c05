"""Whether stored scores are what certificates pin, where their facts have changed since.

The record beside a certificate holds what scoring was given on the day of issue, so that its
points can be derived again however the facts went on (`credits.core.recompute`).
"""

import json
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from credits.core.canonical import digest_sri
from credits.core.recompute import record_differences, withholds
from credits.models import Certificate, Score
from credits.services.arrays import as_array
from credits.services.faults import Fault
from credits.services.processes import Work
from credits.services.score_invariants import is_as_published

NAME = "scores follow from certificates"
SCORES_AT_ONCE, CERTIFICATES_AT_ONCE = 2_000, 20

Worth = tuple[int, str, list[list[Any]]]
"""Points, category, and the rules of the reasons with their points."""
Part = tuple[str, str, str]
"""Kind and external id of a contribution, and the role in it."""


def certified_among(left: "array[int]", work: Work[Any, Any]) -> Iterator[tuple[list[Fault], int]]:
    """Faults in certificates of the scores ``left``, and how many of these follow from one."""
    keys = array("q", sorted(left))
    seen = bytearray(len(keys))
    chunks = _in_chunks(_certificates_of(keys), CERTIFICATES_AT_ONCE)
    for faults, certified in work(certified_scores, chunks):
        count = 0
        for key in certified:
            place = bisect_left(keys, key)
            if place < len(keys) and keys[place] == key and not seen[place]:
                seen[place] = 1
                count += 1
        yield faults, count


def certified_scores(certificates: Sequence[int]) -> tuple[list[Fault], list[int]]:
    """What in ``certificates`` is not as their records have it; the scores that are."""
    faults: list[Fault] = []
    keys: list[int] = []
    for certificate in Certificate.entered.filter(pk__in=certificates).select_related("rule_set"):
        found, certified = _looked_at(certificate)
        faults += found
        keys += certified
    return faults, keys


def _looked_at(certificate: Certificate) -> tuple[list[Fault], list[int]]:
    record, faults = _record_of(certificate)
    if record is None:
        return faults, []
    differences = record_differences(record, certificate.rule_set.compiled)
    if not differences:
        return _compared(certificate, _worths(record))
    # Where the rules may read what the record leaves out, nobody can tell.
    told = () if withholds(record) else differences
    return [_fault(certificate, difference) for difference in told], []


def _record_of(certificate: Certificate) -> tuple[Mapping[str, Any] | None, list[Fault]]:
    """The record, if points can be derived from it."""
    try:
        record = json.loads(certificate.evidence)
        scoring = record["scoring"]
    except (ValueError, KeyError, TypeError):
        return None, [_fault(certificate, _("its record cannot be read"))]
    pinned = digest_sri(certificate.evidence.encode())
    if certificate.credential and pinned not in certificate.credential:
        return None, [_fault(certificate, _("its record is not the one that it pins"))]
    can_tell = scoring and is_as_published(certificate.rule_set)
    return (record if can_tell else None), []


def _worths(record: Mapping[str, Any]) -> dict[Part, list[Worth]]:
    """What each part is worth by the record; several accounts may have the same part."""
    found: dict[Part, list[Worth]] = defaultdict(list)
    for item in record["contributions"]:
        lines = [[line["rule"], _thousandths(line["points"])] for line in item["reasons"]]
        worth = (_thousandths(item["points"]), item["category"], lines)
        found[item["kind"], item["external_id"], item["role"]].append(worth)
    return found


def _compared(
    certificate: Certificate, worths: Mapping[Part, Sequence[Worth]]
) -> tuple[list[Fault], list[int]]:
    """Items must be as the record has them, and scores too that were not written since."""
    faults: list[Fault] = []
    certified: list[int] = []
    scores = _scores_in(certificate)
    for item in certificate.items.select_related("participation__contribution"):
        part = item.participation
        key = (part.contribution.kind, part.contribution.external_id, str(part.role))
        known = worths.get(key, ())
        if (item.points, item.category) not in [worth[:2] for worth in known]:
            found = _("participation %(key)s is another in its record") % {"key": part.pk}
            faults.append(_fault(certificate, found))
            continue
        score = scores.get(part.pk)
        if score is None:
            continue
        lines = [[line["rule"], line["points"]] for line in score.reasons]
        if (score.points, score.category, lines) in known and score.state == Score.State.COUNTED:
            certified.append(score.pk)
        elif score.scored_at <= certificate.issued_at:
            found = _("participation %(key)s is stored as %(points)s, certified as %(certified)s")
            told = {"key": part.pk, "points": score.points / 1000, "certified": item.points / 1000}
            faults.append(_fault(certificate, found % told))
    return faults, certified


def _scores_in(certificate: Certificate) -> dict[int, Score]:
    """The scores, by the rule set of ``certificate``, of what it certifies."""
    scores = Score.objects.filter(
        rule_set=certificate.rule_set_id,
        participation__in=certificate.items.values("participation"),
    )
    return {score.participation_id: score for score in scores}


def _fault(certificate: Certificate, found: str) -> Fault:
    return Fault(NAME, certificate.code, found)


def _thousandths(text: str) -> int:
    return int(Decimal(text) * 1000)


def _certificates_of(scores: "array[int]") -> list[int]:
    """The certificates under whose rule sets ``scores`` were certified."""
    found: set[int] = set()
    with connection.cursor() as sql:
        for chunk in _in_chunks(scores, SCORES_AT_ONCE):
            sql.execute(_CERTIFICATES, [as_array(chunk)])
            found.update(key for (key,) in sql.fetchall())
    return sorted(found)


def _in_chunks(keys: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


_CERTIFICATES = """
SELECT DISTINCT certificate.id FROM credits_score score
JOIN credits_certificateitem item ON item.participation_id = score.participation_id
JOIN credits_certificate certificate ON certificate.id = item.certificate_id
    AND certificate.rule_set_id = score.rule_set_id
WHERE score.id = ANY(%s)
"""
