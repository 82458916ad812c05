"""Credit policies: from points to credits, as an institution decided (TOML).

A policy proposes; a person decides. Bands are cumulative levels: the highest one that is reached
counts. What a person holds already under the same policy is taken off, so that a later, higher
level pays only the difference; caps by term and by degree hold after that.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from credits.core.canonical import canonical_json, sha256_hex
from credits.core.rules import THOUSAND, Problem, Text
from credits.core.toml_positions import Path, find_positions

AUDIENCES = ("student", "teacher")
LONGEST_SOURCE = 100_000
_KEYS = frozenset(
    {"slug", "version", "audience", "title", "basis", "categories", "bands", "credits"}
)
_CREDIT_KEYS = frozenset({"framework", "step", "max_per_term", "max_per_degree", "category"})


class PolicyError(Exception):
    """A source is not a credit policy; ``problems`` says everything that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Band:
    """A level: from ``points`` (thousandths) on, ``credits``."""

    points: int
    credits: Decimal
    label: Text


@dataclass(frozen=True, slots=True)
class PriorCredits:
    """What a person holds already under the policy."""

    term: Decimal = Decimal(0)
    degree: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CreditPolicy:
    """An institution's policy; credits are decimals, points thousandths."""

    slug: str
    version: str
    audience: str
    title: Text
    basis: Text
    categories: frozenset[str]
    bands: tuple[Band, ...]
    framework: str
    category: Text
    step: Decimal
    max_per_term: Decimal
    max_per_degree: Decimal
    digest: str

    def most_allowed(self, prior: PriorCredits) -> Decimal:
        """The most that caps leave to a person who holds ``prior``."""
        room = min(self.max_per_term - prior.term, self.max_per_degree - prior.degree)
        return max(Decimal(0), _round_down(room, self.step))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the policy gives, why, and what is missing to the next level (thousandths)."""

    credits: Decimal
    points: int
    reasons: tuple[Text, ...]
    missing_points: int | None
    next_credits: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """As it is kept with an application."""
        return {
            "credits": str(self.credits),
            "points": self.points,
            "reasons": [{"en": reason.en, "zh": reason.zh} for reason in self.reasons],
            "missing_points": self.missing_points,
            "next_credits": None if self.next_credits is None else str(self.next_credits),
        }


def propose(
    policy: CreditPolicy,
    totals: Mapping[str, int],
    *,
    prior: PriorCredits,
    now: datetime,
) -> Proposal:
    """Credits for ``totals`` (thousandths by category) under ``policy``."""
    counted = {
        name: points
        for name, points in totals.items()
        if not policy.categories or name in policy.categories
    }
    points = sum(counted.values())
    reached = [band for band in policy.bands if points >= band.points]
    following = next((band for band in policy.bands if points < band.points), None)
    reasons = [_points_reason(points, sum(totals.values()) - points)]
    level = reached[-1].credits if reached else Decimal(0)
    if reached:
        reasons.append(_level_reason(reached[-1]))
    credits = _within(policy, level, prior, reasons)  # noqa: A001 - the field's own word
    return Proposal(
        credits=credits,
        points=points,
        reasons=tuple(reasons),
        missing_points=None if following is None else following.points - points,
        next_credits=None if following is None else following.credits,
    )


def _within(
    policy: CreditPolicy, level: Decimal, prior: PriorCredits, reasons: list[Text]
) -> Decimal:
    """What remains of ``level`` after what is held, the caps and rounding; says so."""
    due = max(Decimal(0), level - prior.degree)
    if prior.degree:
        reasons.append(
            Text(
                f"{prior.degree} credits are recognised already; only the difference counts",
                f"已认定 {prior.degree} 学分，仅计差额",
            )
        )
    most = policy.most_allowed(prior)
    if due > most:
        reasons.append(
            Text(
                f"Limited to {most}: at most {policy.max_per_term} a term "
                f"and {policy.max_per_degree} in all",
                f"上限为 {most}：每学期至多 {policy.max_per_term} 学分，"
                f"总计至多 {policy.max_per_degree} 学分",
            )
        )
    return _round_down(min(due, most), policy.step)


def _points_reason(counted: int, left_out: int) -> Text:
    en, zh = f"{_decimal(counted)} points count here", f"计入 {_decimal(counted)} 积分"
    if left_out:
        en += f"; {_decimal(left_out)} of kinds that this policy does not count"
        zh += f"；另有 {_decimal(left_out)} 积分属于本政策不计的类别"
    return Text(en, zh)


def _level_reason(band: Band) -> Text:
    return Text(
        f"{band.label.en}: from {_decimal(band.points)} points on, {band.credits} credits",
        f"{band.label.zh}：达到 {_decimal(band.points)} 积分，计 {band.credits} 学分",
    )


def _decimal(points: int) -> str:
    return f"{(Decimal(points) / THOUSAND).normalize():f}"


def _round_down(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_DOWN) * step


def parse_policy(source: str) -> CreditPolicy:
    """Read a credit policy.

    Raises:
        PolicyError: with every problem found.
    """
    return _Reader(source).policy()


class _Reader:
    """Reads one source, gathering problems instead of stopping at the first."""

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST_SOURCE:
            raise PolicyError([Problem(1, 1, f"longer than {LONGEST_SOURCE} characters")])
        self.lines = source.split("\n")
        self.problems: list[Problem] = []
        try:
            self.data = tomllib.loads(source, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PolicyError([Problem(1, 1, f"this is not TOML: {error}")]) from error
        self.positions = find_positions(self.lines)

    def policy(self) -> CreditPolicy:
        self.check_keys(self.data, _KEYS, ())
        numbers = self.table("credits")
        self.check_keys(numbers, _CREDIT_KEYS, ("credits",))
        audience = str(self.data.get("audience", ""))
        if audience not in AUDIENCES:
            self.add(("audience",), f"the audience is one of: {', '.join(AUDIENCES)}")
        policy = CreditPolicy(
            slug=self.text(self.data, "slug", ()),
            version=self.text(self.data, "version", ()),
            audience=audience,
            title=self.both(self.data, "title", ()),
            basis=self.both(self.data, "basis", ()),
            categories=frozenset(map(str, self.data.get("categories", []))),
            bands=self.bands(),
            framework=self.text(numbers, "framework", ("credits",)),
            category=self.both(numbers, "category", ("credits",)),
            step=self.positive(numbers, "step"),
            max_per_term=self.positive(numbers, "max_per_term"),
            max_per_degree=self.positive(numbers, "max_per_degree"),
            digest=sha256_hex(canonical_json(_plain(self.data))),
        )
        if self.problems:
            raise PolicyError(self.problems)
        return policy

    def bands(self) -> tuple[Band, ...]:
        found = self.data.get("bands", [])
        bands = []
        for index, entry in enumerate(found if isinstance(found, list) else []):
            path: Path = ("bands", index)
            points = self.number(entry, "points", path) * THOUSAND
            label = self.both(entry, "label", path)
            bands.append(Band(int(points), self.number(entry, "credits", path), label))
        ordered = [(band.points, band.credits) for band in bands]
        if not bands or ordered != sorted(ordered):
            self.add(("bands",), "give [[bands]] with growing points and credits")
        return tuple(bands)

    def add(self, path: Path, message: str) -> None:
        line, column = self.positions.of(path)
        self.problems.append(Problem(line, column, message, self.lines[line - 1]))

    def check_keys(self, data: Mapping[str, Any], known: frozenset[str], path: Path) -> None:
        for key in data:
            if key not in known:
                self.add((*path, key), f"unknown key '{key}'")

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key)
        if isinstance(value, dict):
            return value
        self.add((key,), f"[{key}] is missing")
        return {}

    def text(self, data: Mapping[str, Any], key: str, path: Path) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value:
            self.add((*path, key), f"'{key}' is missing")
            return ""
        return value

    def both(self, data: Mapping[str, Any], key: str, path: Path) -> Text:
        value = data.get(key) if isinstance(data, dict) else None
        if not isinstance(value, dict):
            self.add((*path, key), f"'{key}' is missing: write it as {{en = ..., zh = ...}}")
            return Text("", "")
        return Text(self.text(value, "en", (*path, key)), self.text(value, "zh", (*path, key)))

    def number(self, data: Any, key: str, path: Path) -> Decimal:
        value = data.get(key) if isinstance(data, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
            self.add((*path, key), f"'{key}' is a number of at least 0")
            return Decimal(0)
        return Decimal(value)

    def positive(self, data: Mapping[str, Any], key: str) -> Decimal:
        value = self.number(data, key, ("credits",))
        if value == 0:
            self.add(("credits", key), f"'{key}' is above 0")
            return Decimal(1)
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if isinstance(value, bool | int | str) else str(value)
