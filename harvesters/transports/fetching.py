"""git over a network: to one checked address, by one protocol, within limits of size and time.

git resolves names by itself. So its address is resolved and checked here first, and pinned
(``http.curloptResolve``, git 2.37): what the name means a moment later makes no difference.
"""

import re
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from harvesters.forge import SourceNotFoundError
from harvesters.transports.addresses import HostNotFoundError, Place, Reach, Target
from harvesters.transports.children import GitChild, GitFailedError, ask_git

QUICK_SECONDS = 60
FETCH_SECONDS = 1500
"""Below the time limit of a task, so that git never outlives the one who asked."""
LARGEST_PACK = 8 << 30
OLDEST_GIT = (2, 37)

_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--force",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
)
_CAREFULLY = (
    *("-c", "http.followRedirects=false", "-c", "transfer.bundleURI=false"),
    *("-c", "fetch.uriProtocols=", "-c", "gc.autoDetach=false"),
    *("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60"),
)


def fetch(
    folder: Path,
    address: str,
    refspecs: Sequence[str],
    reach: Reach,
    *,
    largest: int = LARGEST_PACK,
    seconds: float = FETCH_SECONDS,
) -> None:
    """Fetch ``refspecs`` of the repository at ``address`` into ``folder``, made if need be.

    Raises:
        AddressRefusedError: it may not be reached.
        SourceNotFoundError: git could not fetch it, for the reason that it tells.
    """
    place = Place.of(address)
    try:
        pinned = _pin(place, reach.resolve(place))
        _refuse_old_git()
        folder.mkdir(parents=True, exist_ok=True)
        ask_git(folder, ("init", "--quiet", "--bare"), seconds=QUICK_SECONDS)
        _clear_leftovers(folder)
        allowed = ("-c", f"protocol.{place.scheme}.allow=always")
        arguments = (*_CAREFULLY, *allowed, *pinned, *_FETCH, address, *refspecs)
        with GitChild(folder, arguments, seconds=seconds, largest=largest) as child:
            child.output()
    except (GitFailedError, HostNotFoundError) as error:
        raise SourceNotFoundError(f"{address} cannot be fetched: {error}") from error


def _pin(place: Place, targets: Sequence[Target]) -> tuple[str, ...]:
    """Where git shall connect to: nothing but that, whatever the name means to it."""
    if _is_number(place.host):
        return ()
    numbers = ",".join(f"[{told[0]}]" if ":" in told[0] else told[0] for _, told in targets)
    return ("-c", f"http.curloptResolve={place.host}:{place.port}:{numbers}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refuse_old_git() -> None:
    said = ask_git(Path("/"), ("version",), seconds=QUICK_SECONDS)
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_GIT:
        raise GitFailedError(f"{said} cannot be kept to one address. Install git 2.37 or newer.")


def _clear_leftovers(folder: Path) -> None:
    """Remove what an earlier fetch had begun when it was stopped; no living one is as old."""
    oldest = time.time() - FETCH_SECONDS
    for path in (folder / "objects" / "pack").glob("tmp_*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
