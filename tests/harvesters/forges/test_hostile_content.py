"""What forges say is not believed: a bad item is kept safely or is a gap, and its neighbours count.

The fields that an adapter reads are spoilt, of one item after the other, in one world.
"""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from harvesters.models import Actor, Contribution, HarvestGap
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from harvesters.services.storing import TITLE_LENGTH
from tests.hostile import FORGES, NOW, PATH, Case, Spoiling, cases_of, stream_of

pytestmark = pytest.mark.django_db

EVERY = 4
"""Every fourth item is sound."""

ITEMS = {"change", "issue", "discussion", "release", "advisory"}
_CHANGE, _ISSUE, _RELEASE = ("change", "review", "comment"), ("issue", "triage"), ("release",)
KINDS = {
    "change": _CHANGE,
    "pulls": _CHANGE,
    "issue": _ISSUE,
    "issues": _ISSUE,
    "discussion": ("discussion", "answer"),
    "release": _RELEASE,
    "releases": _RELEASE,
    "advisory": ("advisory",),
}
"""What is told in each stream."""

MOST_FILES = 200
NUMBER = re.compile(r"-?\w+(:-?\w+)?(:\d{4}-\d\d-\d\d)?|GHSA(-\w{4}){3}|tag:.*")


def planned(played):
    """By stream and place, how an item is spoilt; None where it is sound."""
    plan = defaultdict(list)
    for case in cases_of(played):
        cases = plan[stream_of(case.payload)]
        if len(cases) % EVERY == EVERY - 1:
            cases.append(None)
        cases.append(case)
    return plan


def harvest(played, transport, now=NOW):
    forge = replace(played.forge(transport), now=now)
    cursor = register_source("a:b", forge.find_repository(PATH), now=now)
    return harvest_repository(lease_source(cursor, now=now), forge, clock=lambda: now)


def told_by(played, transport):
    """What the same forge tells where nothing is spoilt."""
    forge = played.forge(transport)
    pages = forge.harvest(forge.find_repository(PATH), {})
    return {(record.kind, record.external_id) for page in pages for record in page.records}


def spoilt_places(plan, met):
    """Where something may be missing: by kind and place."""
    for stream, cases in plan.items():
        for place, case in enumerate(cases):
            yield from ((kind, place) for kind in KINDS[stream] if case in met)


def gaps_of_changes():
    words = ("pull request", "change", "pulls", "changes")
    subjects = HarvestGap.objects.values_list("subject", flat=True)
    return [subject for subject in subjects if subject.startswith(words)]


@pytest.mark.parametrize("played", FORGES, ids=lambda played: played.name)
def test_a_spoilt_field_costs_its_item_only(played):
    plan = planned(played)
    count = max(map(len, plan.values()))
    spoiling = Spoiling(played.transport(count), played, plan)
    sound = told_by(played, played.transport(count))

    report = harvest(played, spoiling)

    assert report.is_complete
    stored = set(Contribution.objects.values_list("kind", "external_id"))
    lost = {(kind, played.place(number)) for kind, number in sound - stored}
    assert lost <= set(spoilt_places(plan, spoiling.met))
    items = {(kind, place) for kind, place in lost if kind in ITEMS}
    assert len(items) <= len(report.gaps) + len(stored - sound), "nothing is lost without a word"
    assert all(NUMBER.fullmatch(number) for _, number in stored)
    accounts = Actor.objects.exclude(host="git").values_list("external_id", flat=True)
    assert all(NUMBER.fullmatch(number) for number in accounts)


@pytest.mark.parametrize("played", FORGES, ids=lambda played: played.name)
def test_a_title_of_a_million_signs_is_cut(played):
    plan = {stream: [Case(stream, "title", "好" * 10**6)] for stream in ("change", "pulls")}

    harvest(played, Spoiling(played.transport(3), played, plan))

    titles = Contribution.objects.filter(kind="change").values_list("title", flat=True)
    assert max(map(len, titles)) == TITLE_LENGTH
    assert len(titles) == 3


@pytest.mark.parametrize("played", FORGES, ids=lambda played: played.name)
def test_a_change_of_30_000_files_is_of_known_size_or_says_why_not(played):
    report = harvest(played, played.odd(files=30_000))

    changes = Contribution.objects.filter(kind="change")
    sizes = [change.facts["sizes"] for change in changes.order_by("external_id")]
    assert len(sizes) == 3
    assert sizes[0] == sizes[2] is not None
    assert sizes[1] == {"code": [30_000, 0]} or (sizes[1] is None and report.gaps)
    assert all(len(change.facts.get("files", ())) <= MOST_FILES for change in changes)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("played", FORGES, ids=lambda played: played.name)
def test_an_update_at_the_end_of_the_calendar_hides_nobody(played, moment):
    transport = played.odd(updated=moment)

    harvest(played, transport)
    report = harvest(played, transport, NOW + timedelta(hours=1))

    assert report.is_complete
    assert Contribution.objects.filter(kind="change").count() + len(gaps_of_changes()) == 3
