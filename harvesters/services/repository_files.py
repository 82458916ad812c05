"""Keep the files of repositories that say something to us, as they stand on the default branch."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from harvesters.models import RepositoryFile

LONGEST_PATH = 500


def store_files(repository_id: int, files: Mapping[str, str | None], *, now: datetime) -> None:
    """Write what ``files`` told, within the caller's transaction; None is a file that is gone.

    A file that says the same as before is not written.
    """
    for path, told in files.items():
        kept = RepositoryFile.objects.filter(repository_id=repository_id, path=path[:LONGEST_PATH])
        if told is None:
            kept.delete()
            continue
        text = told.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not kept.filter(digest=digest).exists():
            RepositoryFile.objects.update_or_create(
                repository_id=repository_id,
                path=path[:LONGEST_PATH],
                defaults={"text": text, "digest": digest, "seen_at": now},
            )
