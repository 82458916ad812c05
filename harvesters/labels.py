"""What the labels of issues say, in the words that maintainers use for them."""

import re

_CONFIRMED = re.compile(r"(?<![\w-])(confirmed|accepted|verified|reproduced)(?![\w-])")
_DOUBTED = re.compile(r"\b(not|needs?|to be|un\w+|can'?t|cannot)\b")


def says_confirmed(label: str) -> bool:
    """Whether ``label`` says that an issue is what its reporter says it is."""
    words = label.lower()
    return bool(_CONFIRMED.search(words)) and not _DOUBTED.search(words)
