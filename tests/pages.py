"""What pages are looked at with: their words, and parameters that no browser would send."""

import re
from html import unescape
from typing import Any

HOSTILE = (
    "\0",
    "%00",
    "\ud800",
    "'; DROP TABLE credits_score; --",
    "<script>alert(1)</script>",
    "9" * 5_000,
    "-1",
    "1e309",
    "٣",
    "²",
    "../../etc/passwd",
    "https://[::1",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "{{ settings }}",
    "学分" * 1_000,
)
"""Values for any parameter. The answer is a page in words, never an error of ours."""


def words_of(answer: Any) -> str:
    """The text of a page as a reader sees it, in one line."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def sendable(value: str) -> str:
    """``value`` as it can be put into an address: lone surrogates cannot be encoded."""
    return value.encode("utf-8", "replace").decode()
