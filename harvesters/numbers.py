"""The numbers by which forges know things, as we keep them."""

import re
from typing import Any

_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)


def number_of(told: Any) -> str:
    """A forge's number: a whole one of any size, or a text of letters and digits.

    Null, a truth or a list is none: as a text, all of them would be one and the same thing.

    Raises:
        TypeError, ValueError: it is no number.
    """
    if type(told) is int:
        return str(told)
    if not isinstance(told, str):
        raise TypeError(f"{told!r:.40} is no number")
    if not _NUMBER.fullmatch(told):
        raise ValueError(f"{told!r:.40} is no number")
    return told
