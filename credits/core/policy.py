"""Credit policies: from points to credits, as an institution decided (TOML).

A policy proposes; a person decides. Bands are cumulative levels: the highest one that is reached
counts. What a person holds already under the same policy is taken off, so that a later, higher
level pays only the difference; caps by term and by degree hold after that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from credits.core.points import decimal_points
from credits.core.texts import Text


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
    left_out: Sequence[Text] = (),
) -> Proposal:
    """Credits for ``totals`` (thousandths by category) under ``policy``.

    ``left_out`` says what is not in ``totals`` because it may not earn credits, and why.
    """
    counted = {
        name: points
        for name, points in totals.items()
        if not policy.categories or name in policy.categories
    }
    points = sum(counted.values())
    reached = [band for band in policy.bands if points >= band.points]
    following = next((band for band in policy.bands if points < band.points), None)
    reasons = [_points_reason(points, sum(totals.values()) - points), *left_out]
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
    en, zh = f"{decimal_points(counted)} points count here", f"计入 {decimal_points(counted)} 积分"
    if left_out:
        en += f"; {decimal_points(left_out)} of kinds that this policy does not count"
        zh += f"；另有 {decimal_points(left_out)} 积分属于本政策不计的类别"
    return Text(en, zh)


def _level_reason(band: Band) -> Text:
    return Text(
        f"{band.label.en}: from {decimal_points(band.points)} points on, {band.credits} credits",
        f"{band.label.zh}：达到 {decimal_points(band.points)} 积分，计 {band.credits} 学分",
    )


def _round_down(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_DOWN) * step
