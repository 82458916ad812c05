"""The code of a certificate: ``OC-7K3M-9QXT-2B8W-HJ4N``, to be read out, typed and looked up.

Sixteen symbols of Crockford's base 32: fifteen carry 75 random bits, so that nobody finds a
certificate by guessing; the last is the check symbol, the value modulo 37. Crockford's five extra
check symbols (``*~$=U``) do not belong into an address, so values that would need one are
stepped over; every single mistyped symbol and every swap of two neighbours is noticed.
"""

import unicodedata

from credits.core.canonical import DocumentError

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)} | {"O": 0, "I": 1, "L": 1}
PREFIX = "OC"
DATA_SYMBOLS = 15
GROUP = 4
RANDOM_BYTES = 10
CHECK_MODULUS = 37
SEPARATORS = str.maketrans("", "", "-_ \t\r\n.–—")


class CodeError(DocumentError):
    """The text is not the code of a certificate; the message says which part is wrong."""


class CodeCheckError(CodeError):
    """The check symbol is wrong: a symbol was mistyped."""


def make_code(random_bytes: bytes) -> str:
    """The code for ten or more random bytes, which the caller draws."""
    if len(random_bytes) < RANDOM_BYTES:
        raise CodeError(f"a code needs {RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    space = len(SYMBOLS) ** DATA_SYMBOLS
    value = int.from_bytes(random_bytes) % space
    while value % CHECK_MODULUS >= len(SYMBOLS):
        value = (value + 1) % space
    return _written(_digits(value) + SYMBOLS[value % CHECK_MODULUS])


def parse_code(text: str) -> str:
    """The proper form of a code as people type it.

    Small letters, full-width letters, O for 0, I and L for 1, and missing or extra dashes and
    spaces are forgiven; so is a missing ``OC``.

    Raises:
        CodeCheckError: a symbol was mistyped.
        CodeError: too short, too long, or a symbol that no code has.
    """
    symbols = unicodedata.normalize("NFKC", text[:100]).upper().translate(SEPARATORS)
    if len(symbols) == DATA_SYMBOLS + 1 + len(PREFIX) and symbols[:2] in (PREFIX, "0C"):
        symbols = symbols[len(PREFIX) :]
    if len(symbols) != DATA_SYMBOLS + 1:
        raise CodeError(f"a code has {DATA_SYMBOLS + 1} symbols after {PREFIX}, not {len(symbols)}")
    for symbol in symbols:
        if symbol not in VALUES:
            raise CodeError(f"{symbol!r} does not occur in a code")
    value = 0
    for symbol in symbols[:-1]:
        value = value * len(SYMBOLS) + VALUES[symbol]
    if value % CHECK_MODULUS != VALUES[symbols[-1]]:
        raise CodeCheckError("the check symbol does not fit: a symbol was mistyped")
    return _written(_digits(value) + SYMBOLS[VALUES[symbols[-1]]])


def _digits(value: int) -> str:
    digits = ""
    for _ in range(DATA_SYMBOLS):
        value, digit = divmod(value, len(SYMBOLS))
        digits = SYMBOLS[digit] + digits
    return digits


def _written(symbols: str) -> str:
    groups = [symbols[start : start + GROUP] for start in range(0, len(symbols), GROUP)]
    return "-".join([PREFIX, *groups])
