"""What is filled in about disputes: what is wrong, and what is decided."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credits.core.facts import LINE_KINDS
from credits.models import Dispute
from credits.services.complaints import Complaint
from credits.services.grounds import LARGEST_WEIGHT, Grounds
from credits.templatetags.points import CATEGORIES

EXAMPLES = pgettext_lazy("category", "Examples")
KINDS_OF_WORK = {kind: CATEGORIES.get(kind, EXAMPLES) for kind in LINE_KINDS}
WRONG = {
    Dispute.Subject.CATEGORY: _("It is another kind of work"),
    Dispute.Subject.SHARE: _("The shares are wrong"),
    Dispute.Subject.STATE: _("It should count"),
    Dispute.Subject.BOT: _("I am a person, and was taken for a bot"),
}
LONGEST = 2000


class Words(forms.CharField):
    """Some sentences that the other side reads."""

    def __init__(self, label: Any, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 4})
        super().__init__(label=label, max_length=LONGEST, widget=area, **options)


class DisputeForm(forms.Form):
    """What is wrong with a score. Only what makes sense for it can be chosen."""

    subject = forms.ChoiceField(label=_("What is wrong?"), widget=forms.RadioSelect)
    category = forms.ChoiceField(label=_("Which kind of work is it?"), required=False)
    reason = Words(_("Why?"), help_text=_("Who decides reads this, and it stays in the record."))
    evidence = forms.CharField(
        label=_("Evidence: a link, or where to look"), max_length=LONGEST, required=False
    )

    def __init__(
        self, *args: Any, grounds: Grounds, weights: Mapping[int, int], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        subjects = [(subject.value, WRONG[subject]) for subject in grounds.subjects]
        self.fields["subject"] = forms.ChoiceField(
            label=_("What is wrong?"),
            widget=forms.RadioSelect,
            choices=subjects,
            initial=subjects[0][0] if len(subjects) == 1 else None,
        )
        self.fields["category"] = forms.ChoiceField(
            label=_("Which kind of work is it?"),
            required=False,
            choices=[("", "–"), *((kind, KINDS_OF_WORK[kind]) for kind in grounds.categories)],
        )
        if not grounds.categories:
            del self.fields["category"]
        self.sharers = grounds.sharers if len(grounds.sharers) > 1 else ()
        for part in self.sharers:
            self.fields[_weight_of(part.pk)] = forms.IntegerField(
                label=part.actor.login,
                min_value=0,
                max_value=LARGEST_WEIGHT,
                required=False,
                initial=weights.get(part.pk, part.weight),
            )

    @property
    def weight_fields(self) -> list[forms.BoundField]:
        """One share for each person."""
        return [self[_weight_of(part.pk)] for part in self.sharers]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("subject") == Dispute.Subject.CATEGORY and not given.get("category"):
            self.add_error("category", _("Choose the kind of work that it is."))
        if given.get("subject") == Dispute.Subject.SHARE:
            for part in self.sharers:
                name = _weight_of(part.pk)
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Give a number, 0 for no share."))
        return given

    def complaint(self) -> Complaint:
        """What is disputed, as the service takes it."""
        given = self.cleaned_data
        subject = Dispute.Subject(given["subject"])
        weights = {str(part.pk): given.get(_weight_of(part.pk)) for part in self.sharers}
        wanted: dict[Dispute.Subject, dict[str, Any]] = {
            Dispute.Subject.CATEGORY: {"category": given.get("category", "")},
            Dispute.Subject.SHARE: {"weights": weights},
            Dispute.Subject.STATE: {"counts": True},
            Dispute.Subject.BOT: {"is_bot": False},
        }
        return Complaint(subject, wanted[subject], given["reason"], given["evidence"])


def _weight_of(participation: int) -> str:
    return f"weight_{participation}"


class AppealForm(forms.Form):
    """Why somebody else should look at it."""

    reason = Words(_("What was overlooked?"))


class VerdictForm(forms.Form):
    """Accept or reject, with a reason either way."""

    ACCEPT, REJECT = "accept", "reject"

    reason = Words(_("Reason"), help_text=_("The person reads it, and it stays in the record."))
    decision = forms.ChoiceField(choices=[(ACCEPT, ""), (REJECT, "")], widget=forms.HiddenInput)

    @property
    def accepts(self) -> bool:
        return bool(self.cleaned_data["decision"] == self.ACCEPT)
