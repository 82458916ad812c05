"""openvc-core, a verifier in Python that we did not write, in an environment of its own.

It is LGPL and brings PyLD; neither belongs among our own dependencies.
"""

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LOCK = FOLDER / "openvc.lock"
ENVIRONMENT = FOLDER / "openvc-environment"
DONE = ENVIRONMENT / "installed"
INSTALL_SECONDS = 300


def install() -> None:
    """Make the environment of the lock file, unless it is there."""
    with LOCK.open() as lock:
        # Workers of one test run meet here; the first installs, the others find it done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if DONE.exists() and DONE.stat().st_mtime >= LOCK.stat().st_mtime:
            return
        _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "-q"]
        _run([*pip, "--require-hashes", "-r", str(LOCK)])
        DONE.touch()


def ask(given: dict[str, Any]) -> dict[str, Any]:
    """What the script answers to ``given``."""
    python = str(ENVIRONMENT / "bin" / "python")
    answer: dict[str, Any] = json.loads(
        _run([python, "-I", str(FOLDER / "verify_openvc.py")], json.dumps(given))
    )
    return answer


def _run(command: list[str], given: str = "") -> str:
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
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout
