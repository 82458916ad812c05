"""A site that harvests forges which fail, while its own parts are killed; then, what it knows.

Two runs over the same histories: a quiet one, which counts the requests that are needed, and a
bad one. Waiting is cut short, because an hour is as good as a second to a cursor in a row.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kombu.exceptions import OperationalError

from tests.chaos.faults import Spoiling
from tests.served import ServedSite, children_of, kill
from tests.simulator import Fault, World
from tests.waiting import wait_until

VICTIMS = ("worker", "broker", "postgres")
SHARE = 0.3
BREATH_SECONDS = 0.2
SECONDS_BETWEEN_KILLS = 2.5
QUIET_SECONDS = 90

Item = tuple[str, str]
"""A contribution's kind and the forge's id of it."""


@dataclass
class Played:
    """A forge with one history: how it is harvested, and every item that must be known after."""

    source: str
    variables: Mapping[str, str]
    simulator: Spoiling
    items: frozenset[Item]


@dataclass
class Findings:
    """What a run brought."""

    items: int = 0
    kills: int = 0
    requests: int = 0
    spoilt: int = 0
    kinds_of_faults: int = 0
    lost: list[Item] = field(default_factory=list)
    doubled: list[Item] = field(default_factory=list)


@contextmanager
def played(world: World, faults: Mapping[str, Fault], *, seed: int) -> Iterator[Spoiling]:
    """``world`` on loopback, well until it is told to be bad."""
    spoiling = Spoiling(world, faults, seed=seed, share=SHARE)
    with spoiling.serving():
        yield spoiling


def run(home: Path, forges: Sequence[Played], *, seconds: float, seed: int) -> Findings:
    """Harvest ``forges`` in ``home`` to the end; all goes wrong for ``seconds``, if any."""
    site = ServedSite(home)
    for forge in forges:
        site.site.variables.update(forge.variables)
    findings = Findings()
    asked_before = _asked(forges)
    try:
        site.start()
        names = [f"forge-{number}" for number in range(len(forges))]
        cursors = [
            site.register(forge.source, name) for forge, name in zip(forges, names, strict=True)
        ]
        if seconds:
            _torment(site, forges, findings, seconds, random.Random(seed))
        _let_finish(site, cursors)
        findings.requests = _asked(forges) - asked_before
        _compare(site, dict(zip(cursors, forges, strict=True)), findings)
    finally:
        site.clean_up()
    return findings


def _asked(forges: Sequence[Played]) -> int:
    return sum(len(forge.simulator.requests) for forge in forges)


def _torment(
    site: ServedSite,
    forges: Sequence[Played],
    findings: Findings,
    seconds: float,
    chance: random.Random,
) -> None:
    for forge in forges:
        forge.simulator.is_bad = True
    end = time.monotonic() + seconds
    next_kill = time.monotonic() + SECONDS_BETWEEN_KILLS
    while time.monotonic() < end and _unfinished(site) != 0:
        _cut_waiting_short(site, chance)
        if time.monotonic() >= next_kill:
            findings.kills += _kill(site, chance.choice(VICTIMS))
            next_kill = time.monotonic() + chance.uniform(0.5, 2) * SECONDS_BETWEEN_KILLS
        time.sleep(BREATH_SECONDS)
    for forge in forges:
        forge.simulator.is_bad = False
        findings.spoilt += sum(forge.simulator.spoilt.values())
        findings.kinds_of_faults += sum(times > 0 for times in forge.simulator.spoilt.values())


def _unfinished(site: ServedSite) -> int | None:
    count: int | None = site.sql(
        "SELECT count(*) FROM harvesters_harvestcursor WHERE swept_at IS NULL"
    )
    return count


def _cut_waiting_short(site: ServedSite, chance: random.Random) -> None:
    """What waits is due now; sometimes a living worker's lease is taken for a dead one's."""
    site.sql(
        "UPDATE harvesters_harvestcursor SET next_at = now()"
        " WHERE swept_at IS NULL AND lease_until IS NULL RETURNING id"
    )
    site.sql("DELETE FROM harvesters_ratebudget RETURNING id")
    if chance.random() < 0.1:
        site.sql(
            "UPDATE harvesters_harvestcursor SET lease_until = now()"
            " WHERE lease_until IS NOT NULL RETURNING id"
        )
    with suppress(OSError, OperationalError):
        site.send("harvesters.tasks.tick")


def _kill(site: ServedSite, victim: str) -> int:
    pid = site.pid(victim)
    if not pid:
        return 0
    with suppress(ProcessLookupError):
        kill(*children_of(pid), pid) if victim == "worker" else kill(pid)
        return 1
    return 0


def _let_finish(site: ServedSite, cursors: Sequence[int]) -> None:
    """Without faults and kills everything is read to its end; time alone heals the rest."""
    chance = random.Random(0)
    wait_until(site.is_ready, QUIET_SECONDS)
    end = time.monotonic() + QUIET_SECONDS
    while _unfinished(site) != 0:
        assert time.monotonic() < end, _state_of(site)
        site.sql(
            "UPDATE harvesters_harvestcursor SET lease_until = NULL, next_at = now()"
            " WHERE swept_at IS NULL AND lease_until < now() RETURNING id"
        )
        _cut_waiting_short(site, chance)
        time.sleep(BREATH_SECONDS)


def _state_of(site: ServedSite) -> str:
    """Why it goes on no more: the sources, and the last words of the site."""
    sources = site.sql(
        "SELECT string_agg(concat_ws(' | ', source, cursor, fence, lease_until, next_at, error),"
        " chr(10)) FROM harvesters_harvestcursor"
    )
    return f"{sources}\n{site.said()[-3000:]}"


def _compare(site: ServedSite, forges: Mapping[int, Played], findings: Findings) -> None:
    for cursor, forge in forges.items():
        told = site.sql(
            "SELECT coalesce(json_agg(json_build_array(kind, external_id)), '[]')"
            " FROM harvesters_contribution c JOIN harvesters_harvestcursor h USING (repository_id)"
            " WHERE h.id = %(cursor)s",
            cursor=cursor,
        )
        counted = Counter((kind, name) for kind, name in told)
        findings.items += len(forge.items)
        findings.lost += sorted(forge.items - counted.keys())
        findings.doubled += sorted(
            item for item, times in counted.items() if times > 1 or item not in forge.items
        )
