"""The forms in which a certificate leaves the house beside its JSON: one file a form.

Each is a pure function: a sheet and the fonts in, bytes out; the same bytes for the same input.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from credits.exports.badge import certificate_badge
from credits.exports.fonts import FontShelf
from credits.exports.pdf import certificate_pdf
from credits.exports.share_card import share_card
from credits.exports.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Export:
    """One form: what draws it, and as what it is served; ``suffix`` ends the file's name."""

    media_type: str
    suffix: str
    render: Callable[[Sheet, FontShelf], bytes]


EXPORTS: Mapping[str, Export] = {
    "pdf": Export("application/pdf", ".pdf", certificate_pdf),
    "share": Export("image/png", "-share.png", share_card),
    "badge": Export("image/svg+xml", "-badge.svg", certificate_badge),
}
