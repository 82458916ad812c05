"""What maintainers fill in about rules: a text, a day, and the form of a whole rule set."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from credits.core.rule_entries import LONGEST_SOURCE, MOST_ENTRIES
from credits.core.rule_fields import REST, TABLES, TOP, FieldSpec
from credits.core.rule_form import Entry, RuleForm
from credits.views.student_forms import DayField, midnight


class RuleTextForm(forms.Form):
    """A rule set as TOML; ``seen`` is the digest of the text that it began with."""

    source = forms.CharField(
        label=_("Rule set (TOML)"),
        max_length=LONGEST_SOURCE,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 30, "class": "code", "spellcheck": "false", "wrap": "off"}
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class PublishForm(forms.Form):
    """From when on a version counts; days begin in UTC, alike for all."""

    day = DayField(
        label=_("In force from"),
        required=False,
        help_text=_("The beginning of that day, UTC. Empty: at once."),
    )

    def moment(self, now: datetime) -> datetime:
        """The first moment of the day, or ``now`` if none was given or it is today."""
        day = self.cleaned_data["day"]
        return now if day is None or day == now.astimezone(UTC).date() else midnight(day)


def posted_form(posted: QueryDict) -> RuleForm:
    """What was sent, field by field; whatever else was sent is not looked at."""
    tables = {table: _posted_entries(posted, table, specs) for table, specs in TABLES.items()}
    return RuleForm(Entry(_posted_values(posted, "top", TOP)), tables)


def changed_by(form: RuleForm, act: str) -> str:
    """Add, remove or move an entry as ``act`` says; the place to go on at, "" if it says none."""
    name, _colon, where = act.partition(":")
    table, _colon, place = where.partition(":")
    if table not in form.tables or (place and not place.isdecimal()):
        return ""
    at = int(place[:6] or 0)
    if name == "add" and len(form.tables[table]) < MOST_ENTRIES:
        form.add(table)
        return f"{table}-{len(form.tables[table]) - 1}"
    if name == "remove":
        form.remove(table, at)
    elif name in MOVES:
        form.move(table, at, MOVES[name])
    else:
        return ""
    return f"{table}-{at}"


MOVES: Mapping[str, int] = {"up": -1, "down": 1}


def _posted_entries(posted: QueryDict, table: str, specs: tuple[FieldSpec, ...]) -> list[Entry]:
    count = posted.get(f"{table}-count", "0")
    most = min(int(count[:6]), MOST_ENTRIES) if count.isdecimal() else 0
    prefixes = (f"{table}-{place}" for place in range(most))
    return [
        Entry(_posted_values(posted, prefix, specs), on=f"{prefix}-on" in posted)
        for prefix in prefixes
        if f"{prefix}-known" in posted
    ]


def _posted_values(posted: QueryDict, prefix: str, specs: tuple[FieldSpec, ...]) -> dict[str, str]:
    names = [*(spec.name for spec in specs), REST]
    given = {name: posted.get(f"{prefix}-{name}", "") for name in names}
    return {name: value for name, value in given.items() if value}
