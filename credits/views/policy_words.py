"""A credit policy as people read it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language

from credits.core.policy_reader import parse_policy
from credits.core.texts import Text
from credits.models import CreditPolicy


@dataclass(frozen=True, slots=True)
class LevelInWords:
    """From ``points`` (thousandths) on, ``credits``."""

    label: str
    points: int
    credits: Decimal


@dataclass(frozen=True, slots=True)
class PolicyInWords:
    """What a policy says, in the reader's language."""

    stored: CreditPolicy
    title: str
    basis: str
    category: str
    framework: str
    counted: list[str]
    levels: list[LevelInWords]
    step: Decimal
    max_per_term: Decimal
    max_per_degree: Decimal


def policy_in_words(stored: CreditPolicy) -> PolicyInWords:
    """``stored`` without its TOML; an empty ``counted`` means that every kind of work counts."""
    policy = parse_policy(stored.source)
    return PolicyInWords(
        stored=stored,
        title=_words(policy.title),
        basis=_words(policy.basis),
        category=_words(policy.category),
        framework=policy.framework,
        counted=sorted(policy.categories),
        levels=[
            LevelInWords(_words(band.label), band.points, band.credits) for band in policy.bands
        ],
        step=policy.step,
        max_per_term=policy.max_per_term,
        max_per_degree=policy.max_per_degree,
    )


def _words(text: Text) -> str:
    return text.zh if (get_language() or "").startswith("zh") else text.en
