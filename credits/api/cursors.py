"""Keyset cursors: where a page begins, opaque to the reader and constant in cost at any depth."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from credits.api.problems import InvalidCursorError


@dataclass(frozen=True, slots=True)
class Cursor:
    """After or before the row with the key (``at``, ``id``)."""

    towards: Literal["next", "prev"]
    at: datetime
    id: int

    @property
    def is_backward(self) -> bool:
        return self.towards == "prev"

    def encode(self) -> str:
        key = json.dumps([self.towards, self.at.isoformat(), self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Read a cursor of ours.

    Raises:
        InvalidCursorError: it is not one of ours.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        towards, at, row_id = json.loads(base64.b64decode(padded, b"-_", validate=True))
        cursor = Cursor(towards, datetime.fromisoformat(at), int(row_id))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidCursorError from error
    if cursor.towards not in {"next", "prev"} or cursor.at.tzinfo is None:
        raise InvalidCursorError
    return cursor
