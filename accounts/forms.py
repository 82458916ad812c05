"""Forms about a person's own account."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class PreferencesForm(forms.ModelForm[User]):
    """The language of the pages and the time zone in which days are counted."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ["language", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        browser = ("", _("as the browser says"))
        zones = sorted(zone for zone in available_timezones() if "/" in zone)
        self.fields["language"] = _choice(_("Language"), [browser, *settings.LANGUAGES])
        self.fields["time_zone"] = _choice(
            _("Time zone"), [("", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
        )


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)
