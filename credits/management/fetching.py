"""Bytes from a file or from an address, never more than asked for."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

TIMEOUT_SECONDS = 10
CHUNK = 65_536


class UnreadableError(Exception):
    """The file or the address could not be read; the message says why."""


def is_address(name: str) -> bool:
    """Whether ``name`` is an address on the web rather than a file."""
    return name.startswith(("https://", "http://"))


def read_bytes(name: str, limit: int) -> bytes:
    """Read the file or address ``name``, one byte more than ``limit`` at most.

    The surplus byte lets the caller see that there was too much.

    Raises:
        UnreadableError: there is nothing there, it may not be read, or it is not safe to ask.
    """
    return _fetch(name, limit) if is_address(name) else _read_file(Path(name), limit)


def _read_file(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror or error}.") from error


def _fetch(url: str, limit: int) -> bytes:
    _require_safe(url)
    try:
        with requests.get(
            url, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise UnreadableError(f"{url} answered {answer.status_code}.")
            return _first(answer, limit + 1)
    except requests.RequestException as error:
        raise UnreadableError(f"{url} cannot be reached: {type(error).__name__}.") from error


def _first(answer: requests.Response, count: int) -> bytes:
    received = bytearray()
    for chunk in answer.iter_content(CHUNK):
        received += chunk
        if len(received) >= count:
            break
    return bytes(received[:count])


def _require_safe(url: str) -> None:
    """An unencrypted address is only believed when it is this machine."""
    address = urlsplit(url)
    if address.scheme == "http" and not _is_this_machine(address.hostname or ""):
        raise UnreadableError(f"{url} is not encrypted; give its https address.")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def did_document_address(did: str) -> str | None:
    """Where the document of a did:web stands (did:web method, "Read"); None for another DID.

    The method says https; an issuer on this machine, as in the demonstration, is asked by http.
    """
    if not did.startswith("did:web:"):
        return None
    host, *folders = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    name = urlsplit(f"//{host}").hostname or ""
    scheme = "http" if _is_this_machine(name) else "https"
    return "/".join([f"{scheme}://{host}", *(folders or [".well-known"]), "did.json"])
