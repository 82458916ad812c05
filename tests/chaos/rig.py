"""A site that harvests forges which fail, while its own parts are killed; then, what it knows.

The same histories are harvested twice in one site: while all goes wrong, and then quietly, which
counts the requests that are needed. They grow by rounds: before a sweep, and once more behind the
first page of it. A bad run has as many rounds as there is time for, and the quiet one as many as
that. Waiting is cut short, because an hour is as good as a second to a cursor in a row.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from tests.chaos.findings import Enough, Findings
from tests.chaos.history import FILE, History, Item
from tests.chaos.killing import Killer
from tests.chaos.spoiling import GROWTH, Spoiling, Tally
from tests.served import ServedSite
from tests.waiting import wait_until

BREATH_SECONDS = 0.1
READY_SECONDS = 60
QUIET_SECONDS = 120
"""So long all may take that is left to do where nothing fails."""

PATIENCE_SECONDS = 120
"""So long beyond its time a torment may go on until it has shown enough, on a busy machine."""

DEAF_SECONDS = 8
"""A worker that asked for nothing for so long counts as one that hears nothing any more."""

START_SECONDS = 20
"""So long a worker may take to start on a busy machine."""

STALE_SECONDS = 8
"""A lease that brought nothing for so long counts as one whose five minutes are over."""

Make = Callable[[], History]


@dataclass
class Played:
    """A forge that plays one history after the other, and how far the harvest of it came."""

    name: str
    simulator: Spoiling
    history: History
    cursor: int = 0
    rounds: int = 0
    swept_at: str | None = None
    is_settling: bool = False
    is_done: bool = False

    def play(self, history: History) -> None:
        """Another history from its beginning."""
        self.history = history
        self.simulator.play(history.world)
        self.simulator.clock = history.now if history.tells_time else None
        self.rounds, self.swept_at = 0, None
        self.is_settling = self.is_done = False

    def begin(self) -> None:
        """The next round: something happens now, and more behind the next page."""
        self.finish_growth()
        self.rounds += 1
        self.simulator.quietly(self.history.grow)
        self.simulator.when_listed = self.history.grow

    def finish_growth(self) -> None:
        """What should have happened meanwhile happens now."""
        grow, self.simulator.when_listed = self.simulator.when_listed, None
        if grow is not None:
            self.simulator.quietly(grow)


class Rig:
    """One site in ``home``, and the forges that it harvests."""

    def __init__(self, home: Path, forges: Sequence[Played], tally: Tally) -> None:
        self.site = ServedSite(home, workers=2)
        self.forges = forges
        self._tally = tally
        self._heard = (0, 0)
        self._heard_at = time.monotonic()
        for forge in forges:
            self.site.site.variables.update(forge.history.variables(forge.simulator.url))

    def start(self) -> None:
        """Start the site, and register every source while all is well."""
        self.site.start()
        sources = {forge.name: forge.history.source for forge in self.forges}
        for forge, cursor in zip(self.forges, self.site.register_all(sources), strict=True):
            forge.cursor = cursor
        assert len(self._stands()) == len(self.forges), self.state()

    def stop(self) -> None:
        self.site.clean_up()

    def begin_anew(self, histories: Mapping[str, History]) -> None:
        """Forget what was harvested, and play other histories from their beginnings."""
        self.site.sql(
            "UPDATE harvesters_harvestcursor SET cursor = '{}', swept_at = NULL, next_at = NULL,"
            " lease_until = NULL, fence = fence + 1, done_count = 0 RETURNING id"
        )
        self.site.sql(
            "TRUNCATE harvesters_contribution, harvesters_harvestgap, harvesters_repositoryfile"
            " CASCADE"
        )
        shutil.rmtree(self.site.home / "git", ignore_errors=True)
        for forge in self.forges:
            forge.play(histories[forge.name])

    def torment(self, enough: Enough, seed: int) -> Findings:
        """Harvest while all goes wrong, until that is ``enough``; then let it come to its end.

        Forges go on to fail until the last item is read, so that no quiet hours hide what it cost.
        """
        findings, chance = Findings(), random.Random(seed)
        begun = time.monotonic()
        killer = Killer(self.site, chance)
        for forge in self.forges:
            forge.simulator.is_bad = True
        while not enough.is_reached(seconds := time.monotonic() - begun, findings):
            assert seconds < enough.seconds + PATIENCE_SECONDS, self.state()
            self._turn(lambda _: True)
            self._end_deaf_worker()
            findings.kills = killer.after(self._answers())
            findings.shown = self._shown()
            time.sleep(BREATH_SECONDS)
        wait_until(self.site.is_ready, READY_SECONDS)
        self._finish(lambda _: False, findings)
        for forge in self.forges:
            forge.simulator.is_bad = False
        findings.seconds = time.monotonic() - begun
        return findings

    def harvest_quietly(self, rounds: Mapping[str, int]) -> Findings:
        """Harvest so many ``rounds`` of each forge, with nothing in the way."""
        findings = Findings()
        begun = time.monotonic()
        self._finish(lambda forge: forge.rounds < rounds[forge.name], findings)
        findings.seconds = time.monotonic() - begun
        return findings

    def state(self) -> str:
        """Why it goes on no more: the sources, our own faults, and the last words of the site."""
        ours = [fault for forge in self.forges for fault in forge.simulator.faults_of_ours]
        stands = "\n".join(f"{stand}" for stand in self._stands())
        return f"{stands}\n{''.join(ours[-2:])}\n{self.site.said()[-4000:]}"

    def _finish(self, goes_on: Callable[[Played], bool], findings: Findings) -> None:
        end = time.monotonic() + QUIET_SECONDS
        while not all(forge.is_done for forge in self.forges):
            assert time.monotonic() < end, self.state()
            self._turn(goes_on)
            self._end_deaf_worker()
            time.sleep(BREATH_SECONDS / 2)
        for forge in self.forges:
            assert not forge.simulator.faults_of_ours, forge.simulator.faults_of_ours[0]
            findings.requests[forge.name] = len(forge.simulator.requests)
            findings.rounds[forge.name] = forge.rounds
            findings.spoilt[forge.name] = forge.simulator.spoilt
            self._compare(forge, findings)

    def _turn(self, goes_on: Callable[[Played], bool]) -> None:
        """Begin the next round of those that are swept, and wake up those that wait."""
        stands = {stand["id"]: stand for stand in self._stands()}
        if not stands:
            return
        for forge in self.forges:
            stand = stands[forge.cursor]
            if not forge.is_done and (forge.rounds == 0 or stand["swept_at"] != forge.swept_at):
                self._advance(forge, stand["swept_at"], goes_on)
        self._cut_waiting_short()

    def _advance(
        self, forge: Played, swept_at: str | None, goes_on: Callable[[Played], bool]
    ) -> None:
        forge.swept_at = swept_at
        if forge.rounds == 0 or goes_on(forge):
            forge.begin()
        elif not forge.is_settling:
            # What happened during the last sweep is seen by one more.
            forge.finish_growth()
            forge.is_settling = True
        else:
            forge.is_done = True

    def _cut_waiting_short(self) -> None:
        """What waits is due now; a lease that nobody prolongs is over.

        Not due is whose sweep ended just now: what happens before its next one comes first.
        """
        waiting = [forge for forge in self.forges if not forge.is_done]
        due = [forge.cursor for forge in waiting]
        self.site.sql(
            "UPDATE harvesters_harvestcursor source SET next_at = now() FROM"
            " unnest(%(due)s::bigint[], %(swept)s::timestamptz[]) AS seen (id, swept_at)"
            " WHERE source.id = seen.id AND source.swept_at IS NOT DISTINCT FROM seen.swept_at"
            " AND lease_until IS NULL AND (next_at IS NULL OR next_at > now()) RETURNING source.id",
            due=due,
            swept=[forge.swept_at for forge in waiting],
        )
        self.site.sql(
            "UPDATE harvesters_harvestcursor SET lease_until = now() WHERE lease_until > now()"
            " AND lease_until < now() + interval '5 minutes' - %(stale)s * interval '1 second'"
            " RETURNING id",
            stale=STALE_SECONDS,
        )
        self.site.sql("DELETE FROM harvesters_ratebudget RETURNING id")
        waits = self.site.sql(
            "SELECT count(*) FROM harvesters_harvestcursor WHERE id = ANY(%(due)s)"
            " AND next_at <= now() AND (lease_until IS NULL OR lease_until <= now())",
            due=due,
        )
        if waits:
            with suppress(OSError, KombuError, RedisError):
                self.site.send("harvesters.tasks.tick")

    def _end_deaf_worker(self) -> None:
        """Do what a worker does by itself (`config.deafness`), but later: end, if it hears nothing.

        So it is, now and then, where its broker was killed.
        """
        worker, answers = self.site.pid("worker"), self._answers()
        if (worker, answers) != self._heard:
            is_new = worker != self._heard[0]
            self._heard = (worker, answers)
            self._heard_at = time.monotonic() + is_new * START_SECONDS
        elif worker and time.monotonic() - self._heard_at > DEAF_SECONDS:
            self._heard_at = time.monotonic()
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGTERM)

    def _stands(self) -> list[dict[str, Any]]:
        found = self.site.sql(
            "SELECT json_agg(json_build_object('id', id, 'source', source, 'swept_at', swept_at,"
            " 'error', error, 'fence', fence, 'lease_until', lease_until, 'next_at', next_at,"
            " 'cursor', left(cursor::text, 600)) ORDER BY id) FROM harvesters_harvestcursor"
        )
        return found or []

    def _answers(self) -> int:
        return sum(len(forge.simulator.requests) for forge in self.forges)

    def _shown(self) -> Counter[str]:
        """The classes of faults that were shown, and that lists grew while they were read."""
        grown = sum(forge.rounds for forge in self.forges)
        return Counter({**self._tally.shown, GROWTH: grown})

    def _compare(self, forge: Played, findings: Findings) -> None:
        gaps = self.site.sql(
            "SELECT json_agg(concat_ws(': ', subject, reason)) FROM harvesters_harvestgap"
            " WHERE cursor_id = %(cursor)s",
            cursor=forge.cursor,
        )
        findings.gaps += [f"{forge.name} {gap}" for gap in gaps or ()]
        told = self.site.sql(
            "SELECT coalesce(json_agg(json_build_array(kind, external_id, c.digest)), '[]')"
            " FROM (SELECT repository_id, kind, external_id, digest FROM harvesters_contribution"
            " UNION ALL SELECT repository_id, %(file)s, path, digest"
            " FROM harvesters_repositoryfile) c"
            " JOIN harvesters_harvestcursor h USING (repository_id) WHERE h.id = %(cursor)s",
            cursor=forge.cursor,
            file=FILE,
        )
        truth = forge.history.truth()
        assert len(truth) >= forge.history.least, f"{forge.name}: only {len(truth)} items are read"
        stored: dict[Item, str] = {(kind, name): digest for kind, name, digest in told}
        counted = Counter((kind, name) for kind, name, _ in told)
        findings.items += len(truth)
        findings.lost += [
            f"{forge.name} {item}{' is outdated' if item in stored else ''}"
            for item, digest in sorted(truth.items())
            if stored.get(item) != digest
        ]
        findings.doubled += [
            f"{forge.name} {item}"
            for item, times in sorted(counted.items())
            if times > 1 or item not in truth
        ]
