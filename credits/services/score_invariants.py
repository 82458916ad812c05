"""What must hold of every stored score, whatever its facts were and whether it still counts."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from credits.core.rules import RuleSetError
from credits.core.score_sheet import NO_CATEGORY
from credits.core.traces import OWN_REASONS
from credits.models import RuleSet
from credits.services.faults import Fault
from credits.services.processes import Report


def points_are_the_sum_of_reasons(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every score, of every rule set ever, is the sum of its reasons."""
    with connection.cursor() as sql:
        sql.execute(_SUMS)
        for key, points, told in sql.fetchall():
            yield Fault("points are the sum of reasons", f"score {key}", f"{points} ≠ {told}")


def scores_are_of_one_piece(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every score has a reason, and only what counts has points, which are not below zero."""
    with connection.cursor() as sql:
        sql.execute(_TORN)
        for key, points, state in sql.fetchall():
            found = _("%(points)s points, %(state)s") % {"points": points / 1000, "state": state}
            yield Fault("scores are of one piece", f"score {key}", found)


def rule_sets_are_as_published(_jobs: int, _report: Report) -> Iterator[Fault]:
    """The text of every version is the one that its digest names, and can be read."""
    for rule_set in RuleSet.objects.published():
        if not is_as_published(rule_set):
            found = _("its text is not the one that its digest names")
            yield Fault("rule sets are as published", str(rule_set), found)


def is_as_published(rule_set: RuleSet) -> bool:
    """Whether the text is the one that the digest names; one that cannot be read is not."""
    try:
        return rule_set.compiled.digest == rule_set.digest
    except RuleSetError:
        return False


def reasons_are_of_their_rule_set(_jobs: int, _report: Report) -> Iterator[Fault]:
    """Every reason and every category of a score is one that its version of a rule set has."""
    name = "reasons are of their rule set"
    known = {rule_set.pk: _words_of(rule_set) for rule_set in RuleSet.objects.published()}
    with connection.cursor() as sql:
        sql.execute(_REASONS)
        for rule_set, said, key, count in sql.fetchall():
            if said not in known.get(rule_set, (frozenset(), frozenset()))[0]:
                found = _("the rule set has no %(rule)s; so have %(count)d scores")
                yield Fault(name, f"score {key}", found % {"rule": said, "count": count})
        sql.execute(_CATEGORIES)
        for rule_set, said, key, count in sql.fetchall():
            if said not in known.get(rule_set, (frozenset(), frozenset()))[1]:
                found = _("the rule set has no category %(category)s; so have %(count)d scores")
                yield Fault(name, f"score {key}", found % {"category": said, "count": count})


def _words_of(rule_set: RuleSet) -> tuple[frozenset[str], frozenset[str]]:
    """The reasons and the categories that a score under ``rule_set`` can have."""
    try:
        rules = rule_set.compiled
    except RuleSetError:
        return frozenset(), frozenset()
    categories = {rule.category for rule in rules.rules}
    return OWN_REASONS | frozenset(rules.texts), frozenset({NO_CATEGORY, *categories})


_SUMS = """
SELECT id, points, told FROM credits_score CROSS JOIN LATERAL (
    SELECT coalesce(sum((line ->> 'points')::bigint), 0) AS told
    FROM jsonb_array_elements(reasons) line) sum
WHERE points <> told ORDER BY id LIMIT 1000
"""

_TORN = """
SELECT id, points, state FROM credits_score
WHERE points < 0 OR points <> 0 AND state <> 'counted' OR jsonb_array_length(reasons) = 0
    OR state NOT IN ('counted', 'waiting', 'not_counted', 'withdrawn')
ORDER BY id LIMIT 1000
"""

_REASONS = """
SELECT rule_set_id, line ->> 'rule', min(id), count(*) FROM credits_score
CROSS JOIN LATERAL jsonb_array_elements(reasons) line GROUP BY 1, 2 ORDER BY 1, 2
"""

_CATEGORIES = """
SELECT rule_set_id, category, min(id), count(*) FROM credits_score GROUP BY 1, 2 ORDER BY 1, 2
"""
