"""Collect static files when, and only when, their sources have changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

UNUSED = ["redoc", "rest_framework"]
"""Pages that we do not have; they are half of all bytes, and compressing takes seconds."""


def collect_static() -> bool:
    """Bring ``STATIC_ROOT`` up to date; False if it was."""
    kept = settings.HOME / "run" / "static.digest"
    digest = _sources_digest()
    collected = settings.STATIC_ROOT / "staticfiles.json"
    if collected.exists() and kept.exists() and kept.read_text() == digest:
        return False
    kept.unlink(missing_ok=True)
    # Cleared, because Django compares times alone and would keep older files of a new version out.
    call_command(
        "collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=UNUSED
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(digest)
    return True


def _sources_digest() -> str:
    """A digest over where each source lies, its size and its time, as a build tool looks."""
    hasher = hashlib.sha256()
    for name, path in sorted(_sources()):
        status = path.stat()
        hasher.update(f"{name}\0{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return hasher.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            yield name, Path(storage.path(name))
