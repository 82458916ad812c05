"""Keep the processes of a site running: start, restart with patience, stop, clean up.

A child that dies is started again after a pause that doubles up to half a minute. Children get
SIGTERM when this process dies; what survives even that is ended by the next start, which knows
them from pid files that name each process's birth, so that a reused pid is never hit.
"""

import ctypes
import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
LOOK_EVERY_SECONDS = 0.2
STOP_TIMEOUT_SECONDS = 8.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 30.0


class AlreadyRunningError(Exception):
    """The site runs already in this folder; stop it first, or set another OPENCREDITS_HOME."""


@dataclass(slots=True)
class Child:
    """A process to keep running, and how its restarts went."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    retry_at: float = 0.0


class Supervisor:
    """Runs ``children``; ``watch`` is called at every look and keeps other things alive."""

    def __init__(
        self, children: Sequence[Child], run_directory: Path, watch: Callable[[], None]
    ) -> None:
        self.children = children
        self.run_directory = run_directory
        self.watch = watch
        self.is_stopping = False

    def run(self, is_up: Callable[[], bool], when_up: Callable[[], None]) -> None:
        """Start everything, tell once it ``is_up``, and look after it until SIGINT or SIGTERM."""
        before = {number: signal.signal(number, self._stop) for number in _STOP_SIGNALS}
        is_told = False
        try:
            while not self.is_stopping:
                self.look()
                if not is_told and is_up():
                    is_told = True
                    when_up()
                time.sleep(LOOK_EVERY_SECONDS)
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def look(self) -> None:
        """Start what does not run yet, and again what died, when its pause is over."""
        self.watch()
        now = time.monotonic()
        for child in self.children:
            process = child.process
            if process is not None and process.poll() is not None:
                self._bury(child, process.returncode, now)
            if child.process is None and now >= child.retry_at:
                self._start(child)

    def stop(self) -> None:
        """End every child, the last one started first; who does not listen is killed."""
        running = [child for child in reversed(self.children) if child.process is not None]
        for child in running:
            _signal_group(child.process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        for child in running:
            _wait_or_kill(child.process, deadline)
            self._pid_file(child).unlink(missing_ok=True)
            child.process = None

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - our own command lines
            list(child.command),
            stdin=subprocess.DEVNULL,
            env={**os.environ, **child.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )
        child.started_at = time.monotonic()
        pid = child.process.pid
        self._pid_file(child).write_text(f"{pid} {_birth_of(pid) or ''}")

    def _bury(self, child: Child, code: int, now: float) -> None:
        # Its own children, such as the processes of a worker, must not outlive it.
        _signal_group(child.process, signal.SIGKILL)
        was_steady = now - child.started_at > STEADY_AFTER_SECONDS
        child.pause = FIRST_PAUSE_SECONDS if was_steady else child.pause * 2
        child.pause = min(child.pause, LONGEST_PAUSE_SECONDS)
        child.process, child.retry_at = None, now + child.pause
        logger.warning("%s ended with %d; again in %.1f s", child.name, code, child.pause)

    def _pid_file(self, child: Child) -> Path:
        return self.run_directory / f"{child.name}.pid"

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True


@contextmanager
def sole_supervisor(run_directory: Path) -> Iterator[None]:
    """Be the one supervisor of ``run_directory``, and end what a killed one left behind.

    Raises:
        AlreadyRunningError: another one is alive.
    """
    run_directory.mkdir(parents=True, exist_ok=True)
    with (run_directory / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError from error
        for file in run_directory.glob("*.pid"):
            pid, birth = _read_pid_file(file)
            if pid and birth and _birth_of(pid) == birth:
                logger.warning("ending %s, left behind as process %d", file.stem, pid)
                _end_group(pid, birth)
            file.unlink(missing_ok=True)
        yield


_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(process: subprocess.Popen[bytes] | None, number: signal.Signals) -> None:
    if process is None:
        return
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _wait_or_kill(process: subprocess.Popen[bytes] | None, deadline: float) -> None:
    if process is None:
        return
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0.1, deadline - time.monotonic()))
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _read_pid_file(file: Path) -> tuple[int, str]:
    try:
        pid, birth = file.read_text().split()
        return int(pid), birth
    except (OSError, ValueError):
        return 0, ""


def _birth_of(pid: int) -> str | None:
    """When a living process began; it tells the process from another with a reused pid."""
    if sys.platform != "linux":
        return _birth_by_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] == "Z" else fields[19]


def _birth_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return "-".join(done.stdout.split()) or None


def _end_group(pid: int, birth: str) -> None:
    with suppress(ProcessLookupError, PermissionError):
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(pid, number)
            deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
            while _birth_of(pid) == birth and time.monotonic() < deadline:
                time.sleep(0.02)
