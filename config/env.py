"""Read settings from the environment; what is missing has a safe default or a clear error."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from harvesters.transports.addresses import Reach

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


def env_text(name: str, default: str = "") -> str:
    """The value of ``name``, or the content of the file that ``name_FILE`` points to."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE={file} cannot be read: {error}") from error
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool = False) -> bool:
    """The value of ``name`` as yes or no."""
    word = os.environ.get(name, "1" if default else "").strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise ImproperlyConfigured(f"{name}={word} is neither yes nor no; write 1 or 0.")
    return word in TRUE_WORDS


def env_number(name: str, default: int) -> int:
    """The value of ``name`` as a whole number."""
    text = env_text(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name}={text} is no whole number.")
    return int(text)


def env_folders(name: str) -> tuple[Path, ...]:
    """The value of ``name`` as folders, written as in PATH."""
    return tuple(Path(folder).resolve() for folder in env_text(name).split(os.pathsep) if folder)


def env_by_host(name: str) -> dict[str, str]:
    """The value of ``name`` as ``HOST=VALUE``, with spaces or commas between several.

    A single value without a host is every host's, and stands under an empty name.
    """
    items = env_text(name).replace(",", " ").split()
    pairs = [item.rpartition("=") if "=" in item else ("", "", item) for item in items]
    found = {host.lower(): value for host, _, value in pairs}
    if len(found) < len(items) or ("" in found and len(items) > 1) or "" in found.values():
        raise ImproperlyConfigured(f"{name}: write HOST=VALUE, once for each host.")
    return found


def env_reach(name: str) -> Reach:
    """The value of ``name`` as hosts, addresses and networks."""
    try:
        return Reach.of(env_text(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from error
