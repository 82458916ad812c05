"""``python -m benchmarks.peers.ours URL``: our adapter; prints counts by kind."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from harvesters.forge import Kind, RepositoryRecord
from harvesters.forges.github import GitHub
from harvesters.history import GitTransport
from harvesters.transports.addresses import Reach
from harvesters.transports.git import open_clone
from harvesters.transports.github import GitHubApi

COUNTED = (Kind.CHANGE, Kind.REVIEW, Kind.COMMENT)


def main(url: str) -> None:
    """Harvest everything, and count what the others count."""
    now = datetime.now(UTC)
    reach = Reach().with_own(url)
    with TemporaryDirectory() as home:

        def clone(repository: RepositoryRecord) -> GitTransport:
            place = f"{url}/{repository.path}.git"
            return open_clone(place, Path(home), repository.external_id, reach, str)

        forge = GitHub(GitHubApi(url, "t", lambda: now), now, clone)
        pages = forge.harvest(forge.find_repository("lab/vision"), {})
        told = Counter(record.kind for page in pages for record in page.records)
    json.dump({str(kind): told[kind] for kind in COUNTED}, sys.stdout)


main(sys.argv[1])
