"""A forge of which a share of the answers is spoilt: each class of fault in its turn."""

import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from tests.chaos.pages import Exchange, Spoil
from tests.simulator import ForgeSimulator, Reply, Request, World

SHARE = 0.3
LISTS = (b'"nodes": [{', b'"discussions": [{')
GROWTH = "growth while paging"
"""A class of its own, which no answer shows: the list is another one when the next page is told."""


@dataclass
class Tally:
    """How often each class of fault was shown, by all forges together."""

    shown: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def classes(self) -> int:
        return sum(times > 0 for times in self.shown.values())


class Spoiling(ForgeSimulator):
    """Plays ``world``; while it ``is_bad``, a share of the answers is spoilt by chance.

    What no forge has shown so far comes first, so that a short run shows as many classes as it
    can. `when_listed` is done once, behind the next list that is told: so histories grow while
    they are read. The world answers one at a time.
    """

    def __init__(
        self, world: World, faults: Mapping[str, Spoil], tally: Tally, *, seed: int
    ) -> None:
        super().__init__(world)
        self.is_bad = False
        self.when_listed: Callable[[], None] | None = None
        self.answered: Counter[str] = Counter()
        """How often each question was answered well."""
        self.spoilt = 0
        self.faults_of_ours: list[str] = []
        self._spoils = faults
        self._tally = tally
        self._chance = random.Random(seed)
        self._one_at_a_time = threading.Lock()
        self._pages: dict[tuple[str, int], Reply] = {}

    def answer(self, request: Request) -> Reply:
        with self._one_at_a_time:
            try:
                return self._answer(request)
            except Exception:
                self.faults_of_ours.append(traceback.format_exc())
                raise

    def quietly(self, change: Callable[[], None]) -> None:
        """Change the world between two answers."""
        with self._one_at_a_time:
            change()

    def play(self, world: World) -> None:
        """Play another world from now on, as if nothing had been asked."""
        with self._one_at_a_time:
            self.world, self.requests, self.spoilt = world, [], 0
            self.answered.clear()
            self._pages.clear()

    def _answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        if self.clock is not None:
            reply.headers.setdefault("date", self.date)
        told = self._spoilt(request, reply) if self._is_unlucky() else reply
        if told is reply:
            self.answered[f"{request.method} {request.path} {request.raw.decode('latin-1')}"] += 1
        if self.when_listed is not None and is_list(reply):
            grow, self.when_listed = self.when_listed, None
            grow()
        return told

    @property
    def date(self) -> str:
        """What the world's clock shows."""
        assert self.clock is not None
        return self.clock().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def _is_unlucky(self) -> bool:
        return self.is_bad and self._chance.random() < SHARE

    def _spoilt(self, request: Request, reply: Reply) -> Reply:
        exchange = Exchange(request, reply, self._page_before(request, reply))
        with self._tally.lock:
            shown = self._tally.shown
            for name in sorted(self._spoils, key=lambda name: (shown[name], self._chance.random())):
                told = self._spoils[name](exchange)
                if told != reply:
                    shown[name] += 1
                    self.spoilt += 1
                    return told
        return reply

    def _page_before(self, request: Request, reply: Reply) -> Reply | None:
        """The page before this one of the same list, as it was told last."""
        path, _, query = request.path.partition("?")
        asked = dict(parse_qsl(query))
        number = int(asked.pop("page", asked.pop("p", "0")))
        which = f"{path}?{urlencode(asked)}"
        self._pages[which, number] = reply
        return self._pages.get((which, number - 1))


def is_list(reply: Reply) -> bool:
    """Whether an answer tells items."""
    return reply.body.startswith(b"[{") or any(name in reply.body for name in LISTS)


@contextmanager
def played(
    world: World, faults: Mapping[str, Spoil], tally: Tally, *, seed: int
) -> Iterator[Spoiling]:
    """``world`` on loopback, well until it is told to be bad."""
    spoiling = Spoiling(world, faults, tally, seed=seed)
    with spoiling.serving():
        yield spoiling
