"""The supervisor over small real processes: restart with patience, stop, clean up."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import supervisor as module
from config.supervisor import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    AlreadyRunningError,
    Child,
    Supervisor,
    sole_supervisor,
)
from tests.e2e.site import PROJECT
from tests.served import is_running, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.engine

SLEEP = ("sleep", "60")
DEAF = ("sh", "-c", "trap '' TERM; echo > heard; while :; do sleep 1; done")

Made = Callable[..., Supervisor]


@pytest.fixture
def supervising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Makes a supervisor over commands named one, two ..., and stops it in the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "STOP_TIMEOUT_SECONDS", 0.5)
    made: list[Supervisor] = []

    def make(*commands: tuple[str, ...], watch: Callable[[], None] = lambda: None) -> Supervisor:
        names = ("one", "two", "three")
        children = [Child(name, command) for name, command in zip(names, commands, strict=False)]
        made.append(Supervisor(children, tmp_path, watch))
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def pid_of(child: Child) -> int:
    return child.process.pid if child.process else 0


def test_a_killed_child_starts_again_after_a_pause(supervising):
    supervisor = supervising(SLEEP, SLEEP)
    supervisor.look()
    killed, other = supervisor.children
    first, untouched = pid_of(killed), pid_of(other)

    kill(first)
    wait_until(lambda: supervisor.look() or pid_of(killed) != first, 5)
    assert pid_of(killed) == 0
    wait_until(lambda: supervisor.look() or pid_of(killed), 5)

    assert is_running(pid_of(killed))
    assert pid_of(other) == untouched


def test_the_pauses_of_one_that_dies_at_once_double_up_to_half_a_minute(supervising):
    supervisor = supervising(("false",))
    (child,) = supervisor.children
    pauses = []

    for _ in range(8):
        child.retry_at = 0.0
        wait_until(lambda: supervisor.look() or child.process is None, 5)
        pauses.append(child.pause)

    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE_SECONDS] + 2 * [LONGEST_PAUSE_SECONDS]


def test_one_that_ran_steadily_is_started_again_soon(supervising):
    supervisor = supervising(SLEEP)
    supervisor.look()
    (child,) = supervisor.children
    child.pause = LONGEST_PAUSE_SECONDS
    child.started_at -= module.STEADY_AFTER_SECONDS + 1

    kill(pid_of(child))
    wait_until(lambda: supervisor.look() or child.process is None, 5)

    assert child.pause == FIRST_PAUSE_SECONDS


def test_the_children_of_a_killed_child_die_with_it(supervising, tmp_path):
    supervisor = supervising(("sh", "-c", "sleep 60 & echo $! > grandchild; wait"))
    supervisor.look()
    file = tmp_path / "grandchild"
    grandchild = int(wait_until(lambda: file.exists() and file.read_text(), 5))

    kill(pid_of(supervisor.children[0]))
    wait_until(lambda: supervisor.look() or supervisor.children[0].process is None, 5)

    wait_until(lambda: not is_running(grandchild), 5)


def test_stopping_kills_who_does_not_listen(supervising, tmp_path):
    supervisor = supervising(SLEEP, DEAF)
    supervisor.look()
    pids = [pid_of(child) for child in supervisor.children]
    wait_until((tmp_path / "heard").exists, 5)

    supervisor.stop()

    assert not [pid for pid in pids if is_running(pid)]
    assert not list(tmp_path.glob("*.pid"))


def test_a_signal_ends_the_run_and_gives_the_signals_back(supervising):
    supervisor = supervising(SLEEP)
    before = signal.getsignal(signal.SIGTERM)
    pids = []

    def end() -> None:
        pids.append(pid_of(supervisor.children[0]))
        os.kill(os.getpid(), signal.SIGTERM)

    supervisor.run(is_up=lambda: True, when_up=end)

    assert pids
    assert not is_running(pids[0])
    assert signal.getsignal(signal.SIGTERM) is before


def test_it_tells_once_that_the_site_is_up_and_not_before(supervising):
    told = []
    looks = iter(range(100))

    def watch() -> None:
        if next(looks) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    supervisor = supervising(SLEEP, watch=watch)
    answers = iter([False, True, True, True])
    supervisor.run(is_up=lambda: next(answers), when_up=lambda: told.append("up"))

    assert told == ["up"]


def test_what_fails_in_the_watch_ends_the_children_too(supervising):
    def fail() -> None:
        if supervisor.children[0].process is not None:
            pids.append(pid_of(supervisor.children[0]))
            raise RuntimeError("no database")

    pids: list[int] = []
    supervisor = supervising(SLEEP, watch=fail)

    with pytest.raises(RuntimeError, match="no database"):
        supervisor.run(is_up=lambda: False, when_up=lambda: None)

    assert not is_running(pids[0])


def test_a_folder_has_one_supervisor(tmp_path):
    with sole_supervisor(tmp_path), pytest.raises(AlreadyRunningError), sole_supervisor(tmp_path):
        pass

    with sole_supervisor(tmp_path):
        pass


SUPERVISE = """
import sys
from pathlib import Path
from config.supervisor import Child, Supervisor, sole_supervisor
folder = Path(sys.argv[1])
children = [Child("one", ("sleep", "60")), Child("deaf", ("sh", "-c", sys.argv[2]))]
with sole_supervisor(folder):
    Supervisor(children, folder, lambda: None).run(lambda: True, lambda: None)
"""


def test_a_killed_supervisor_takes_its_children_along_now_or_at_the_next_start(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "STOP_TIMEOUT_SECONDS", 0.5)
    deafness = f"cd {tmp_path}; {DEAF[2]}"
    command = [sys.executable, "-c", SUPERVISE, str(tmp_path), deafness]
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | {"PWD": str(tmp_path)})
    files = [tmp_path / "one.pid", tmp_path / "deaf.pid"]
    wait_until(lambda: all(file.exists() and file.read_text() for file in files), 10)
    listening, deaf = (int(file.read_text().split()[0]) for file in files)

    kill(process.pid)
    process.wait()

    wait_until(lambda: not is_running(listening), 5)
    with sole_supervisor(tmp_path):
        assert not is_running(deaf)
        assert not list(tmp_path.glob("*.pid"))


def test_a_stranger_with_the_pid_of_a_dead_child_is_let_alone(tmp_path):
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    (tmp_path / "web.pid").write_text(f"{stranger.pid} 12345")

    with sole_supervisor(tmp_path):
        assert stranger.poll() is None

    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("birth_of", [module._birth_of, module._birth_by_ps])
def test_a_process_is_known_by_its_birth(birth_of):
    process = subprocess.Popen(SLEEP)

    birth = birth_of(process.pid)

    assert birth
    assert birth == birth_of(process.pid)
    assert len(birth.split()) == 1
    process.kill()
    process.wait()
    assert birth_of(process.pid) is None
