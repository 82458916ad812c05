"""What scoring was given, as plain data that an evidence record can hold, and back again.

Only what the rule set reads is written down. Keys become ranks, which keep their order, since
ties are decided by it; people are opaque, and other people's contributions have no title. What
people wrote when they decided is left out: that they decided is what counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from credits.core.canonical import MAX_SAFE_INTEGER, canonical_json, sha256_hex
from credits.core.certificate_facts import ScoringFacts
from credits.core.facts import READ_FROM_FORGE
from credits.core.inputs import Counting, Participant, Ruling, ScoredInput
from credits.core.rules import RuleSet

ELSEWHERE = Counting(0, "", "", "", "")
"""In the record it only counts that the work counts elsewhere, not where."""

DENIED = "denied"
"""Likewise, what maintainers wrote when they denied something is not in the record."""

WORD = re.compile(r"[a-z_]+")
CHECK_LENGTH = 6
"""Hexadecimal digits of a check. Checks name a fact that was changed; that nothing can be changed
unnoticed follows from the digest of the whole record in the certificate."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """Small numbers in the place of keys, in the same order."""

    contributions: Mapping[int, int]
    parts: Mapping[int, int]
    people: Mapping[int, int]
    work: Mapping[int, int]

    @classmethod
    def of(cls, items: Sequence[ScoredInput]) -> "Ranks":
        """The ranks of everything that ``items`` name."""
        parts = [part for item in items for part in item.participants]
        people = {part.person or part.key for part in parts}
        people |= {item.counterpart for item in items if item.counterpart}
        return cls(
            contributions=_ranked(item.contribution for item in items),
            parts=_ranked(part.key for part in parts),
            people=_ranked(people),
            work=_ranked(item.work_item for item in items if item.work_item is not None),
        )


def _ranked(keys: Iterable[int]) -> dict[int, int]:
    return {key: rank for rank, key in enumerate(sorted(set(keys)), 1)}


def facts_read(rule_set: RuleSet) -> frozenset[str]:
    """The words in the expressions and sentences of ``rule_set``: among them all facts it reads."""
    said = [guard.when for guard in rule_set.guards]
    said += [factor.when for factor in rule_set.factors]
    for rule in rule_set.rules:
        said += [rule.when, rule.points, rule.bands.of if rule.bands else ""]
    named = (text.names for text in rule_set.texts.values())
    return frozenset[str]().union(*map(WORD.findall, said), *named)


def packed(scoring: ScoringFacts, reads: frozenset[str], ranks: Ranks) -> dict[str, Any]:
    """``scoring`` as an evidence record holds it.

    ``withheld`` says what the rules may have read and the record does not tell.
    """
    others_read = reads - {"title"}
    has_others = any(item.contribution not in scoring.own for item in scoring.items)
    withheld = {"withheld": ["title"]} if has_others and "title" in reads else {}
    return {
        "project": scoring.project,
        "now": exact_time(scoring.now),
        **withheld,
        "inputs": [
            _with_checks(
                _packed(item, reads if item.contribution in scoring.own else others_read, ranks)
            )
            for item in scoring.items
        ],
    }


def _packed(item: ScoredInput, reads: frozenset[str], ranks: Ranks) -> dict[str, Any]:
    """``item`` without what is as usual: absent means no, none or nothing."""
    ruling = item.ruling
    said = item.facts if isinstance(item.facts, dict) else {}
    full = {
        "contribution": ranks.contributions[item.contribution],
        "kind": item.kind,
        "state": item.state,
        "repository_kind": item.repository_kind,
        "title": item.title if "title" in reads else None,
        "occurred_at": exact_time(item.occurred_at),
        "reverted_at": item.reverted_at and exact_time(item.reverted_at),
        "work_item": None if item.work_item is None else ranks.work[item.work_item],
        "is_sandbox": item.is_sandbox,
        "is_direct": item.is_direct,
        "counterpart": ranks.people.get(item.counterpart),
        "counts_elsewhere": item.counts_with is not None,
        "denied": bool(ruling.denied),
        "endorsed": ruling.is_endorsed,
        "category": ruling.category,
        "pardoned": sorted(ruling.pardoned),
        "facts": {
            name: bool(value) if reader is bool else exact(value)
            for name, value in said.items()
            for fact, reader in [READ_FROM_FORGE.get(name, ("", None))]
            if fact in reads or name == "sizes"
        },
        "participants": [_packed_part(part, ruling, ranks) for part in item.participants],
    }
    return {name: value for name, value in full.items() if value not in (None, False, "", [])}


def _packed_part(part: Participant, ruling: Ruling, ranks: Ranks) -> dict[str, Any]:
    full = {
        "part": ranks.parts[part.key],
        "person": ranks.people[part.person or part.key],
        "role": part.role,
        "weight": part.weight,
        "ruled_weight": ruling.weights.get(part.key),
        "is_bot": part.is_bot or None,
        "withdrawn": part.key in ruling.withdrawn or None,
    }
    return {name: value for name, value in full.items() if value is not None}


def unpacked(plain: Mapping[str, Any]) -> ScoredInput:
    """What `_packed` wrote down, as scoring takes it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it was not written by us.
    """
    parts = plain["participants"]
    ruling = Ruling(
        is_endorsed=bool(plain.get("endorsed")),
        denied=DENIED if plain.get("denied") else "",
        category=plain.get("category", ""),
        weights={part["part"]: part["ruled_weight"] for part in parts if "ruled_weight" in part},
        withdrawn=frozenset(part["part"] for part in parts if part.get("withdrawn")),
        pardoned=frozenset(plain.get("pardoned", ())),
    )
    return ScoredInput(
        contribution=plain["contribution"],
        kind=plain["kind"],
        state=plain.get("state", ""),
        title=plain.get("title", ""),
        occurred_at=moment_of(plain["occurred_at"]),
        facts=dict(plain["facts"]),
        repository_kind=plain.get("repository_kind", ""),
        participants=tuple(
            Participant(
                part["part"],
                part["role"],
                part["weight"],
                bool(part.get("is_bot")),
                part["person"],
            )
            for part in parts
        ),
        counts_with=ELSEWHERE if plain.get("counts_elsewhere") else None,
        work_item=plain.get("work_item"),
        reverted_at=moment_of(plain["reverted_at"]) if "reverted_at" in plain else None,
        is_sandbox=bool(plain.get("is_sandbox")),
        is_direct=bool(plain.get("is_direct")),
        counterpart=plain.get("counterpart", 0),
        ruling=ruling,
    )


def exact_time(moment: datetime) -> str:
    """``moment`` in UTC with all its digits: a guard may look at each of them."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """The moment that `exact_time` wrote."""
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"{text} has no time zone")
    return moment.astimezone(UTC)


def exact(value: Any) -> Any:
    """``value`` with numbers that not every reader of JSON keeps exactly written as text."""
    if isinstance(value, Mapping):
        return {key: exact(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [exact(part) for part in value]
    if isinstance(value, int | float) and abs(value) > MAX_SAFE_INTEGER:
        return str(value)
    return value


def _with_checks(plain: dict[str, Any]) -> dict[str, Any]:
    return {**plain, "checks": {name: _check(value) for name, value in _leaves(plain)}}


def changed_leaves(plain: Mapping[str, Any]) -> list[str]:
    """The names of what was changed, added or taken away since ``plain`` was written down."""
    noted = plain["checks"]
    found = {name: _check(value) for name, value in _leaves(plain) if name != "checks"}
    names = [name for name in (*found, *noted) if found.get(name) != noted.get(name)]
    return list(dict.fromkeys(names))


def _leaves(plain: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in plain.items():
        if name == "facts":
            yield from ((f"facts.{fact}", said) for fact, said in value.items())
        elif name == "participants":
            for number, part in enumerate(value):
                yield f"participants.{number}", part
        else:
            yield name, value


def _check(value: Any) -> str:
    if isinstance(value, str | int | None) and not isinstance(value, bool):
        return _check_of_one(value)
    return sha256_hex(canonical_json(value))[:CHECK_LENGTH]


@lru_cache(maxsize=10_000)
def _check_of_one(value: str | int | None) -> str:
    """The check of a number or text; most stand in many inputs."""
    return sha256_hex(canonical_json(value))[:CHECK_LENGTH]
