"""A file of a default branch as forges tell it in JSON, and how a repository keeps it."""

import base64
import hashlib
from typing import Any

OWN_RULES = ".opencredits.toml"


def in_base64(raw: bytes) -> dict[str, Any]:
    """What every forge says of a file in the same words."""
    return {"encoding": "base64", "size": len(raw), "content": base64.b64encode(raw).decode()}


def git_hash(raw: bytes) -> str:
    """What git calls a file that says this."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw).hexdigest()
