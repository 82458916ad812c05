"""What a notice says, in the language of the moment: title, body, and where it leads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from credits.models import Notice
from credits.services.certificate_life import NOTHING_COUNTS, SUPERSEDED

MOST_NAMED = 3
Kind = Notice.Kind

REASONS: Mapping[str, Promise] = {
    SUPERSEDED: gettext_lazy("another certificate took its place"),
    NOTHING_COUNTS: gettext_lazy("none of its contributions counts any more"),
}
TITLES: Mapping[str, Promise] = {
    Kind.AT_RISK: gettext_lazy("A contribution in your certificate counts no more"),
    Kind.SUPERSEDED: gettext_lazy("Your certificate %(code)s was superseded"),
    Kind.REVOKED: gettext_lazy("Your certificate %(code)s was revoked"),
    Kind.SUSPENDED: gettext_lazy("Your certificate %(code)s is suspended"),
    Kind.REINSTATED: gettext_lazy("Your certificate %(code)s is in force again"),
    Kind.EXPIRES: gettext_lazy("Your certificate %(code)s expires soon"),
}
BODIES: Mapping[str, Promise] = {
    Kind.AT_RISK: gettext_lazy(
        "%(contributions)s, in certificate %(code)s: %(why)s. If that stays so, another"
        " certificate takes its place without it after %(until)s. If it is wrong, you can dispute"
        " it on the page of the contribution; until that is decided, nothing changes."
    ),
    Kind.SUPERSEDED: gettext_lazy(
        "This counts no more: %(contributions)s. Certificate %(successor)s takes its place; give"
        " it to whoever has the former one. Universities that you sent it to were told."
    ),
    Kind.REVOKED: gettext_lazy("Reason: %(reason)s. Universities that you sent it to were told."),
    Kind.SUSPENDED: gettext_lazy(
        "Reason: %(reason)s. Nobody should rely on it for now. Universities that you sent it to"
        " were told."
    ),
    Kind.REINSTATED: gettext_lazy(
        "The suspension has ended. Universities that you sent it to were told."
    ),
    Kind.EXPIRES: gettext_lazy("It is valid until %(until)s. You can get a new one at any time."),
}
REVIEW_TITLES: Mapping[str, Promise] = {
    Kind.SUPERSEDED: gettext_lazy("Certificate %(code)s, which you were sent, was superseded"),
    Kind.REVOKED: gettext_lazy("Certificate %(code)s, which you were sent, was revoked"),
    Kind.SUSPENDED: gettext_lazy("Certificate %(code)s, which you were sent, is suspended"),
    Kind.REINSTATED: gettext_lazy("Certificate %(code)s, which you were sent, is in force again"),
}
REVIEW_BODIES: Mapping[str, Promise] = {
    Kind.SUPERSEDED: gettext_lazy(
        "It belongs to an application of %(person)s. Certificate %(successor)s took its place."
        " Nothing was changed about your decision: look at it, then keep it or take it back."
    ),
    Kind.REVOKED: gettext_lazy(
        "It belongs to an application of %(person)s. Reason: %(reason)s. Nothing was changed about"
        " your decision: look at it, then keep it or take it back."
    ),
    Kind.SUSPENDED: gettext_lazy(
        "It belongs to an application of %(person)s. Reason: %(reason)s. Better wait before you"
        " decide anything that rests on it."
    ),
    Kind.REINSTATED: gettext_lazy(
        "It belongs to an application of %(person)s. The suspension has ended."
    ),
}


def reason_words(reason: str) -> str:
    """A reason that people gave, as they wrote it; one of our own, in words."""
    return str(REASONS.get(reason, reason))


def title_of(notice: Notice) -> str:
    """The notice in a line."""
    is_review = notice.kind == Kind.REVIEW
    title = REVIEW_TITLES[notice.parameters["what"]] if is_review else TITLES[notice.kind]
    return str(title) % {"code": notice.certificate.code}


def body_of(notice: Notice) -> str:
    """The notice in full."""
    told = notice.parameters
    is_review = notice.kind == Kind.REVIEW
    body = REVIEW_BODIES[told["what"]] if is_review else BODIES[notice.kind]
    is_chinese = (get_language() or "").startswith("zh")
    return str(body) % {
        "code": notice.certificate.code,
        "contributions": _named(told.get("contributions", [])),
        "why": told.get("why", {}).get("zh" if is_chinese else "en", ""),
        "reason": reason_words(told.get("reason", "")).rstrip(".。"),
        "successor": told.get("successor", ""),
        "until": _day(told.get("until")),
        "person": told.get("person", ""),
    }


def address_of(notice: Notice) -> str:
    """The page that the notice leads to."""
    told = notice.parameters
    if notice.kind == Kind.AT_RISK:
        return reverse("contribution", args=[told["contribution"]])
    if notice.kind == Kind.SUPERSEDED:
        return reverse("certificate", args=[told["successor"]])
    if notice.kind == Kind.REVIEW and notice.application_id is not None:
        return reverse("review", args=[notice.application_id])
    return notice.certificate.get_absolute_url()


def _named(titles: Sequence[str]) -> str:
    """Some titles, and how many more there are."""
    quoted = [_("“%(title)s”") % {"title": title} for title in titles[:MOST_NAMED]]
    shown = pgettext("list", ", ").join(quoted)
    more = len(titles) - MOST_NAMED
    if more <= 0:
        return shown
    said = {"shown": shown, "count": more}
    return ngettext("%(shown)s and %(count)d more", "%(shown)s and %(count)d more", more) % said


def _day(moment: Any) -> str:
    if not isinstance(moment, str):
        return ""
    return date_format(datetime.fromisoformat(moment), pgettext("format of a date", "j M Y"))
