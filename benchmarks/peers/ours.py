"""``python -m benchmarks.peers.ours URL``: our adapter; prints how many items."""

import sys
from datetime import UTC, datetime

from harvesters.forge import Kind
from harvesters.forges.github import GitHub
from harvesters.transports.github import GitHubApi

COUNTED = {Kind.CHANGE, Kind.REVIEW, Kind.COMMENT}


def main(url: str) -> None:
    """Harvest everything, and count what the others count."""
    now = datetime.now(UTC)
    forge = GitHub(GitHubApi(url, "t", lambda: now), now)
    pages = forge.harvest(forge.find_repository("lab/vision"), {})
    sys.stdout.write(str(sum(record.kind in COUNTED for page in pages for record in page.records)))


main(sys.argv[1])
