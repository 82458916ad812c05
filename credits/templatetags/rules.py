"""Rule sets as pages say them: states, tables, differences, and bars of change."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credits.core.comparison import Change
from credits.core.rule_diff import Difference
from credits.core.rule_fields import REST, FieldSpec
from credits.core.rule_form import Entry, FieldError
from credits.services.standing import Stand, Standing

register = template.Library()

STANDS = {
    Stand.DRAFT: pgettext_lazy("rule set", "Draft"),
    Stand.SHADOW: pgettext_lazy("rule set", "Runs beside"),
    Stand.PLANNED: pgettext_lazy("rule set", "Planned"),
    Stand.ACTIVE: pgettext_lazy("rule set", "In force"),
    Stand.REPLACED: pgettext_lazy("rule set", "Replaced"),
    Stand.RETIRED: pgettext_lazy("rule set", "Taken back"),
}
STAND_TAGS = {
    Stand.SHADOW: "wait",
    Stand.PLANNED: "wait",
    Stand.ACTIVE: "ok",
    Stand.RETIRED: "bad",
}
DIFFERENCES = {
    Difference.ADDED: _("added"),
    Difference.REMOVED: _("removed"),
    Difference.CHANGED: _("changed"),
    Difference.MOVED: _("stands elsewhere"),
}
DIFFERENCE_TAGS = {Difference.ADDED: "ok", Difference.REMOVED: "bad", Difference.CHANGED: "wait"}
TABLE_NAMES = {
    "guards": _("Guard"),
    "rules": _("Rule"),
    "factors": _("Factor"),
    "limits": _("Limit"),
    "cases": _("Test case"),
    "alignments": _("Competence of a framework"),
    "": _("Top of the rule set"),
}
TABLES_NAMES = {
    "guards": _("Guards"),
    "rules": _("Rules"),
    "factors": _("Factors"),
    "limits": _("Limits"),
    "cases": _("Test cases"),
    "alignments": _("Competences of frameworks"),
}
FIELD_NAMES = {
    "id": _("Short name"),
    "name": _("What it shows"),
    "url": _("Address"),
    "framework": _("Framework"),
    "code": _("Code in the framework"),
    "slug": _("Name in addresses"),
    "version": _("Version"),
    "title": _("Title"),
    "title.en": _("Title in English"),
    "title.zh": _("Title in Chinese"),
    "description": _("Description"),
    "description.en": _("Description in English"),
    "description.zh": _("Description in Chinese"),
    "category": _("Kind of work"),
    "when": pgettext_lazy("rule", "When"),
    "state": _("What becomes of it"),
    "days": _("For so many days"),
    "points": _("Points"),
    "factor": _("Times"),
    "bands": _("Bands"),
    "bands.of": _("Bands by the size of"),
    "bands.steps": _("Up to each size its points, one a line, such as 45: 4"),
    "bands.more": _("Points beyond the last size"),
    "en": _("Sentence in English"),
    "zh": _("Sentence in Chinese"),
    "source": _("Where the number comes from"),
    "facts": _("Facts, one a line, such as lines_code = 12"),
    "kind": _("How it limits"),
    "per": _("In each"),
    "of": _("Kinds of work it looks at"),
    "rules": _("Rules it looks at"),
    "steps": _("So many items at so many per cent, one a line, such as 10: 100"),
    "rest": _("Per cent of all further items"),
    "most": _("At most"),
    "above": _("Or, if that is more, so many points"),
}
CHOICES = {
    "not_counted": _("it does not count"),
    "waiting": _("it waits"),
    "decay": _("further items count less"),
    "items": _("so many items count"),
    "points": _("so many points count"),
    "share": _("so much of it with one other person"),
    "day": _("day"),
    "week": _("week"),
    "month": _("month"),
}


@register.filter
def stand_name(standing: Standing) -> str:
    """What a version is, in a word or two."""
    return str(STANDS[standing.stand])


@register.filter
def stand_tag(standing: Standing) -> str:
    """The CSS class of its tag."""
    return STAND_TAGS.get(standing.stand, "")


@register.filter
def difference_name(difference: Difference) -> str:
    return str(DIFFERENCES[difference])


@register.filter
def difference_tag(difference: Difference) -> str:
    return DIFFERENCE_TAGS.get(difference, "")


@register.filter
def table_name(table: str) -> str:
    """What one entry of a table is called."""
    return str(TABLE_NAMES.get(table, table))


@register.filter
def tables_name(table: str) -> str:
    """What the entries of a table are called together."""
    return str(TABLES_NAMES.get(table, table))


@register.filter
def field_name(name: str) -> str:
    """The label of a value of a rule set; one that nobody knows is called as it is."""
    return str(FIELD_NAMES.get(name, name))


@register.filter
def choice_name(choice: str) -> str:
    return str(CHOICES.get(choice, choice))


@register.filter
def value_of(entry: Entry, spec: FieldSpec) -> str:
    """What stands in a field of the form."""
    return entry.values.get(spec.name) or spec.default


@register.filter
def rest_of(entry: Entry) -> str:
    """What no field of the form shows."""
    return entry.values.get(REST, "")


@register.filter
def errors_of(entry: Entry, name: str) -> list[FieldError]:
    """What is wrong with a field of the form."""
    return entry.errors.get(name, [])


@register.simple_tag
def change_bar(change: Change, largest: int) -> SafeString:
    """How much more or less, as a bar from the middle; the numbers stand beside it in words."""
    width = 50 * abs(change.change) / max(largest, 1)
    left = 50 - width if change.change < 0 else 50.0
    return format_html(
        '<svg class="change {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" y="1" width="{}" height="8"/><line x1="50" x2="50" y1="0" y2="10"/></svg>',
        "less" if change.change < 0 else "more",
        f"{left:.2f}",
        f"{width:.2f}",
    )


@register.filter
def signed_percent(change: Change) -> str:
    """The change in per cent, with its sign; "" where nothing changes, or nothing was before."""
    percent = change.percent
    if percent is None or not change.change:
        return ""
    return f"{'+' if percent >= 0 else '−'}{abs(percent)} %"
