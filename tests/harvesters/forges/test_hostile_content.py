"""What forges say is not believed: a bad item is kept safely or is a gap, and its neighbours count.

Each field that an adapter reads is spoilt in each way, of one item after the other, in one world.
"""

import re
from collections import defaultdict

import pytest

from harvesters.models import Actor, Contribution, HarvestGap
from harvesters.services.harvesting import harvest_repository, register_source
from harvesters.services.leasing import lease_source
from tests.hostile import FORGES, NOW, PATH, Spoiling, cases_of, stream_of

pytestmark = pytest.mark.django_db

EVERY = 4
"""Every fourth item is sound."""

NAMING = re.compile(r"number|(database)?id|tag_?name|ghsa_id", re.IGNORECASE)
"""Fields by which a gap says what it is about."""

NUMBER = re.compile(r"-?\d+(:\d+)*(:\d{4}-\d\d-\d\d)?|GHSA(-\w{4}){3}|tag:.*")


def planned(played):
    """By stream and place, how an item is spoilt; None where it is sound."""
    plan = defaultdict(list)
    for case in cases_of(played):
        cases = plan[stream_of(case.payload)]
        if len(cases) % EVERY == EVERY - 1:
            cases.append(None)
        cases.append(case)
    return plan


def harvest(played, transport):
    forge = played.forge(transport)
    cursor = register_source("a:b", forge.find_repository(PATH), now=NOW)
    return harvest_repository(lease_source(cursor, now=NOW), forge, clock=lambda: NOW)


def told_by(played, transport):
    """What the same forge tells where nothing is spoilt."""
    forge = played.forge(transport)
    pages = forge.harvest(forge.find_repository(PATH), {})
    return {(record.kind, record.external_id) for page in pages for record in page.records}


@pytest.mark.parametrize("played", FORGES, ids=lambda played: played.name)
def test_a_spoilt_field_costs_its_item_only(played):
    import time; t=time.time()
    plan = planned(played)
    count = max(map(len, plan.values()))
    spoiling = Spoiling(played.transport(count), played, plan)
    sound = told_by(played, played.transport(count))
    print("sound", time.time()-t)

    report = harvest(played, spoiling)

    print(time.time()-t, report.message, report.by_kind, len(report.gaps), len(spoiling.met), sum(map(len,plan.values())))
    stored = set(Contribution.objects.values_list("kind", "external_id"))
    gaps = HarvestGap.objects.values_list("subject", flat=True)
    print([str(c) for cs in plan.values() for c in cs if c and c not in spoiling.met][:50])
    lost = sound - stored
    by = defaultdict(list)
    for kind, k in lost:
        by[played.place(k)].append(kind)
    for g in list(HarvestGap.objects.values_list("subject", "reason"))[:3000:10]: print(g)
    bad = [x for x in stored if not NUMBER.fullmatch(x[1])]
    print("BAD", bad)
    print("ACT", [x for x in Actor.objects.values_list("host","external_id", "login")])
    assert report.is_complete
    assert 0
