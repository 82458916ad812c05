"""What the default rules make of endorsed work, claims and months of maintenance."""

from datetime import timedelta

import pytest

from accounts.models import User
from credits.models import WorkClaim
from credits.services.claim_decisions import confirm_claim
from credits.services.claims import claim_work, confirm_as_mentee, withdraw_claim
from credits.services.endorsements import endorse
from credits.services.maintenance import record_maintenance
from credits.services.scoring import score_project
from harvesters.forge import Kind, Participant, Role
from harvesters.models import Contribution
from tests.histories import account, change, harvest, record
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, earned, own, talk, total
from tests.university import *  # noqa: F403

LATER = NOW + timedelta(days=30)

pytestmark = pytest.mark.django_db


def test_a_change_that_its_author_merged_counts_once_it_is_endorsed(project, rule_set, sun):
    harvest(project, change(1, "wu", merged_by_author=True), change(2, "li"), now=NOW)
    score_project(project, now=LATER)
    before = total("wu")

    endorse([Contribution.objects.get(external_id="1").pk], by=sun, now=LATER)
    score_project(project, now=LATER)

    assert total("wu") > before


@pytest.mark.parametrize(
    "case",
    [("talk", 6, 6_000), ("translation", 2_000, 6_000), ("moderation", 4, 2_000)],
)
def test_a_confirmed_claim_earns_by_its_amount(project, rule_set, sun, student, case):
    kind, amount, points = case
    claim = claim_work(project, student, talk(kind=kind, amount=amount), now=NOW)
    confirm_claim(claim, by=sun, now=NOW)
    score_project(project, now=LATER)
    confirmed = earned(student)

    withdraw_claim(claim, by=student, now=LATER)
    score_project(project, now=LATER)

    assert (confirmed, earned(student)) == (points, 0)


def test_mentoring_is_of_one_person_whatever_the_amount(project, rule_set, sun, student):
    mentee = User.objects.create_user("bo")
    work = talk(kind=WorkClaim.Kind.MENTORING, amount=40, mentee=own(mentee, "bo"))
    harvest(project, change(1, "bo"), now=NOW)
    score_project(project, now=NOW)
    claim = claim_work(project, student, work, now=NOW)
    confirm_as_mentee(claim, by=mentee, now=NOW)
    confirm_claim(claim, by=sun, now=NOW)

    score_project(project, now=LATER)

    assert earned(student) == 10_000


def test_a_month_of_maintenance_earns(project, rule_set):
    merger = Participant(account("sun"), Role.MERGER)
    merged = [record(n, [Participant(account("li"), Role.AUTHOR), merger]) for n in range(4)]
    part = [Participant(account("sun"), Role.TRIAGER)]
    triage = [record(n, part, kind=Kind.TRIAGE, state="done") for n in range(10, 14)]
    harvest(project, *merged, *triage, now=NOW)
    record_maintenance(now=NOW)

    score_project(project, now=LATER)

    month = Contribution.objects.get(kind="maintenance").participations.get().scores.get()
    assert month.points == 6_000
