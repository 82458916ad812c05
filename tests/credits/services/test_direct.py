"""What was pushed past everybody else waits, as what its author merged alone does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Identity
from accounts.services import prove_identity
from credits.models import BotVerdict, Project, RepositoryStanding, Ruling, Score
from credits.services.direct import direct_among
from credits.services.fsck import find_faults
from credits.services.scoring import score_project
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.models import Actor, ChangedContribution, Contribution
from harvesters.services.changes import mark_changed, mark_work_of
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import store_page
from tests.histories import account, actor, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
ADDRESS = "https://forge.example/lab/vision"
BY_MAIL = ActorRecord("git", "email:00", "Wu by mail")

pytestmark = pytest.mark.django_db


def sha(number: int) -> str:
    return f"{number:040x}"


def commit(number: int, *others: Participant, **facts: object) -> ContributionRecord:
    """A commit by Li, with ``others`` in it: 8 points."""
    parts = [Participant(account("li"), Role.AUTHOR), *others]
    made = record(number, parts, kind=Kind.COMMIT, sizes={"code": [100, 0]}, **facts)
    return replace(made, external_id=sha(number), title=f"Commit {number}")


def change(number: int, *commits: int, state: str = "merged", **facts: object):
    """A change by Wu that holds ``commits``."""
    parts = [Participant(account("wu"), Role.AUTHOR)]
    told = {"sizes": {"code": [100, 0]}, "commits": list(map(sha, commits)), **facts}
    return record(number, parts, state=state, **told)


def put(project, *records, path="lab/vision", host="forge.example", url=ADDRESS):
    named = RepositoryRecord(host, f"id of {path}", path, url)
    cursor = register_source(f"jsonl:{host}/{path}", named, now=NOW)
    project.repositories.add(cursor.repository)
    leased = lease_source(cursor, now=NOW)
    store_page(leased, Page(records, {}), now=NOW)
    leased.lease_until = None
    leased.save(update_fields=["lease_until"])
    return cursor.repository


def others(login: str, role: Role = Role.COMMITTER) -> Participant:
    return Participant(account(login), role)


def score(project):
    score_project(project, now=NOW)
    assert list(find_faults()) == []


def direct(project) -> set[str]:
    """The titles of the direct commits, as they are now."""
    keys = list(Contribution.objects.values_list("pk", flat=True))
    found = direct_among(project, keys)
    return set(Contribution.objects.filter(pk__in=found).values_list("title", flat=True))


def held() -> set[str]:
    """What waits by the guard, as it was scored."""
    waiting = Score.objects.filter(state="waiting", reasons__0__rule="self-merge")
    return set(waiting.values_list("participation__contribution__title", flat=True))


def earned(title: str) -> int:
    return Score.objects.get(participation__contribution__title=title).points


def test_what_was_pushed_past_everybody_waits_until_a_maintainer_endorses_it(
    project, rule_set, registrar
):
    put(project, commit(1), change(7))
    score(project)
    before = held()
    pushed = Contribution.objects.get(title="Commit 1")
    Ruling.objects.create(
        contribution=pushed,
        subject=Ruling.Subject.ACCEPTANCE,
        value={"endorsed": True},
        reason="looked at",
        decided_by=registrar,
        decided_at=NOW,
    )
    mark_changed([pushed.pk])

    score(project)

    assert (before, held()) == ({"Commit 1"}, set())
    assert earned("Commit 1") == 8_000


def test_where_no_change_is_told_commits_count(project, rule_set):
    put(project, commit(1), commit(2))

    score(project)

    assert held() == set()
    assert earned("Commit 1") > 0


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (others("wu"), set()),
        (others("wu", Role.REVIEWER), set()),
        (others("li"), {"Commit 1"}),
        (others("wu", Role.CO_AUTHOR), {"Commit 1"}),
        (Participant(account("ci[bot]", is_bot=True), Role.COMMITTER), {"Commit 1"}),
        (Participant(BY_MAIL, Role.REVIEWER), {"Commit 1"}),
        (Participant(account("wu"), Role.COMMITTER, weight=0), {"Commit 1"}),
    ],
    ids=["committer", "reviewer", "oneself", "co-author", "bot", "by-mail", "no-longer"],
)
def test_another_account_vouches_for_a_commit(project, rule_set, part, expected):
    put(project, commit(1, part), change(7))

    assert direct(project) == expected


def test_an_account_of_the_same_person_vouches_for_nothing(project, rule_set, student):
    put(project, commit(1, others("li-at-work")), change(7))
    score(project)
    before = held()
    for login in ("li", "li-at-work"):
        prove_identity(student, actor(login), method=Identity.Method.DEMO, now=NOW)

    score(project)

    assert (before, held()) == (set(), {"Commit 1"})


def test_who_turns_out_to_be_a_bot_vouches_no_more(project, rule_set):
    put(project, commit(1, others("merger")), change(7))
    score(project)
    before = held()
    bot = actor("merger")
    BotVerdict.objects.create(actor=bot, is_bot=True, reason="a test", decided_at=NOW)
    mark_work_of([bot.pk])

    score(project)

    assert (before, held()) == (set(), {"Commit 1"})


@pytest.mark.parametrize(
    ("brings", "expected"),
    [
        (change(7, 1), set()),
        (change(7, 2), {"Commit 1"}),
        (change(7, 1, state="open"), {"Commit 1"}),
        (change(7, 1, state="closed"), {"Commit 1"}),
        (change(7, 1, state="reverted"), set()),
        (change(7, merge_commit=sha(1)), set()),
        (change(7, pull_requests=[7]), set()),
        (change(7, 2, merge_commit=sha(3), pull_requests=[7]), {"Commit 1"}),
        (change(8, pull_requests=[8]), {"Commit 1"}),
    ],
    ids=["hash", "another", "open", "closed", "taken-back", "merge", "number", "known", "other"],
)
def test_what_a_merged_change_brought_in_is_not_direct(project, rule_set, brings, expected):
    put(project, commit(1, pull_requests=[7]), brings)

    assert direct(project) == expected


def test_a_change_that_brings_it_in_later_takes_it(project, rule_set):
    put(project, commit(1), change(7))
    score(project)
    before = held()

    put(project, change(9, 1))
    score(project)

    assert (before, held()) == ({"Commit 1"}, set())
    assert earned("Commit 1") == 0


def test_a_change_in_somebody_elses_project_does_not_help(project, other_project, rule_set):
    put(project, commit(1), change(7))
    put(other_project, change(7, 1), path="li/fork", url="https://forge.example/li/fork")

    assert direct(project) == {"Commit 1"}


def test_two_sources_of_one_history_are_judged_together(project, rule_set):
    clone = {"path": "vision", "host": "git", "url": ""}
    put(project, commit(1), commit(2), commit(3), commit(4), **clone)
    put(project, commit(1), commit(2, others("wu")), commit(3), change(7, 3))

    score(project)

    assert direct(project) == {"Commit 1"}
    assert held() == {"Commit 1"}


def test_the_first_change_has_all_commits_looked_at_again_and_the_next_one_none(project, rule_set):
    clone = {"path": "vision", "host": "git", "url": ""}
    put(project, *map(commit, range(1, 9)), **clone)
    put(project, *map(commit, range(1, 9)))
    score(project)
    before = held()

    put(project, change(70))
    score_project(project, now=NOW)
    after = held()
    put(project, change(71))
    counts = score_project(project, now=NOW)

    assert before == set()
    assert after == {f"Commit {number}" for number in range(1, 9)}
    assert counts.scored <= 2
    assert list(find_faults()) == []
    assert ChangedContribution.objects.count() == 0


def test_what_is_scored_for_the_first_time_is_not_looked_at_twice(project, rule_set):
    put(project, *map(commit, range(1, 9)), change(70))
    score_project(project, now=NOW)

    again = score_project(project, now=NOW)

    assert again.scored == 0
    assert RepositoryStanding.objects.get().tells_changes


def test_one_query_tells_of_any_number(project, rule_set):
    put(project, *map(commit, range(1, 30)), change(70, 3))
    keys = list(Contribution.objects.values_list("pk", flat=True))

    with CaptureQueriesContext(connection) as queries:
        direct_among(project, keys)

    assert len(queries) == 1


@pytest.fixture
def other_project(project):
    return Project.objects.create(
        slug="fork", name="Fork", registered_at=project.registered_at + timedelta(days=1)
    )


PARTS = st.sampled_from(
    [(), (others("wu"),), (others("wu", Role.REVIEWER),), (Participant(BY_MAIL, Role.COMMITTER),)]
)
PAGES = st.lists(
    st.one_of(
        st.builds(
            lambda number, parts, numbers: commit(number, *parts, pull_requests=numbers),
            st.integers(1, 5),
            PARTS,
            st.lists(st.integers(101, 103), max_size=1),
        ),
        st.builds(
            lambda number, commits, state: change(
                number, *commits, state=state, **({"pull_requests": [101]} if number == 101 else {})
            ),
            st.integers(101, 103),
            st.lists(st.integers(1, 5), max_size=2, unique=True),
            st.sampled_from(["merged", "merged", "open", "closed", "reverted"]),
        ),
        st.just("score"),
    ),
    max_size=14,
)


@given(steps=PAGES, in_clone=st.lists(st.booleans(), min_size=14, max_size=14))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_heard_first_the_same_commits_wait(project, rule_set, steps, in_clone):
    with transaction.atomic():
        clone = {"path": "vision", "host": "git", "url": ADDRESS}
        for step, is_copy in zip(steps, in_clone, strict=False):
            if step == "score":
                score_project(project, now=NOW)
            elif is_copy and step.kind is Kind.COMMIT:
                put(project, step, **clone)
            else:
                put(project, step)
        score_project(project, now=NOW)

        found = [str(fault) for fault in find_faults()]
        again = score_project(project, now=NOW, anew=True)

        assert (found, again.written) == ([], 0)
        assert Actor.objects.filter(is_bot=True).count() == 0
        transaction.set_rollback(True)
