"""What a student fills in: filters, a certificate's bounds, an application."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Membership, User
from credits.models import Certificate, Claim, CreditPolicy, Project, Score
from credits.services.institutions import institutions_for
from credits.services.policies import policies_for
from credits.services.wishes import NameForm, Wishes
from credits.templatetags.points import CATEGORIES
from credits.views.records import is_disputed, projects_of
from harvesters.models import Participation

A_YEAR = timedelta(days=365)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)


class DateInput(forms.DateInput):
    """A date field of the browser's own."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that every time zone can tell, and the day after it as well."""

    widget = DateInput

    def __init__(self, **options: Any) -> None:
        bounds = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(validators=bounds, **options)


class ContributionFilter(forms.Form):
    """Which contributions to list; what is not understood does not filter."""

    q = forms.CharField(label=_("Search in titles"), max_length=200, required=False)
    category = forms.ChoiceField(label=_("Kind"), required=False)
    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        required=False,
        to_field_name="slug",
        empty_label=_("All projects"),
    )
    state = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        all_kinds = ("", _("All kinds"))
        self.fields["category"] = forms.ChoiceField(
            label=_("Kind"), required=False, choices=[all_kinds, *CATEGORIES.items()]
        )
        self.fields["state"] = forms.ChoiceField(
            required=False,
            choices=[("", ""), *Score.State.choices, (UNSCORED, ""), (DISPUTED, "")],
            widget=forms.HiddenInput,
        )
        self.fields["project"].queryset = projects_of(user)  # type: ignore[attr-defined]

    def narrow(self, participations: QuerySet[Participation]) -> QuerySet[Participation]:
        """Those of ``participations`` that were asked for."""
        self.is_valid()
        asked = self.cleaned_data
        if asked.get("q"):
            participations = participations.filter(contribution__title__icontains=asked["q"])
        if asked.get("state") == UNSCORED:
            scores = Score.objects.in_force().filter(participation=OuterRef("pk"))
            return participations.exclude(Exists(scores))
        by_score = {name: asked.get(name) for name in ("category", "project", "state")}
        if asked.get("state") == DISPUTED:
            participations = participations.filter(is_disputed())
            del by_score["state"]
        wanted = {f"scores__{name}": value for name, value in by_score.items() if value}
        if wanted:
            in_force = Q(scores__rule_set=F("scores__project__scored_by"))
            participations = participations.filter(in_force, **wanted)
        return participations


class MissingForm(forms.Form):
    """The address of a contribution that a person misses."""

    link = forms.CharField(
        label=_("Address of the contribution"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )


UNSCORED = "unscored"
"""The state of what no project's rule set has looked at."""

DISPUTED = "disputed"
"""What somebody else is to decide on; the score that is disputed stands until then."""


CERTIFICATE_LANGUAGES = [("en", "English"), ("zh", "中文")]
"""Each in its own words, so that whoever reads it finds it."""


class CertificateForm(forms.Form):
    """What a certificate is to cover. Days are days in UTC, the same for every reader."""

    project = forms.ModelChoiceField(
        Project.objects.none(),
        label=_("Project"),
        required=False,
        to_field_name="slug",
        empty_label=_("All projects together"),
    )
    start = DayField(label=_("First day"))
    end = DayField(label=_("Last day"))
    name = forms.ChoiceField(label=_("Name on it"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=CERTIFICATE_LANGUAGES)
    issuer = forms.ModelChoiceField(
        Institution.objects.none(),
        label=_("Issued by"),
        help_text=_("Your institution signs it with a key of its own, if you choose it."),
        required=False,
        to_field_name="slug",
    )
    proves_email = forms.BooleanField(
        label=_("Let those who know my e-mail address check that it is mine"),
        help_text=_("It stands there as a salted hash, which nobody can read."),
        required=False,
    )
    advice = forms.ModelChoiceField(
        CreditPolicy.objects.none(),
        label=_("Advised credits"),
        help_text=_("What this policy would give for it. The university decides."),
        required=False,
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, user: User, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["project"].queryset = projects_of(user)  # type: ignore[attr-defined]
        self.fields["name"].choices = _names_of(user)  # type: ignore[attr-defined]
        _offer_issuers(self, user)
        policies = policies_for(user, now=now)
        self.fields["advice"].queryset = policies  # type: ignore[attr-defined]
        if not policies:
            del self.fields["advice"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, end = given.get("start"), given.get("end")
        if start and end and end < start:
            self.add_error("end", _("The last day is before the first day."))
        return given

    @property
    def wishes(self) -> Wishes:
        """What was chosen; of what was not, nothing shows."""
        given = self.cleaned_data
        return Wishes(
            names=NameForm(given["name"] or NameForm.NONE),
            language=given["language"] or "en",
            policy=given.get("advice"),
            proves_email=given["proves_email"],
            issuer=given.get("issuer"),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names that will stand on it."""
        return self.wishes.names.of(self.user)

    @property
    def issuer_name(self) -> str:
        """In whose name it will be issued."""
        return str(self.wishes.issuer or settings.ISSUER_NAME)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From the first moment of the first day until the first moment after the last day."""
        given = self.cleaned_data
        return midnight(given["start"]), midnight(given["end"] + timedelta(days=1))


def _offer_issuers(form: forms.Form, user: User) -> None:
    """The site, and institutions of ``user`` that have a key; without one there is no choice."""
    field = form.fields["issuer"]
    institutions = institutions_for(user)
    field.queryset, field.empty_label = institutions, settings.ISSUER_NAME  # type: ignore[attr-defined]
    if not institutions:
        del form.fields["issuer"]


def _names_of(user: User) -> list[tuple[str, Any]]:
    """The forms of the name that differ from each other."""
    forms_of: dict[tuple[str, ...], NameForm] = {}
    for form in (NameForm.NAME, NameForm.NATIVE, NameForm.BOTH):
        forms_of.setdefault(form.of(user), form)
    named = [(form.value, " · ".join(names)) for names, form in forms_of.items()]
    return [*named, (NameForm.NONE.value, _("No name"))]


def a_year_until(today: date) -> dict[str, Any]:
    """What a certificate form proposes."""
    return {
        "start": today - A_YEAR + timedelta(days=1),
        "end": today,
        "name": NameForm.NAME.value,
        "language": "zh" if (get_language() or "").startswith("zh") else "en",
    }


def midnight(day: date) -> datetime:
    """The first moment of ``day``, in UTC."""
    return datetime.combine(day, datetime.min.time(), UTC)


class ApplicationForm(forms.Form):
    """Which certificates to turn into credits, and where."""

    institution = forms.ModelChoiceField(
        Institution.objects.none(), label=_("Institution"), to_field_name="slug", empty_label=None
    )
    certificates = forms.ModelMultipleChoiceField(
        Certificate.objects.none(),
        label=_("Certificates"),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("Note to the registrar"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: User, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        enrolled = Membership.objects.of(user, Membership.Role.STUDENT)
        institutions = Institution.objects.filter(pk__in=enrolled.values("institution"))
        self.fields["institution"].queryset = institutions  # type: ignore[attr-defined]
        free = free_certificates(user, now).prefetch_related("projects")
        self.fields["certificates"].queryset = free  # type: ignore[attr-defined]


def free_certificates(user: User, now: datetime) -> QuerySet[Certificate]:
    """Valid certificates of ``user`` of which no contribution is claimed yet."""
    claimed = Claim.objects.filter(purpose=Claim.Purpose.CREDIT, released_at=None)
    valid = Certificate.objects.held_by(user).valid(now)
    return valid.exclude(items__participation__in=claimed.values("participation"))
