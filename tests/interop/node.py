"""Node and its packages, for tests that ask an independent implementation."""

import fcntl
import json
import shutil
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

from credits.core.contexts import FILES

FOLDER = Path(__file__).parent
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
LOCK = FOLDER / "package-lock.json"
INSTALL_SECONDS = 300


class NodeMissingError(RuntimeError):
    """Node or npm is not installed."""


class NodeFailedError(RuntimeError):
    """A command of node ended with an error."""


def program(name: str) -> str:
    """The path of ``node`` or ``npm``."""
    path = shutil.which(name)
    if path is None:
        raise NodeMissingError(
            f"{name} is not on PATH. Install Node.js 20 or newer with npm"
            " (Debian: apt-get install nodejs npm); the independent verifier runs on it."
        )
    return path


def install() -> None:
    """Install the packages of the lock file, unless they are there."""
    program("node")
    with LOCK.open() as lock:
        # Workers of one test run meet here; the first installs, the others find it done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if INSTALLED.exists() and INSTALLED.stat().st_mtime >= LOCK.stat().st_mtime:
            return
        run([program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"])


def run(command: list[str], given: str = "") -> str:
    """Run ``command`` in this folder; its output."""
    done = subprocess.run(
        command,
        cwd=FOLDER,
        input=given,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NodeFailedError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout


def contexts() -> dict[str, Any]:
    """The bundled JSON-LD contexts by address."""
    folder = resources.files("credits.core") / "data" / "contexts"
    return {url: json.loads((folder / name).read_text("utf-8")) for url, name in FILES.items()}
