"""A whole run: every forge, first with everything going wrong, then quietly."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.findings import Enough, Findings
from tests.chaos.histories import HISTORIES
from tests.chaos.rig import Played, Rig
from tests.chaos.spoiling import SHARE, Tally, played


@dataclass(frozen=True)
class Told:
    """Both runs, and the whole in numbers."""

    bad: Findings
    quiet: Findings

    @property
    def ratio(self) -> float:
        return self.bad.requested / self.quiet.requested

    @property
    def numbers(self) -> dict[str, Any]:
        both = (self.bad, self.quiet)
        return {
            "items": self.bad.items,
            "seconds": round(self.bad.seconds),
            "kills": dict(self.bad.kills),
            "fault_share": SHARE,
            "faults": sum(self.bad.spoilt.values()),
            "classes": sum(times > 0 for times in self.bad.shown.values()),
            "lost": sum(len(one.lost) for one in both),
            "doubled": sum(len(one.doubled) for one in both),
            "requests": self.bad.requested,
            "requests_ratio": round(self.ratio, 2),
            "forges": {name: self._forge(name) for name in self.bad.requests},
            "shown": dict(sorted(self.bad.shown.items())),
        }

    def _forge(self, name: str) -> dict[str, Any]:
        asked, needed = self.bad.requests[name], self.quiet.requests[name]
        return {
            "rounds": self.bad.rounds[name],
            "faults": self.bad.spoilt[name],
            "requests": asked,
            "without_faults": needed,
            "ratio": round(asked / needed, 2),
        }


def torment(
    home: Path, enough: Enough, *, seed: int, forges: Sequence[str] = tuple(HISTORIES)
) -> Told:
    """Harvest ``forges`` while all goes wrong, and again while nothing does."""
    tally = Tally()
    with ExitStack() as stack:
        rig = Rig(
            home / "site",
            [_played(stack, name, home / "bad", tally, seed) for name in forges],
            tally,
        )
        stack.callback(rig.stop)
        rig.start()
        bad = rig.torment(enough, seed)
        rig.begin_anew({name: HISTORIES[name](seed, home / "quiet" / name) for name in forges})
        return Told(bad, rig.harvest_quietly(bad.rounds))


def _played(stack: ExitStack, name: str, home: Path, tally: Tally, seed: int) -> Played:
    history = HISTORIES[name](seed, home / name)
    simulator = stack.enter_context(played(history.world, history.faults, tally, seed=seed))
    forge = Played(name, simulator, history)
    forge.play(history)
    return forge
