"""What every page shows: the menu of a person, the demonstration's roles, dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity, Membership, User
from credits.core.evidence import web_address
from credits.models import Dispute, Notice, Project, RuleSet

register = template.Library()
register.filter(web_address)
register.filter(web_address)

STUDENT_PAGES = {
    "overview": _("Overview"),
    "contributions": _("Contributions"),
    "certificates": _("Certificates"),
    "applications": _("Credit applications"),
}
TEACHER_PAGES = {"portfolio": _("Portfolio"), "coursework": _("Coursework")}
MAINTAINER_PAGES = {"maintained": _("My projects")}
JUDGE_PAGES = {"dispute-inbox": _("Disputes")}
REGISTRAR_PAGES = {"inbox": _("Inbox"), "recognitions": _("Recognitions")}
NOTICE_PAGES = {"notices": _("Notices")}
OPERATOR_PAGES = {"operations": _("Operations")}

ROLE_NAMES = {
    "student": pgettext_lazy("role", "Student"),
    "teacher": pgettext_lazy("role", "Teacher"),
    "maintainer": pgettext_lazy("role", "Maintainer"),
    "registrar": pgettext_lazy("role", "Registrar"),
    "operator": pgettext_lazy("role", "Operator"),
}
DEMO_ROLES = {
    "student": _("Sees what each contribution scored and why, gets a certificate."),
    "teacher": _("Shows a year of open-source work on one page."),
    "maintainer": _("Looks after a project, its harvest and its rules."),
    "registrar": _("Turns certificates into credits by the university's policy."),
    "operator": _("Sees whether everything runs."),
}
CHECK_NAMES = {
    "database": pgettext_lazy("check", "Database"),
    "migrations": pgettext_lazy("check", "Migrations"),
    "broker": pgettext_lazy("check", "Broker"),
    "worker and beat": pgettext_lazy("check", "Worker and beat"),
    "python": pgettext_lazy("check", "Python"),
    "address": pgettext_lazy("check", "Address"),
    "base url": pgettext_lazy("check", "Address"),
    "clock": pgettext_lazy("check", "Clock"),
    "database clock": pgettext_lazy("check", "Clock"),
    "issuer key": pgettext_lazy("check", "Issuer key"),
    "signer": pgettext_lazy("check", "Signer"),
    "key age": pgettext_lazy("check", "Age of the issuer key"),
    "static files": pgettext_lazy("check", "Static files"),
    "translations": pgettext_lazy("check", "Translations"),
    "fonts": pgettext_lazy("check", "Fonts"),
    "pdf key": pgettext_lazy("check", "Key that signs PDFs"),
    "git": pgettext_lazy("check", "Git"),
    "github token": pgettext_lazy("check", "GitHub token"),
    "tick": pgettext_lazy("check", "Last tick"),
}

DATE_FORMATS = {
    "date": pgettext_lazy("format of a date", "j M Y"),
    "moment": pgettext_lazy("format of a date and time", "j M Y, H:i"),
    "day": pgettext_lazy("format of a day this year", "j M"),
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One link of the main menu; ``count`` is of what waits there."""

    label: str
    url: str
    is_current: bool
    count: int = 0


@register.simple_tag(takes_context=True)
def main_menu(context: Mapping[str, Any]) -> list[MenuItem]:
    """The pages of the signed-in person, by what that person is; the current one is marked."""
    request: HttpRequest = context["request"]
    user = cast(User, request.user)
    pages, unread = _pages_of(user), Notice.objects.of(user).unread().count()
    if unread:
        pages |= NOTICE_PAGES
    items = [(label, reverse(name)) for name, label in pages.items()]
    within = (url for _label, url in items if _is_within(request.path, url))
    best = max(within, key=len, default="")
    if best == reverse("overview") != request.path:
        best = ""  # Linked accounts and preferences lie below the overview's address only.
    waiting = {reverse("notices"): unread}
    if "dispute-inbox" in pages:
        waiting[reverse("dispute-inbox")] = _disputes_waiting(user)
    return [MenuItem(str(label), url, url == best, waiting.get(url, 0)) for label, url in items]


def _disputes_waiting(user: User) -> int:
    return Dispute.objects.to_decide_by(user, timezone.now()).count()


def _is_within(path: str, url: str) -> bool:
    return path == url or path.startswith(url.rstrip("/") + "/")


def _pages_of(user: User) -> dict[str, Any]:
    roles = set(Membership.objects.of(user).values_list("role", flat=True))
    pages: dict[str, Any] = {}
    if Membership.Role.REGISTRAR in roles:
        pages |= REGISTRAR_PAGES
    if Project.objects.maintained_by(user).exists():
        pages |= MAINTAINER_PAGES | JUDGE_PAGES
    if user.is_staff:
        pages |= JUDGE_PAGES | OPERATOR_PAGES
    has_work = Identity.objects.active().filter(user=user).exists()
    if has_work or not pages or Membership.Role.STUDENT in roles:
        pages = STUDENT_PAGES | pages
    if Membership.Role.TEACHER in roles:
        pages |= TEACHER_PAGES
    return pages


@register.simple_tag
def demo_roles() -> Mapping[str, Any]:
    """Who can be tried with one click; nobody outside a demonstration."""
    return DEMO_ROLES if settings.DEMO else {}


@register.filter
def role_name(role: str) -> str:
    """The word for a role."""
    return str(ROLE_NAMES.get(role, role))


@register.filter
def person_name(user: User) -> str:
    """How the reader calls a person: in Chinese by the name in its own script, if known."""
    in_chinese = (get_language() or "").startswith("zh")
    return user.native_name if in_chinese and user.native_name else str(user)


@register.filter
def check_name(name: str) -> str:
    """The words for a check of the installation."""
    return str(CHECK_NAMES.get(name, name))


@register.filter
def breakable(url: str) -> SafeString:
    """An address without its scheme, which breaks into lines only after a slash."""
    *folders, page = url.partition("://")[2].split("/")
    parts = [*(f"{folder}/" for folder in folders), page]
    return format_html_join(mark_safe("<wbr>"), '<span class="nw">{}</span>', ((p,) for p in parts))


@register.filter
def initial(user: User) -> str:
    """The letter or character that stands for a person."""
    return (user.native_name or str(user))[:1].upper()


@register.simple_tag
def default_rule_set_url() -> str:
    """The page of the rule set in force where a project has none of its own, or ''."""
    rule_set = RuleSet.objects.default().in_force(timezone.now()).first()
    return rule_set.get_absolute_url() if rule_set else ""


@register.simple_tag(takes_context=True)
def local_time(context: Mapping[str, Any], moment: datetime | None, style: str = "date") -> str:
    """``moment`` as a <time>: in the person's zone, else UTC until the browser puts in its own."""
    if moment is None:
        return ""
    zone = zone_of(context.get("user"))
    words = date_format(moment.astimezone(zone), str(DATE_FORMATS[style]))
    if style == "moment" and zone is UTC:
        words = f"{words} UTC"
    return format_html(
        '<time datetime="{}" data-local="{}">{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        style,
        words,
    )


@register.filter("day")
def day_in_words(day: date) -> str:
    """A date as the reader writes it."""
    return date_format(day, str(DATE_FORMATS["date"]))


def zone_of(user: object) -> tzinfo:
    """The zone that ``user`` chose, else UTC."""
    name = getattr(user, "time_zone", "")
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@register.simple_tag
def period(start: datetime | None, end: datetime | None) -> str:
    """A period in words, ``end`` not included; its days are days in UTC, alike for all readers."""
    if start is None or end is None:
        return ""
    last_moment = end - timedelta(seconds=1)
    first, last = (day_in_words(day.astimezone(UTC)) for day in (start, last_moment))
    return gettext("%(first)s to %(last)s") % {"first": first, "last": last}


@register.simple_tag(takes_context=True)
def with_query(context: Mapping[str, Any], **changes: object) -> str:
    """The address of this page with some of its query changed; paging starts over."""
    query = context["request"].GET.copy()
    query.pop("before", None)
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"
