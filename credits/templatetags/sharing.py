"""Links by which a holder shows a certificate elsewhere."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from credits.core.papers import Paper
from credits.exports.linkedin import add_to_profile_url
from credits.exports.sheet_words import LANGUAGES

register = template.Library()


@register.simple_tag
def linkedin_url(paper: Paper) -> str:
    """LinkedIn's form for a certificate, filled in; a plain link."""
    language = (get_language() or "")[:2]
    return add_to_profile_url(paper, language if language in LANGUAGES else LANGUAGES[0])


@register.simple_tag
def badge_snippet(page_url: str, language: str) -> str:
    """Markdown that shows the badge and leads to the certificate's page."""
    label = _("OpenCredits badge")
    return f"[![{label}]({page_url}/badge.svg?lang={language[:2]})]({page_url})"
