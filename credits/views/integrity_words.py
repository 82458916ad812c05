"""The evidence of an integrity review as pages show it: the same for the person and who decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credits.models import IntegrityReview
from credits.services.integrity import (
    AnswerMissingError,
    DecisionReasonMissingError,
    NotTheirReviewError,
    NotYoursToDecideError,
    Overturned,
    ReviewDecidedError,
    StillToBeAnsweredError,
    switched_off_signals,
)
from harvesters.models import Contribution, Participation

ROWS_SHOWN = 50
"""Contributions of each signal on a page; the sentence counts all."""


class Words(NamedTuple):
    """What a signal is called, and what explains it where nothing is wrong."""

    name: str | Promise
    explained_by: str | Promise


WORDS: Mapping[str, Words] = {
    "reciprocity": Words(
        _("You accept one another's work"),
        _("a review by a third maintainer, or that the project has so few of them"),
    ),
    "one_hand": Words(
        _("One person accepts nearly all of it"),
        _("that this person looks after this part of the project alone"),
    ),
    "one_house": Words(
        _("People of your own institution accept nearly all of it"),
        _("that your institution looks after this part of the project"),
    ),
    "fixed_company": Words(
        _("The same co-authors on nearly all of it"),
        _("that you work as a pair or a team, and who does what"),
    ),
    "near_copy": Words(
        _("Much is like earlier work of others"),
        _(
            "a backport, a cherry-pick, a licence notice, code that was moved, or an earlier branch"
            " of your own"
        ),
    ),
    "burst": Words(
        _("Far more in a day than usual"),
        _("a sprint, a break between exams, or that the maintainer merged what had waited"),
    ),
    "author_mismatch": Words(
        _("Commits by other accounts"),
        _("that the other account is yours too (link it), or that you worked as a pair"),
    ),
}

ERRORS: Mapping[type[Exception], str | Promise] = {
    NotTheirReviewError: _("Only the person whose contributions these are can answer."),
    NotYoursToDecideError: _(
        "You are named in the evidence, so somebody else must decide: another maintainer, or the"
        " operator of this site."
    ),
    DecisionReasonMissingError: _("Say why: the person reads it."),
    AnswerMissingError: _("Write what you want to say first."),
    ReviewDecidedError: _("Somebody decided this meanwhile. Nothing was changed."),
    StillToBeAnsweredError: _(
        "The person has time to answer yet. Until then you can only find that nothing is wrong."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownContribution:
    """A contribution that a signal speaks of, with who took part; and what it resembles."""

    contribution: Contribution
    like: Contribution | None
    percent: int

    @property
    def others(self) -> list[Participation]:
        """Who wrote it with the author, and who merged or committed it."""
        parts = self.contribution.participations.all()
        return [part for part in parts if part.role != Participation.Role.AUTHOR]


@dataclass(frozen=True, slots=True)
class ShownSignal:
    """One signal in words, with its contributions; ``off`` says how often it was wrong."""

    said: Mapping[str, Any]
    words: Words
    rows: Sequence[ShownContribution]
    more: int
    off: Overturned | None


def evidence_of(review: IntegrityReview) -> list[ShownSignal]:
    """Everything that the signals of ``review`` rest on."""
    found = _contributions(review.signals)
    off = switched_off_signals()
    return [_shown(signal, found, off.get(signal["name"])) for signal in review.signals]


def _contributions(signals: Iterable[Mapping[str, Any]]) -> dict[int, Contribution]:
    shown = [one for signal in signals for one in signal["evidence"][:ROWS_SHOWN]]
    keys = {one["contribution"] for one in shown} | {one["like"] for one in shown if one["like"]}
    parts = Participation.objects.filter(weight__gt=0).select_related("actor").order_by("pk")
    rows = Contribution.objects.select_related("repository")
    return rows.prefetch_related(Prefetch("participations", queryset=parts)).in_bulk(keys)


def _shown(
    signal: Mapping[str, Any], found: Mapping[int, Contribution], off: Overturned | None
) -> ShownSignal:
    listed = signal["evidence"][:ROWS_SHOWN]
    rows = [
        ShownContribution(
            found[one["contribution"]],
            found.get(one["like"]) if one["like"] else None,
            round((one["similarity"] or 0) * 100),
        )
        for one in listed
        if one["contribution"] in found
    ]
    more = max(0, int(signal["hits"]) - len(rows))
    return ShownSignal(signal, WORDS[signal["name"]], rows, more, off)
