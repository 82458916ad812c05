"""What stands in the way of a claim, in the reader's words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from credits.services import claim_decisions, claims, endorsements
from credits.services.errors import CreditsError

WORDS: Mapping[type[CreditsError], Promise] = {
    claims.FutureWorkError: _("This day has not come yet. Claim the work when it is done."),
    claims.OwnMenteeError: _("Nobody mentors themselves: name the person who was mentored."),
    claims.ClaimedTwiceError: _("The very same work is claimed already. Withdraw one of the two."),
    claims.NotTheirClaimError: _("Only the person whose work it is may do that."),
    claims.ClaimClosedError: _("This claim is closed. Make a new one if that was wrong."),
    claim_decisions.ClaimDecidedError: _(
        "Somebody decided on it meanwhile, or it was withdrawn. Look again."
    ),
    claim_decisions.NoMenteeError: _("It does not say who was mentored. Name the mentee first."),
    claim_decisions.MenteeSilentError: _(
        "The mentee has not confirmed it yet. Ask the mentee to sign in here."
    ),
    claim_decisions.MenteeWithoutWorkError: _(
        "Mentoring counts when work of the mentee is merged into the project."
    ),
    endorsements.OwnWorkError: _("Your own work: another maintainer decides on it."),
    endorsements.NotTheirProjectError: _("Only maintainers of the project decide on it."),
    endorsements.NoReasonError: _("Say why: whoever did the work reads it."),
}


def in_words(error: CreditsError) -> str:
    """What ``error`` says to the reader, and what to do next."""
    return str(WORDS.get(type(error), str(error)))
