"""What a project accepted: who wrote it, who accepted it, and what it may resemble."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Identity
from accounts.services import prove_identity
from credits.core.signals import survey_of
from credits.models import Project
from credits.services.accepted_items import accepted_items
from credits.services.scoring import score_project
from harvesters.forge import ActorRecord, Kind, Participant, Role
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, account, actor, harvest, record
from tests.signalled import LOOKED, accepted, approval
from tests.university import *  # noqa: F403
from tests.university import START

SKETCH = list(range(100, 164))
SHA = "ab" * 20

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(db):
    return Project.objects.create(slug="speech", name="Speech", registered_at=START)


def items_of(project):
    return accepted_items(project, now=LOOKED).items


def test_who_merged_and_who_approved_accepted_but_not_the_author_or_a_bot(project):
    parts = [
        Participant(account("li"), Role.AUTHOR),
        Participant(account("zhao"), Role.CO_AUTHOR),
        Participant(account("li"), Role.MERGER),
        Participant(account("merge-bot", is_bot=True), Role.MERGER),
    ]
    change = record(1, parts, pull_requests=[1])
    asked = approval(11, "qian", 1, review_state="changes_requested")
    harvest(project, change, approval(10, "wu", 1), approval(12, "sun", 2), asked, now=LOOKED)

    (item,) = items_of(project)

    assert item.person == actor("li").pk
    assert item.accepted_by == (actor("wu").pk,)
    assert item.co_authors == (actor("zhao").pk,)


def test_only_what_was_merged_lately_is_looked_at(project):
    harvest(
        project,
        record(1, [Participant(account("li"), Role.AUTHOR)], state="open"),
        record(2, [Participant(account("li"), Role.AUTHOR)], state="reverted"),
        accepted(-24 * 180, "li", "wu"),
        accepted(3, "li", "wu"),
        record(4, [Participant(account("robot", is_bot=True), Role.AUTHOR)]),
        now=LOOKED,
    )

    assert [item.occurred_at for item in items_of(project)] == [BEGUN + timedelta(hours=3)]


def test_commits_are_looked_at_only_where_a_repository_has_no_changes(project):
    def commit(number, *, is_merge=False):
        parts = [
            Participant(account("li"), Role.AUTHOR),
            Participant(account("wu"), Role.COMMITTER),
        ]
        return record(number, parts, kind=Kind.COMMIT, is_merge=is_merge)

    harvest(project, commit(1), commit(2, is_merge=True), now=LOOKED, path="lab/plain")
    harvest(project, commit(3), accepted(4, "li", "wu"), now=LOOKED)

    found = items_of(project)

    assert [item.occurred_at - BEGUN for item in found] == [timedelta(hours=1), timedelta(hours=4)]
    assert found[0].accepted_by == (actor("wu").pk,)


@pytest.mark.parametrize(
    ("writer", "is_told"),
    [
        (account("zhao"), True),
        (ActorRecord("git", "email:12", "Li Ming"), False),
        (account("helper-bot", is_bot=True), False),
    ],
    ids=["another account", "an address of no account", "a bot"],
)
def test_who_wrote_the_commits_is_known_by_accounts_only(project, writer, is_told):
    written = record(0, [Participant(writer, Role.AUTHOR)], kind=Kind.COMMIT)
    commit = replace(written, external_id=SHA)
    harvest(project, commit, accepted(1, "li", "wu", commits=[SHA]), now=LOOKED)

    item = next(item for item in items_of(project) if item.accepted_by)

    assert bool(item.written_by) is is_told


def test_accounts_that_one_person_proved_are_one_person(project, student):
    harvest(project, accepted(1, "li", "wu"), accepted(2, "ming", "li"), now=LOOKED)
    for login in ("li", "ming"):
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=LOOKED)

    accepted_by_others, by_oneself = items_of(project)

    assert accepted_by_others.person == by_oneself.person
    assert by_oneself.accepted_by == ()


def test_what_is_alike_elsewhere_is_found_by_index_and_nothing_else(project, elsewhere):
    near = [*SKETCH[:56], *range(900, 908)]
    harvest(elsewhere, accepted(1, "zhao", "sun", sketch=near), now=LOOKED, path="lab/speech")
    other = [value + 1_000 for value in SKETCH]
    harvest(elsewhere, accepted(2, "zhao", "sun", sketch=other), now=LOOKED, path="lab/speech")
    harvest(project, accepted(3, "li", "wu", sketch=SKETCH), now=LOOKED)

    found = accepted_items(project, now=LOOKED)

    assert [item.sketch for item in found.elsewhere] == [tuple(near)]
    (copy,) = survey_of(found.items, elsewhere=found.elsewhere).copies.values()
    assert (copy.person, copy.similarity) == (actor("zhao").pk, 0.875)


def test_a_sketch_is_looked_up_by_index(project):
    with connection.cursor() as sql:
        sql.execute("SET LOCAL enable_seqscan = off")
        sql.execute(
            "EXPLAIN SELECT id FROM harvesters_contribution WHERE facts -> 'sketch' IS NOT NULL"
            " AND credits_sketch_buckets(facts -> 'sketch') && ARRAY[1, 2]::bigint[]"
        )
        plan = "\n".join(line for (line,) in sql.fetchall())

    assert "contribution_by_sketch" in plan


@pytest.mark.parametrize(
    "sketch", [None, "x", 7, {"a": 1}, ["a"] * 64, [[1]] * 64, [1.5] * 64, list(range(500)), []]
)
def test_what_is_no_sketch_harms_nothing(project, sketch):
    harvest(project, accepted(1, "li", "wu", sketch=sketch), now=LOOKED)

    assert [item.sketch for item in items_of(project)] == [()]


def test_numbers_that_are_none_harm_nothing(project):
    odd = {"pull_requests": {"1": 1}}
    strange = record(1, [Participant(account("li"), Role.AUTHOR)], **odd)
    review = record(2, [Participant(account("wu"), Role.REVIEWER)], kind=Kind.REVIEW, **odd)
    harvest(project, strange, review, now=LOOKED)

    assert [item.accepted_by for item in items_of(project)] == [()]


def test_work_that_is_found_twice_is_one_contribution(project, elsewhere, rule_set):
    def same(path, where):
        change = accepted(
            1, "li" if where == project else "zhao", "wu", commits=[SHA], sketch=SKETCH
        )
        harvest(where, change, now=LOOKED, path=path)

    same("lab/vision", project)
    same("lab/fork", elsewhere)
    for where in (project, elsewhere):
        score_project(where, now=LOOKED)

    assert len(items_of(project)) == 1
    assert accepted_items(project, now=LOOKED).elsewhere == []
    assert items_of(elsewhere) == []


def test_it_takes_as_many_queries_however_much_there_is(project):
    counts = []
    for size in (3, 40):
        harvest(
            project,
            *(accepted(n, f"a{n}", f"b{n}", sketch=SKETCH) for n in range(size)),
            now=LOOKED,
        )
        with CaptureQueriesContext(connection) as queries:
            items_of(project)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8
