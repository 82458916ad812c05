"""What a registrar fills in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credits.models import Application
from credits.services.recognition import Decision


class DecisionForm(forms.Form):
    """Approve or turn down. Whether a reason is needed, the policy's proposal says."""

    APPROVE, REJECT = "approve", "reject"

    credits = forms.DecimalField(
        label=_("Credits"), max_digits=6, decimal_places=2, min_value=Decimal(0), required=False
    )
    term = forms.CharField(label=_("Term"), max_length=32, required=False)
    course_code = forms.CharField(label=_("Course code"), max_length=64, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you change the credits or do not approve. The student reads it."),
    )
    decision = forms.ChoiceField(
        choices=[(APPROVE, _("Approve")), (REJECT, _("Do not approve"))], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, application: Application, **options: Any) -> None:
        super().__init__(*args, **options)
        self.application = application

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        reason = (given.get("reason") or "").strip()
        if given.get("decision") == self.REJECT and not reason:
            self.add_error("reason", _("Say why: the student reads it and may apply again."))
        return given

    def decided(self) -> Decision:
        """The decision, as the service takes it."""
        given = self.cleaned_data
        return Decision(
            approve=given["decision"] == self.APPROVE,
            credits=given["credits"],
            term=given["term"].strip(),
            course_code=given["course_code"].strip(),
            reason=given["reason"].strip(),
        )


class BookingForm(forms.Form):
    """The number under which the student system holds the credits."""

    reference = forms.CharField(label=_("Number in the student system"), max_length=100)


class KeepingForm(forms.Form):
    """Why credits stand although a certificate behind them lost its force."""

    reason = forms.CharField(label=_("Reason for keeping it"), max_length=1000)


class ReversalForm(forms.Form):
    """Why credits are taken back."""

    reason = forms.CharField(label=_("Reason for taking it back"), max_length=1000)
