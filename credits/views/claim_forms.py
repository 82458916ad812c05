"""What people fill in to claim work, for themselves or for others, and to import claims."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, URLValidator
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credits.models import Project, WorkClaim
from credits.models.work_claims import UNITS
from credits.services.claims import LATEST_ZONE, Work, known_contributors
from credits.views.student_forms import DayField
from harvesters.models import Actor

LARGEST_AMOUNT = 2_000_000_000
SHOWN_PEOPLE = 100
MOST_PEOPLE = 100


class WorkForm(forms.Form):
    """A piece of work that no forge shows."""

    kind = forms.ChoiceField(label=_("Kind of work"), choices=WorkClaim.Kind.choices)
    title = forms.CharField(label=_("What was done"), max_length=200)
    happened_on = DayField(label=_("Day"), help_text=_("The last one, if it took several."))
    url = forms.URLField(
        label=_("Evidence"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("A public page that shows it: a recording, slides, a programme."),
    )
    amount = forms.IntegerField(
        label=_("How much"),
        min_value=0,
        required=False,
        validators=[MaxValueValidator(LARGEST_AMOUNT)],
    )
    mentee = forms.CharField(
        label=_("Who was mentored"),
        max_length=300,
        required=False,
        help_text=_(
            "For mentoring only: the login at the forge. It counts when work of the mentee is"
            " merged and the mentee confirms it here."
        ),
    )
    ai_assisted = forms.BooleanField(
        label=_("An AI tool helped, such as with a draft that was then revised"), required=False
    )
    note = forms.CharField(
        label=_("Note to the maintainers"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, now: datetime, project: Project | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.now, self.known_project = now, project
        self.fields["amount"].help_text = _amounts()

    def clean_happened_on(self) -> date:
        day: date = self.cleaned_data["happened_on"]
        if day > (self.now + LATEST_ZONE).date():
            raise forms.ValidationError(
                gettext("This day has not come yet. Claim the work when it is done.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named, project = given.get("mentee", ""), self.known_project or given.get("project")
        given["mentee"] = None
        if named and given.get("kind") == WorkClaim.Kind.MENTORING and project is not None:
            try:
                given["mentee"] = contributor_named(project, named)
            except forms.ValidationError as error:
                self.add_error("mentee", error)
        return given

    def work(self) -> Work:
        """The work, as services take it."""
        given = self.cleaned_data
        return Work(
            kind=given["kind"],
            title=given["title"],
            happened_on=given["happened_on"],
            url=given["url"],
            amount=given["amount"] or 0,
            ai_assisted=given["ai_assisted"],
            note=given["note"],
            mentee=given["mentee"],
        )


class ClaimForm(WorkForm):
    """Work of one's own."""

    project = forms.ModelChoiceField(
        Project.objects.all(), label=_("Project"), to_field_name="slug"
    )
    field_order = (
        "project",
        "kind",
        "title",
        "happened_on",
        "url",
        "amount",
        "mentee",
        "ai_assisted",
        "note",
    )


class NominationForm(WorkForm):
    """Work of others, for whom a maintainer speaks."""

    people = forms.ModelMultipleChoiceField(
        Actor.objects.none(),
        label=_("People"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.CharField(
        label=_("More people by login"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, or with commas between. They took part in the project before."),
    )
    field_order = (
        *(
            "people",
            "others",
            "kind",
            "title",
            "happened_on",
            "url",
            "amount",
            "mentee",
            "ai_assisted",
            "note",
        ),
    )

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, project=project, **options)
        self.nominated_in = project
        known = known_contributors(project)
        people = self.fields["people"]
        people.queryset = known  # type: ignore[attr-defined]
        people.choices = [(one.pk, str(one)) for one in known[:SHOWN_PEOPLE]]  # type: ignore[attr-defined]

    def clean_others(self) -> list[Actor]:
        names = [name.strip() for name in re.split(r"[,;，；\n]", self.cleaned_data["others"])]
        wanted = list(dict.fromkeys(filter(None, names)))
        if len(wanted) > MOST_PEOPLE:
            raise forms.ValidationError(
                gettext("At most %(count)d people at once.") % {"count": MOST_PEOPLE}
            )
        found, errors = [], []
        for name in wanted:
            try:
                found.append(contributor_named(self.nominated_in, name))
            except forms.ValidationError as error:
                errors.append(error)
        if errors:
            raise forms.ValidationError(errors)
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("people") and not given.get("others") and "others" not in self.errors:
            self.add_error("people", gettext("Choose somebody, or write a login."))
        return given

    def nominees(self) -> list[Actor]:
        """Those for whom the work is claimed, each once."""
        given = self.cleaned_data
        return list(dict.fromkeys([*given["people"], *given["others"]]))


class MenteeForm(forms.Form):
    """The login of the person who was mentored."""

    mentee = forms.CharField(label=_("Who was mentored"), max_length=300)


class ImportForm(forms.Form):
    """The text of an `.all-contributorsrc`, pasted or as a file."""

    text = forms.CharField(
        label=_("Text of .all-contributorsrc"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
    )
    file = forms.FileField(label=_("or the file"), required=False)
    happened_on = DayField(
        label=_("Day of the work"),
        help_text=_("The file holds no dates: one day for all, in the period it is to count in."),
    )


def _amounts() -> str:
    parts = [f"{label}: {UNITS[WorkClaim.Kind(kind)]}" for kind, label in WorkClaim.Kind.choices]
    return "; ".join(parts)


def contributor_named(project: Project, text: str) -> Actor:
    """The account that ``text`` names: a login, or ``login (host)`` where several have it.

    Raises:
        forms.ValidationError: nobody, or more than one.
    """
    login, _space, host = text.strip().removesuffix(")").partition(" (")
    named = known_contributors(project).annotate(lower=Lower("login")).filter(lower=login.lower())
    found = list(named.filter(host=host) if host else named)[:3]
    if len(found) == 1:
        return found[0]
    if found:
        raise forms.ValidationError(
            gettext("Several accounts are called %(name)s. Write one of: %(choices)s")
            % {"name": login, "choices": ", ".join(map(str, found))}
        )
    raise forms.ValidationError(
        gettext("%(name)s has not taken part in this project, as far as it was harvested.")
        % {"name": text.strip()[:100]}
    )
