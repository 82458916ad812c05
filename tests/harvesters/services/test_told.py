"""What people told here stands beside what forges told: once, and changed in place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.models import Actor, ChangedContribution, Contribution, Participation
from harvesters.services.told import TOLD_HOST, keep_actor, store_told

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LI = ActorRecord(TOLD_HOST, "7", "person-7")
TALK = ContributionRecord(
    external_id="1",
    kind=Kind.CLAIM,
    occurred_at=NOW,
    state="confirmed",
    title="Talk",
    url="",
    participants=[Participant(LI, Role.AUTHOR)],
)

pytestmark = pytest.mark.django_db


def test_what_was_told_is_stored_once_and_marked_as_changed():
    first = store_told("vision", [TALK], now=NOW)
    second = store_told("vision", [TALK], now=NOW)

    assert first == second
    assert (first.host, first.external_id) == (TOLD_HOST, "vision")
    assert Contribution.objects.get().repository == first
    assert ChangedContribution.objects.count() == 1


def test_whom_it_names_no_more_has_no_share():
    store_told("vision", [TALK], now=NOW)

    store_told("vision", [replace(TALK, state="withdrawn", participants=[])], now=NOW)

    assert Contribution.objects.get().state == "withdrawn"
    assert Participation.objects.get().weight == 0


def test_an_account_is_kept_once_and_its_login_is_left_alone():
    kept = keep_actor(LI)

    assert keep_actor(replace(LI, login="another")) == kept
    assert Actor.objects.get().login == "person-7"
