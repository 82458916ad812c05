"""Storing a page: rows and cursor together, and twice is once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Gap,
    Kind,
    Page,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.models import Actor, ActorLogin, Contribution, HarvestGap, Participation
from harvesters.services.harvesting import register_source
from harvesters.services.leasing import SourceBusyError, lease_due, lease_source
from harvesters.services.storing import LEASE, LeaseLostError, clean_text, store_page

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
REPOSITORY = RepositoryRecord(
    "forge.example", "7", "lab/vision", "https://forge.example/lab/vision"
)
LI = ActorRecord("forge.example", "101", "liming")
WU = ActorRecord("forge.example", "102", "wu")


def commit(number: int, *participants: Participant, **changes) -> ContributionRecord:
    record = ContributionRecord(
        external_id=f"sha{number}",
        kind=Kind.COMMIT,
        occurred_at=NOW - timedelta(days=number),
        state="merged",
        title=f"Change {number}",
        url="",
        participants=participants or (Participant(LI, Role.AUTHOR),),
        facts={"sizes": {"code": [number, 0]}},
    )
    return replace(record, **changes)


@pytest.fixture
def cursor():
    registered = register_source("git:/lab/vision", REPOSITORY, now=NOW)
    return lease_source(registered, now=NOW)


def test_a_page_is_stored_with_its_cursor(cursor):
    page = Page([commit(1), commit(2)], {"commit": "sha2"}, total=9)

    counts = store_page(cursor, page, now=NOW)

    cursor.refresh_from_db()
    assert (counts.new, counts.changed) == (2, 0)
    assert cursor.cursor == {"commit": "sha2"}
    assert (cursor.done_count, cursor.total_count) == (2, 9)
    assert Participation.objects.count() == 2


def test_the_same_page_twice_writes_nothing(cursor):
    page = Page([commit(1), commit(2)], {})
    store_page(cursor, page, now=NOW)

    counts = store_page(cursor, page, now=NOW + timedelta(hours=1))

    assert (counts.new, counts.changed) == (0, 0)
    assert set(Contribution.objects.values_list("harvested_at", flat=True)) == {NOW}


def test_one_item_named_twice_in_a_page_is_stored_once(cursor):
    page = Page([commit(1, title="Old"), commit(1, title="New")], {})

    counts = store_page(cursor, page, now=NOW)

    assert counts.new == 1
    assert Contribution.objects.get().title == "New"


def test_a_changed_item_is_written_anew_and_keeps_its_row(cursor):
    store_page(cursor, Page([commit(1)], {}), now=NOW)
    before = Contribution.objects.get().pk

    counts = store_page(cursor, Page([commit(1, state="reverted")], {}), now=NOW)

    assert (counts.new, counts.changed) == (0, 1)
    assert (Contribution.objects.get().pk, Contribution.objects.get().state) == (before, "reverted")


def test_somebody_no_longer_named_keeps_the_row_but_no_share(cursor):
    both = (Participant(LI, Role.AUTHOR), Participant(WU, Role.CO_AUTHOR))
    store_page(cursor, Page([commit(1, *both)], {}), now=NOW)

    store_page(cursor, Page([commit(1, Participant(LI, Role.AUTHOR))], {}), now=NOW)

    weights = dict(Participation.objects.values_list("actor__login", "weight"))
    assert weights == {"liming": 1, "wu": 0}


def test_a_renamed_account_stays_the_same_actor(cursor):
    store_page(cursor, Page([commit(1)], {}), now=NOW)
    renamed = replace(LI, login="li-ming")

    store_page(cursor, Page([commit(2, Participant(renamed, Role.AUTHOR))], {}), now=NOW)

    actor = Actor.objects.get()
    assert actor.login == "li-ming"
    assert set(ActorLogin.objects.values_list("login", flat=True)) == {"liming", "li-ming"}


def test_an_account_that_is_named_as_before_again_keeps_all_its_names(cursor):
    for number, login in enumerate(["liming", "li-ming", "liming"], 1):
        part = Participant(replace(LI, login=login), Role.AUTHOR)
        store_page(cursor, Page([commit(number, part)], {}), now=NOW + timedelta(days=number))

    actor = Actor.objects.get()
    assert actor.login == "liming"
    seen = dict(ActorLogin.objects.values_list("login", "seen_at"))
    assert seen == {"liming": NOW + timedelta(days=1), "li-ming": NOW + timedelta(days=2)}


def test_who_registers_a_login_that_was_given_up_is_another_actor(cursor):
    store_page(cursor, Page([commit(1)], {}), now=NOW)
    renamed = Participant(replace(LI, login="li-ming"), Role.AUTHOR)
    successor = Participant(replace(LI, external_id="999"), Role.AUTHOR)

    store_page(cursor, Page([commit(2, renamed), commit(3, successor)], {}), now=NOW)

    rows = Participation.objects.order_by("contribution__external_id")
    done = list(rows.values_list("contribution__external_id", "actor__external_id", "actor__login"))
    assert done == [
        ("sha1", "101", "li-ming"),
        ("sha2", "101", "li-ming"),
        ("sha3", "999", "liming"),
    ]
    held = ActorLogin.objects.filter(login="liming").values_list("actor__external_id", flat=True)
    assert set(held) == {"101", "999"}


def test_the_same_number_on_another_host_is_another_actor(cursor):
    elsewhere = Participant(replace(LI, host="other.example"), Role.AUTHOR)

    store_page(cursor, Page([commit(1), commit(2, elsewhere)], {}), now=NOW)

    assert Actor.objects.count() == 2


def test_hostile_text_is_stored_clean(cursor):
    hostile = commit(
        1, title="a\0b\ud800c" + "x" * 10**6, facts={"labels": ["\0\udfff"], "深": "学"}
    )

    store_page(cursor, Page([hostile], {}), now=NOW)

    stored = Contribution.objects.get()
    assert stored.title.startswith("ab?c")
    assert len(stored.title) == 1000
    assert stored.facts == {"labels": ["?"], "深": "学"}


def test_a_gap_is_kept_once(cursor):
    page = Page([], {}, gaps=[Gap("commit 12ab", "its date cannot be read")])

    store_page(cursor, page, now=NOW)
    store_page(cursor, page, now=NOW)

    assert str(HarvestGap.objects.get()) == "commit 12ab: its date cannot be read"


def test_a_gap_knows_whom_it_concerns_and_is_found_by_them(cursor):
    li, wu = (ActorRecord("forge.example", number, "somebody") for number in ("101", "102"))
    nobody = Gap("line 7", "it cannot be read")
    page = Page([], {}, gaps=[Gap("size of 1", "too large", (wu, li, li)), nobody])
    store_page(cursor, page, now=NOW)
    own = Actor.objects.create(host="forge.example", external_id="101", login="li")
    other = Actor.objects.create(host="another.example", external_id="101", login="li")

    found = HarvestGap.objects.concerning([own])

    assert [(gap.subject, gap.concerns) for gap in found] == [
        ("size of 1", ["forge.example 101", "forge.example 102"])
    ]
    assert not HarvestGap.objects.concerning([other]).exists()
    assert not HarvestGap.objects.concerning([]).exists()


def test_the_newest_word_about_a_gap_counts_and_the_same_word_writes_nothing(cursor):
    li = ActorRecord("forge.example", "101", "li")
    store_page(cursor, Page([], {}, gaps=[Gap("size of 1", "too large")]), now=NOW)
    later = NOW + timedelta(minutes=1)
    told = Page([], {}, gaps=[Gap("size of 1", "hidden", (li,))])
    store_page(cursor, told, now=later)
    store_page(cursor, told, now=later + timedelta(minutes=1))

    gap = HarvestGap.objects.get()
    assert (gap.reason, gap.concerns, gap.found_at) == ("hidden", ["forge.example 101"], later)


def test_a_gap_is_closed_when_its_item_is_read_again_without_it(cursor):
    gaps = [
        Gap("size of pull request 1", "too large"),
        Gap("comments in review 5 of pull request 1", "hidden"),
        Gap("pulls 1", "it lacks its title"),
        Gap("size of pull request 11", "too large"),
        Gap("pull request 1 after the start", "hidden"),
    ]
    store_page(cursor, Page([], {}, gaps=gaps), now=NOW)
    again = Page([], {}, gaps=gaps[1:2], subjects=["pulls 1", "pull request 1"])
    store_page(cursor, again, now=NOW)

    assert set(HarvestGap.objects.values_list("subject", flat=True)) == {
        "comments in review 5 of pull request 1",
        "size of pull request 11",
        "pull request 1 after the start",
    }


def test_the_gaps_of_another_source_stay(cursor):
    other = register_source("git:/lab/other", REPOSITORY, now=NOW)
    HarvestGap.objects.create(cursor=other, subject="pulls 1", reason="hidden", found_at=NOW)

    store_page(cursor, Page([], {}, subjects=["pulls 1"]), now=NOW)

    assert HarvestGap.objects.exists()


def test_a_worker_that_lost_its_lease_stores_nothing(cursor):
    later = NOW + LEASE + timedelta(seconds=1)
    lease_source(cursor, now=later)

    with pytest.raises(LeaseLostError):
        store_page(cursor, Page([commit(1)], {"commit": "sha1"}), now=later)

    cursor.refresh_from_db()
    assert not Contribution.objects.exists()
    assert cursor.cursor == {}


def test_a_leased_source_is_taken_by_nobody_else(cursor):
    assert lease_due(now=NOW, limit=5) == []
    with pytest.raises(SourceBusyError):
        lease_source(cursor, now=NOW)


def test_a_lease_that_ended_makes_the_source_due_again(cursor):
    later = NOW + LEASE + timedelta(seconds=1)

    leased = lease_due(now=later, limit=5)

    assert [one.fence for one in leased] == [cursor.fence + 1]


def test_clean_text_says_where_it_cut():
    assert clean_text("abcdef", 4) == "abc…"
