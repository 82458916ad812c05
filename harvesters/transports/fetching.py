"""git over a network: to one checked address, by one protocol, within limits of size and time.

git resolves names by itself. So its address is resolved and checked here first, and pinned
(``http.curloptResolve``, git 2.37): what the name means a moment later makes no difference.
"""

import base64
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from harvesters.forge import SourceNotFoundError
from harvesters.transports.addresses import HostNotFoundError, Place, Reach, Target
from harvesters.transports.children import GitChild, GitFailedError, ask_git

QUICK_SECONDS = 60
FETCH_SECONDS = 1500
"""Below the time limit of a task, so that git never outlives the one who asked."""
BEAT_SECONDS = 30
"""Well below the time of a lease, which each beat renews."""
LARGEST_PACK = 8 << 30
LARGEST_ANSWER = 1 << 20
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


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository elsewhere: fetched only as far as ``reach`` lets us, and shown to ``token``."""

    address: str
    reach: Reach
    token: str = field(default="", repr=False)

    @property
    def options(self) -> tuple[str, ...]:
        """What keeps git to the address, which is checked here."""
        place = Place.of(self.address)
        pinned = _pin(place, self.reach.resolve(place))
        _refuse_old_git()
        return (*_CAREFULLY, "-c", f"protocol.{place.scheme}.allow=always", *pinned)

    @property
    def secrets(self) -> Mapping[str, str]:
        """The token, for this host and no other (git-config(1), ``http.<url>.*``)."""
        if not self.token:
            return {}
        place = Place.of(self.address)
        host = f"[{place.host}]" if ":" in place.host else place.host
        told = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{place.scheme}://{host}:{place.port}/.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {told}",
        }


def fetch(
    folder: Path,
    remote: Remote,
    refspecs: Sequence[str],
    *,
    largest: int = LARGEST_PACK,
    seconds: float = FETCH_SECONDS,
) -> Iterator[None]:
    """Fetch ``refspecs`` of ``remote`` into ``folder``, made if need be.

    Yields every `BEAT_SECONDS` until it is done, so that whoever waits can say that he lives; who
    waits no longer ends it.

    Raises:
        AddressRefusedError: it may not be reached.
        SourceNotFoundError: git could not fetch it, for the reason that it tells.
    """
    with _named(remote):
        options = remote.options
        folder.mkdir(parents=True, exist_ok=True)
        ask_git(folder, ("init", "--quiet", "--bare"), seconds=QUICK_SECONDS)
        _clear_leftovers(folder)
        arguments = (*options, *_FETCH, remote.address, *refspecs)
        with GitChild(
            folder, arguments, seconds=seconds, largest=largest, secrets=remote.secrets
        ) as child:
            yield from child.beats(BEAT_SECONDS)
            child.output()


def check(remote: Remote) -> None:
    """Raise what `fetch` would, or `SourceNotFoundError` where ``remote`` has no commit."""
    with _named(remote):
        arguments = (*remote.options, "ls-remote", "--quiet", remote.address, "HEAD")
        with GitChild(
            Path("/"),
            arguments,
            seconds=QUICK_SECONDS,
            largest=LARGEST_ANSWER,
            secrets=remote.secrets,
        ) as child:
            is_empty = not child.output().read(1)
    if is_empty:
        raise SourceNotFoundError(
            f"{remote.address} has no commit on its default branch yet; there is nothing to "
            "harvest."
        )


@contextmanager
def _named(remote: Remote) -> Iterator[None]:
    try:
        yield
    except (GitFailedError, HostNotFoundError) as error:
        raise SourceNotFoundError(f"{remote.address} cannot be fetched: {error}") from error


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
