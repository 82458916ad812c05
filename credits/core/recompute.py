"""Derive every point of a certificate again, from the facts and the rules that it pins.

Nobody has to believe us: the record beside the certificate holds what scoring was given, the rule
set is text, and both are pinned by digests in what was signed. Every difference is named by its
contribution and, as far as can be told, by the fact.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from credits.core.canonical import DocumentError, parse_json
from credits.core.evidence import EVIDENCE_TYPE
from credits.core.points import decimal_points
from credits.core.rule_reader import parse_rule_set
from credits.core.rules import COUNTED, RuleSet, RuleSetError
from credits.core.score_sheet import ScoreResult
from credits.core.scoring import score_contributions
from credits.core.scoring_record import changed_leaves, moment_of, unpacked
from credits.core.traces import trace

MOST_DIFFERENCES = 100
CHANGED = " was changed"
LARGEST_RECORD = 5_000_000
RECORD_MEDIA, RULES_MEDIA = "application/json", "application/toml"
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


class CannotRecomputeError(DocumentError):
    """What it takes to compute the points again is missing; the message says what."""


def recompute_points(document: Mapping[str, Any], resources: Mapping[str, bytes]) -> list[str]:
    """What in the certificate ``document`` does not follow from the records in ``resources``.

    Raises:
        CannotRecomputeError: the evidence record or the rule set is missing or unreadable.
    """
    record = _read_record(_pinned(document, resources, RECORD_MEDIA, "the evidence record"))
    rules = _pinned(document, resources, RULES_MEDIA, "the text of the rule set")
    try:
        rule_set = parse_rule_set(rules.decode())
    except (RuleSetError, UnicodeDecodeError) as error:
        raise CannotRecomputeError(f"the rule set cannot be read: {error}") from error
    differences = record_differences(record, rule_set)
    if differences and withholds(record) and not any(map(_is_change, differences)):
        raise CannotRecomputeError("the rules read titles of other people's work, which it omits")
    return [*differences, *_result_differences(document, record)][:MOST_DIFFERENCES]


def withholds(record: Mapping[str, Any]) -> bool:
    """Whether the rules may have read something that ``record`` does not tell."""
    return any("withheld" in each for each in record["scoring"] if isinstance(each, dict))


def _is_change(difference: str) -> bool:
    return difference.endswith(CHANGED)


def pinned_addresses(document: Mapping[str, Any]) -> dict[str, str]:
    """Where the records lie that ``document`` pins, by their media types."""
    entries = document.get("relatedResource")
    return {
        str(entry.get("mediaType")): str(entry.get("id"))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }


def _pinned(
    document: Mapping[str, Any], resources: Mapping[str, bytes], media: str, what: str
) -> bytes:
    address = pinned_addresses(document).get(media)
    if address is None:
        raise CannotRecomputeError(f"the certificate pins no {media}")
    if address not in resources:
        raise CannotRecomputeError(f"{what} is missing: {address}")
    return resources[address]


def _read_record(data: bytes) -> Mapping[str, Any]:
    record = parse_json(data, max_bytes=LARGEST_RECORD)
    if not isinstance(record, dict) or record.get("type") != EVIDENCE_TYPE:
        kind = record.get("type") if isinstance(record, dict) else None
        raise CannotRecomputeError(f"the evidence record is {kind}, not {EVIDENCE_TYPE}")
    if not record.get("scoring"):
        raise CannotRecomputeError("the evidence record does not hold what scoring was given")
    return record


def record_differences(
    record: Mapping[str, Any], rule_set: RuleSet, *, is_new: bool = False
) -> list[str]:
    """What ``record`` says otherwise than ``rule_set`` has it; also each fact that was changed.

    In a record that ``is_new``, made by us a moment ago, no fact can have been changed.
    """
    try:
        changed = [] if is_new else list(_changed_facts(record))
        results = _score_again(record, rule_set)
        return [*changed, *_item_differences(record, rule_set, results), *_wrong_totals(record)]
    except MALFORMED as error:
        return [f"the evidence record is not written as we write it: {error!r:.200}"]


def _changed_facts(record: Mapping[str, Any]) -> Iterator[str]:
    names = _Names(record)
    for scoring in record["scoring"]:
        for plain in scoring["inputs"]:
            for leaf in changed_leaves(plain):
                yield f"{names.of(plain)}: {leaf}{CHANGED}"


class _Names:
    """What people call a contribution: its address or title, if it is a certified one."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.by_part = {
            item["part"]: item.get("url") or item["title"]
            for item in record["contributions"]
            if "part" in item
        }

    def of(self, plain: Mapping[str, Any]) -> str:
        parts = [part.get("part") for part in plain["participants"]]
        known = (self.by_part[part] for part in parts if part in self.by_part)
        other = f"the uncertified {plain['kind']} {plain['contribution']} of {plain['occurred_at']}"
        return next(known, other)


def _score_again(record: Mapping[str, Any], rule_set: RuleSet) -> dict[int, ScoreResult]:
    """The results of all projects, by participation."""
    return {
        result.participation: result
        for scoring in record["scoring"]
        for result in score_contributions(
            [unpacked(plain) for plain in scoring["inputs"]],
            rule_set,
            now=moment_of(scoring["now"]),
        )
    }


def _item_differences(
    record: Mapping[str, Any], rule_set: RuleSet, results: Mapping[int, ScoreResult]
) -> Iterator[str]:
    for item in record["contributions"]:
        name, result = item.get("url") or item["title"], results.get(item.get("part", 0))
        if result is None:
            yield f"{name}: what scoring was given for it is missing"
            continue
        points = decimal_points(result.points)
        if item["points"] != points:
            yield f"{name}: {item['points']} points in the record, {points} by the rules"
        if result.state != COUNTED:
            yield f"{name}: it does not count by the rules ({result.reasons[0].rule})"
        elif item["category"] != result.category:
            yield f"{name}: {item['category']} in the record, {result.category} by the rules"
        yield from _reason_difference(name, item["reasons"], record_reasons(result, rule_set))


def record_reasons(result: ScoreResult, rule_set: RuleSet) -> list[dict[str, Any]]:
    """The reasons of ``result`` as an evidence record says them."""
    lines = trace((reason.as_json() for reason in result.reasons), rule_set)
    said = [{**line, "points": decimal_points(line["points"])} for line in lines]
    plain: list[dict[str, Any]] = json.loads(json.dumps(said))
    return plain


def _reason_difference(
    name: str, said: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """The first reason that differs, and the fact in it."""
    for before, after in zip(said, found, strict=False):
        if before == after:
            continue
        if before["rule"] != after["rule"]:
            yield f"{name}: rule {before['rule']} in the record, {after['rule']} by the rules"
            return
        for fact, value in after["inputs"].items():
            if before["inputs"].get(fact) != value:
                told = before["inputs"].get(fact)
                yield f"{name}: rule {after['rule']}: {fact} is {told} in the record, {value} now"
                return
        yield f"{name}: rule {after['rule']} says something else in the record"
        return
    if len(said) != len(found):
        yield f"{name}: {len(said)} reasons in the record, {len(found)} by the rules"


def _thousandths(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int(f"{rest:0<3}")


def _wrong_totals(record: Mapping[str, Any]) -> Iterator[str]:
    counts, points = _sums(record)
    totals = record["totals"]
    expected = {
        "contributions": sum(counts.values()),
        "points": decimal_points(sum(points.values())),
        "kinds": [
            {"kind": kind, "contributions": counts[kind], "points": decimal_points(points[kind])}
            for kind in sorted(counts)
        ],
    }
    found = {**totals, "kinds": sorted(totals["kinds"], key=lambda kind: str(kind["kind"]))}
    for name, value in expected.items():
        if found.get(name) != value:
            yield f"the total of {name} is {found.get(name)} in the record; the items give {value}"


def _sums(record: Mapping[str, Any]) -> tuple[Counter[str], Counter[str]]:
    counts: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for item in record["contributions"]:
        counts[item["category"]] += 1
        points[item["category"]] += _thousandths(item["points"])
    return counts, points


def _result_differences(document: Mapping[str, Any], record: Mapping[str, Any]) -> Iterable[str]:
    """Where the certificate itself says other numbers than its record gives."""
    try:
        counts, points = _sums(record)
        found = {
            result["resultDescription"].rpartition("#")[2]: result["value"]
            for result in document["credentialSubject"]["result"]
        }
    except MALFORMED as error:
        return [f"the results of the certificate cannot be read: {error!r:.200}"]
    expected = {
        "points": decimal_points(sum(points.values())),
        "contributions": str(sum(counts.values())),
    }
    for kind in counts:
        expected[f"{kind}-points"] = decimal_points(points[kind])
        expected[f"{kind}-contributions"] = str(counts[kind])
    return [
        f"the certificate says {name} {found.get(name)}, its record gives {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
