"""A real worker behind the real broker: it harvests what is due, whatever is killed meanwhile."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.served import ServedSite, children_of, kill
from tests.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("served site")]

TICK, SCORE = "harvesters.tasks.tick", "credits.tasks.score_stale"
COMMITS = 1_200
"""Three pages; in the third, a harvest is held up and killed."""


def make_repository(folder: Path, commits: int) -> Path:
    """A git repository with ``commits`` small commits of the past weeks."""
    begun = int((datetime.now(UTC) - timedelta(days=30)).timestamp())
    lines = []
    for number in range(commits):
        text, message = f"value = {number}\n" * 10, f"Change {number}"
        lines += [
            "commit refs/heads/main",
            f"committer Li <li@example.com> {begun + number * 60} +0000",
            f"data {len(message)}\n{message}",
            "M 100644 inline model.py",
            f"data {len(text)}\n{text}",
        ]
    for command in (["init", "-q", "-b", "main"], ["fast-import", "--quiet"]):
        given = "\n".join(lines).encode()
        subprocess.run(["git", *command], cwd=folder, input=given, check=True)
    return folder


def stored(site: ServedSite, cursor: int) -> int:
    return site.sql(
        "SELECT count(*) FROM harvesters_contribution contribution"
        " JOIN harvesters_harvestcursor USING (repository_id)"
        " WHERE harvesters_harvestcursor.id = %(cursor)s",
        cursor=cursor,
    )


def is_done(site: ServedSite, cursor: int) -> bool:
    """Whether a sweep came to its end and gave the lease back."""
    return site.sql(
        "SELECT swept_at IS NOT NULL AND lease_until IS NULL FROM harvesters_harvestcursor"
        " WHERE id = %(cursor)s",
        cursor=cursor,
    )


@contextmanager
def held_up_at(site: ServedSite, cursor: int, commit: str) -> Iterator[None]:
    """Let nobody store ``commit``: an open transaction has written it, and will roll back."""
    with site.postgres.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(
            "INSERT INTO harvesters_contribution (repository_id, kind, external_id, occurred_at,"
            " state, title, url, facts, digest, harvested_at)"
            " SELECT repository_id, 'commit', %s, now(), '', '', '', '{}', '', now()"
            " FROM harvesters_harvestcursor WHERE id = %s",
            [commit, cursor],
        )
        yield


def wait_until_held_up(site: ServedSite) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    wait_until(lambda: site.sql(waiting) == 1, 30)


def commit_at(repository: Path, number: int) -> str:
    command = ["git", "rev-list", "--reverse", "main"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout.split()[number]


def test_a_worker_harvests_what_is_due_and_scores_it(site, tmp_path):
    cursor = site.register(f"git:{make_repository(tmp_path, 30)}", "due")

    site.send(TICK)
    wait_until(lambda: is_done(site, cursor), 30)
    site.send(SCORE)

    scored = (
        "SELECT count(*) FROM credits_score score"
        " JOIN harvesters_participation part ON part.id = score.participation_id"
        " JOIN harvesters_contribution contribution ON contribution.id = part.contribution_id"
        " JOIN harvesters_harvestcursor cursor USING (repository_id) WHERE cursor.id = %(cursor)s"
    )
    wait_until(lambda: site.sql(scored, cursor=cursor) == 30, 30)
    assert stored(site, cursor) == 30


def test_a_harvest_whose_process_is_killed_is_taken_up_again_at_once(site, tmp_path):
    repository = make_repository(tmp_path, COMMITS)
    cursor = site.register(f"git:{repository}", "process-killed")

    with held_up_at(site, cursor, commit_at(repository, 1_100)):
        site.send(TICK)
        wait_until_held_up(site)
        assert stored(site, cursor) == 1_000
        kill(*children_of(site.pid("worker")))

    wait_until(lambda: is_done(site, cursor), 60)
    assert stored(site, cursor) == COMMITS
    assert done_count(site, cursor) == COMMITS


def test_a_harvest_whose_worker_is_killed_is_finished_by_another_when_the_lease_ends(
    site, tmp_path
):
    repository = make_repository(tmp_path, COMMITS)
    cursor = site.register(f"git:{repository}", "worker-killed")
    worker = site.pid("worker")

    with held_up_at(site, cursor, commit_at(repository, 1_100)):
        site.send(TICK)
        wait_until_held_up(site)
        kill(worker)
        wait_until(lambda: site.pid("worker") not in {0, worker}, 30)
    site.sql(
        "UPDATE harvesters_harvestcursor SET lease_until = now() WHERE id = %(cursor)s RETURNING 1",
        cursor=cursor,
    )
    site.send(TICK)

    wait_until(lambda: is_done(site, cursor), 60)
    assert stored(site, cursor) == COMMITS
    assert done_count(site, cursor) == COMMITS


def done_count(site: ServedSite, cursor: int) -> int:
    """How many records the harvest counted; more than there are means pages read twice."""
    return site.sql(
        "SELECT done_count FROM harvesters_harvestcursor WHERE id = %(cursor)s", cursor=cursor
    )
