"""Guess which name somebody meant."""

import difflib
from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str], form: str = "{}") -> str:
    """The end of a message about an unknown ``name``: what it was likely meant to be, if so."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean '{form.format(close[0])}'?" if close else ""
