"""The life of certificates, and notices about it, in words."""

from django import template

from credits.models import Notice
from credits.services.notice_words import address_of, body_of, reason_words, title_of

register = template.Library()
register.filter(reason_words)

SIGNS = {
    Notice.Kind.REINSTATED: "ok",
    Notice.Kind.AT_RISK: "warn",
    Notice.Kind.EXPIRES: "warn",
    Notice.Kind.REVIEW: "warn",
}


@register.filter
def notice_title(notice: Notice) -> str:
    """The notice in a line."""
    return title_of(notice)


@register.filter
def notice_body(notice: Notice) -> str:
    """The notice in full."""
    return body_of(notice)


@register.filter
def notice_address(notice: Notice) -> str:
    """The page that the notice leads to."""
    return address_of(notice)


@register.filter
def notice_tag(notice: Notice) -> str:
    """The colour of the notice's tag; its words say the same."""
    return SIGNS.get(Notice.Kind(notice.kind), "bad")
