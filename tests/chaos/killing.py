"""Kills the parts of a site with -9, one after the other."""

import random
from collections import Counter
from contextlib import suppress

from tests.served import ServedSite, children_of, kill

VICTIMS = ("worker", "postgres", "broker", "lease")


class Killer:
    """Kills one part after the other, each time some answers were given since the last."""

    def __init__(self, site: ServedSite, chance: random.Random) -> None:
        self._site = site
        self._chance = chance
        self._killed: Counter[str] = Counter()
        self._next = 40

    def after(self, answers: int) -> Counter[str]:
        """Kill, if so many ``answers`` call for it; what was killed so far."""
        if answers >= self._next and self._kill(VICTIMS[self._killed.total() % len(VICTIMS)]):
            self._next = answers + self._chance.randrange(60, 140)
        return self._killed

    def _kill(self, victim: str) -> bool:
        if victim == "lease":
            # A living worker is taken for a dead one: two are at the same source.
            done = self._site.sql(
                "UPDATE harvesters_harvestcursor SET lease_until = now()"
                " WHERE lease_until > now() RETURNING id"
            )
        else:
            done = pid = self._site.pid(victim)
            with suppress(ProcessLookupError):
                if pid:
                    kill(*(children_of(pid) if victim == "worker" else ()), pid)
        self._killed[victim] += bool(done)
        return bool(done)
