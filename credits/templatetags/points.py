"""Points, credits and kinds of work, as people read them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import get_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy

register = template.Library()

VARIABLE = re.compile(r"\{(\w+)\}")

CATEGORIES = {
    "code": pgettext_lazy("category", "Code"),
    "tests": pgettext_lazy("category", "Tests"),
    "docs": pgettext_lazy("category", "Docs"),
    "ci": pgettext_lazy("category", "Build and CI"),
    "example": pgettext_lazy("category", "Examples"),
    "review": pgettext_lazy("category", "Reviews"),
    "issue": pgettext_lazy("category", "Issues"),
    "triage": pgettext_lazy("category", "Triage"),
    "answer": pgettext_lazy("category", "Answers"),
    "translation": pgettext_lazy("category", "Translation"),
    "dataset": pgettext_lazy("category", "Data sets"),
    "model": pgettext_lazy("category", "Models"),
    "demo": pgettext_lazy("category", "Demos"),
    "benchmark": pgettext_lazy("category", "Benchmarks"),
    "mentoring": pgettext_lazy("category", "Mentoring"),
    "security": pgettext_lazy("category", "Security"),
    "maintenance": pgettext_lazy("category", "Maintenance"),
    "outreach": pgettext_lazy("category", "Outreach"),
    "release": pgettext_lazy("category", "Releases"),
    "other": pgettext_lazy("category", "Other"),
}
FORGES = {
    "github.com": ("GitHub", "GH"),
    "gitlab.com": ("GitLab", "GL"),
    "gitee.com": ("Gitee", "码"),
    "huggingface.co": ("Hugging Face", "HF"),
    "git": ("Git", "Git"),
    "claims": ("OpenCredits", "OC"),
}
STATE_TAGS = {
    "counted": "ok",
    "waiting": "wait",
    "not_counted": "",
    "disputed": "warn",
    "submitted": "wait",
    "approved": "ok",
    "exported": "wait",
    "booked": "ok",
    "reversed": "bad",
    "rejected": "bad",
    "withdrawn": "",
    "claimed": "wait",
    "confirmed": "ok",
    "open": "wait",
    "answered": "wait",
    "cleared": "ok",
    "upheld": "bad",
    "appealed": "warn",
    "asked": "wait",
    "accepted": "ok",
    "declined": "bad",
    "welcome": "ok",
    "limited": "warn",
    "closed": "bad",
}
DEFAULT_SEPARATOR = ","
NOTHING = "–"
YES, NO = pgettext_lazy("value of a fact", "yes"), pgettext_lazy("value of a fact", "no")


@register.filter
def points(millipoints: int | None) -> str:
    """Thousandths as points: at least one decimal place, at most three."""
    value = (Decimal(millipoints or 0) / 1000).quantize(Decimal("0.001"))
    whole, fraction = f"{value:,f}".split(".")
    return _localised(whole, fraction.rstrip("0") or "0")


@register.filter
def number(value: int | None) -> str:
    """A count, its thousands grouped."""
    return _localised(f"{value or 0:,}", "")


@register.filter
def credit(value: Decimal | float | str | None) -> str:
    """Credits of a university: one or two decimal places."""
    whole, fraction = f"{Decimal(str(value or 0)):,.2f}".split(".")
    return _localised(whole, fraction[0] + fraction[1].rstrip("0"))


def _localised(whole: str, fraction: str) -> str:
    grouped = whole.replace(",", get_format("THOUSAND_SEPARATOR") or DEFAULT_SEPARATOR)
    return grouped + (get_format("DECIMAL_SEPARATOR") + fraction if fraction else "")


@register.filter
def category_name(category: str) -> str:
    """The word for a category."""
    return str(CATEGORIES.get(category, CATEGORIES["other"]))


@register.filter
def kind_word(category: str) -> str:
    """The word for a category; one of a project's own rules goes by its own name."""
    return str(CATEGORIES.get(category, category))


@register.filter
def category_class(category: str) -> str:
    """The CSS class that gives a category its colour."""
    return f"k-{category if category in CATEGORIES else 'other'}"


@register.filter
def category_dot(category: str) -> str:
    """The square in a category's colour; a word always stands beside it."""
    return format_html('<i class="{}"></i>', category_class(category))


@register.filter
def forge_name(host: str) -> str:
    """How people call a forge."""
    return FORGES.get(host, (host, ""))[0]


@register.filter
def forge_initials(host: str) -> str:
    """A letter or two that stand for a forge."""
    return FORGES.get(host, ("", host[:2].upper()))[1]


@register.filter
def state_tag(state: str) -> str:
    """The CSS class of a state's tag."""
    return STATE_TAGS.get(state, "")


@register.filter
def in_my_language(text: Any) -> str:
    """Of a text kept as ``en`` and ``zh`` (a mapping or an object), the one for this reader."""
    mine = "zh" if (get_language() or "").startswith("zh") else "en"
    found = text if isinstance(text, Mapping) else {mine: getattr(text, mine, "")}
    return str(found.get(mine) or found.get("en") or "")


@register.filter
def with_variables(text: str) -> SafeString:
    """A rule's sentence; where a fact will stand, its name."""
    return mark_safe(VARIABLE.sub(r"<var>\1</var>", escape(text)))  # noqa: S308 - escaped


@register.filter
def signed_points(millipoints: int) -> str:
    """Points of one reason, with their sign."""
    return ("+ " if millipoints >= 0 else "− ") + points(abs(millipoints))


@register.filter
def fact_value(value: Any) -> str:
    """A fact as people read it."""
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, int):
        return number(value)
    return (", ".join(map(str, value)) if isinstance(value, tuple) else str(value)) or NOTHING


@register.filter
def lookup(mapping: dict[str, Any], key: str) -> Any:
    """The value under ``key``."""
    return mapping.get(key)
