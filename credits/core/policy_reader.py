"""Read a credit policy from TOML: every problem at once, each with its line and column."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from credits.core.policy import Band, CreditPolicy
from credits.core.problems import SourceError
from credits.core.toml_positions import Path
from credits.core.toml_reader import LONGEST_CATEGORY, LONGEST_SLUG, SLUG, TomlReader

AUDIENCES = ("student", "teacher")
LONGEST_SOURCE = 100_000
MOST_BANDS = 100
LARGEST_CREDITS = 1000
CREDIT_PLACES = 2
"""Decimal places that credits may have, here and in the table of recognitions."""

_KEYS = frozenset(
    {"slug", "version", "audience", "title", "basis", "categories", "bands", "credits"}
)
_CREDIT_KEYS = frozenset({"framework", "step", "max_per_term", "max_per_degree", "category"})
_BAND_KEYS = frozenset({"points", "credits", "label"})


class PolicyError(SourceError):
    """A source is not a credit policy; ``problems`` says everything that is wrong."""


def parse_policy(source: str) -> CreditPolicy:
    """Read a credit policy.

    Raises:
        PolicyError: with every problem found.
    """
    return _Reader(source, LONGEST_SOURCE).policy()


class _Reader(TomlReader):
    error: ClassVar[type[SourceError]] = PolicyError

    def policy(self) -> CreditPolicy:
        self.check_keys(self.data, _KEYS, ())
        numbers = self.credits_table()
        policy = CreditPolicy(
            slug=self.slug(self.data, "slug", (), LONGEST_SLUG),
            version=self.version(),
            audience=self.one_of(self.data.get("audience"), AUDIENCES, ("audience",)),
            title=self.both(self.data, "title", ()),
            basis=self.both(self.data, "basis", ()),
            categories=self.categories(),
            bands=self.bands(),
            framework=self.text(numbers, "framework", ("credits",)),
            category=self.both(numbers, "category", ("credits",)),
            step=self.positive(numbers, "step"),
            max_per_term=self.positive(numbers, "max_per_term"),
            max_per_degree=self.positive(numbers, "max_per_degree"),
            digest="",
        )
        self.finish()
        return replace(policy, digest=self.digest)

    def credits_table(self) -> Mapping[str, Any]:
        value = self.data.get("credits")
        if not isinstance(value, dict):
            self.add(("credits",), "[credits] is missing: framework, category, step and caps")
            return {}
        self.check_keys(value, _CREDIT_KEYS, ("credits",))
        return value

    def categories(self) -> frozenset[str]:
        """The kinds of work that count; none named means all."""
        found = self.data.get("categories", [])
        if not isinstance(found, list):
            self.add(("categories",), 'the categories are a list, such as ["code", "docs"]')
            return frozenset()
        for index, name in enumerate(found):
            if not isinstance(name, str) or not _is_category(name):
                self.add(("categories", index), "a category is a name as rule sets write it")
        return frozenset(name for name in found if isinstance(name, str))

    def bands(self) -> tuple[Band, ...]:
        bands = [self.band(entry, path) for entry, path in self.tables("bands", MOST_BANDS)]
        if not bands:
            self.add(("bands",), "a policy needs at least one [[bands]]")
        for index, (lower, upper) in enumerate(pairwise(bands), 1):
            if upper.points <= lower.points or upper.credits < lower.credits:
                self.add(("bands", index), "from band to band points grow, and credits never fall")
        return tuple(bands)

    def band(self, entry: Mapping[str, Any], path: Path) -> Band:
        self.check_keys(entry, _BAND_KEYS, path)
        points = self.thousandths(entry.get("points"), (*path, "points"))
        if points < 0:
            self.add((*path, "points"), "'points' is at least 0")
        return Band(
            points=points,
            credits=self.credits_of(entry, "credits", path),
            label=self.both(entry, "label", path),
        )

    def positive(self, data: Mapping[str, Any], key: str) -> Decimal:
        value = self.credits_of(data, key, ("credits",))
        if value == 0 and data.get(key) == 0:
            self.add(("credits", key), f"'{key}' is above 0")
        return value

    def credits_of(self, data: Mapping[str, Any], key: str, path: Path) -> Decimal:
        path = (*path, key)
        value = self.number(data.get(key), path)
        if not 0 <= value <= LARGEST_CREDITS:
            self.add(path, f"'{key}' is between 0 and {LARGEST_CREDITS}")
            return Decimal(0)
        if value != round(value, CREDIT_PLACES):
            self.add(path, f"'{key}' has at most {CREDIT_PLACES} decimal places")
        return value


def _is_category(name: str) -> bool:
    return len(name) <= LONGEST_CATEGORY and SLUG.fullmatch(name) is not None
