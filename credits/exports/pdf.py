"""The certificate on A4: PDF/A-3 with the signed credential within, byte for byte."""

from io import BytesIO

import segno

from credits.exports.fonts import FontShelf
from credits.exports.press import print_page
from credits.exports.sheet import Sheet, certificate_data

INK = "#16233a"


def certificate_pdf(sheet: Sheet, shelf: FontShelf) -> bytes:
    """One page in both languages.

    Raises:
        UnprintableError: a name has a character that no font has.
    """
    return print_page(
        "certificate.typ",
        certificate_data(sheet),
        shelf,
        inputs={"credential": sheet.credential, "qr": qr_svg(sheet.paper.address or "-")},
        timestamp=sheet.timestamp,
    )


def qr_svg(address: str) -> str:
    """``address`` as a QR code without a border."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=0, dark=INK, xmldecl=False, omitsize=True
    )
    return out.getvalue().decode()
