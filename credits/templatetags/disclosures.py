"""What the holder of a certificate hides, in words."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from credits.core.disclosure import LeafKind

register = template.Library()


@register.filter
def hidden_words(hidden: Mapping[str, str | int]) -> list[str]:
    """One sentence for each kind of which something is hidden; ``hidden`` counts them."""
    counts = {kind: int(hidden.get(kind.value, 0)) for kind in LeafKind}
    sentences = []
    if count := counts[LeafKind.CONTRIBUTION]:
        sentences.append(
            ngettext(
                "%(count)s contribution is hidden by the holder",
                "%(count)s contributions are hidden by the holder",
                count,
            )
            % {"count": count}
        )
    if count := counts[LeafKind.PROJECT]:
        sentences.append(
            ngettext(
                "%(count)s project is hidden by the holder",
                "%(count)s projects are hidden by the holder",
                count,
            )
            % {"count": count}
        )
    if counts[LeafKind.TOTAL]:
        sentences.append(_("the total is hidden by the holder"))
    if counts[LeafKind.RULES]:
        sentences.append(_("the rule set is hidden by the holder"))
    if counts[LeafKind.NAME]:
        sentences.append(_("the name is hidden by the holder"))
    return sentences
