"""The picture that shows when the address of a certificate is shared: 1200 x 630, PNG."""

from credits.exports.fonts import FontShelf
from credits.exports.press import print_page
from credits.exports.sheet import Sheet, card_data

WIDTH, HEIGHT = 1200, 630


def share_card(sheet: Sheet, shelf: FontShelf) -> bytes:
    """One picture, in the language that leads.

    Raises:
        UnprintableError: a name has a character that no font has.
    """
    return print_page("share-card.typ", card_data(sheet), shelf, form="png")
