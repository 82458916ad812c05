"""Work that no forge shows: claimed, named by others, taken back, confirmed by a mentee."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.models import User
from credits.models import Score, WorkClaim
from credits.services.claim_decisions import confirm_claim
from credits.services.claims import (
    ClaimClosedError,
    ClaimedTwiceError,
    FutureWorkError,
    NotTheirClaimError,
    OwnMenteeError,
    claim_work,
    confirm_as_mentee,
    known_contributors,
    name_mentee,
    nominate,
    withdraw_claim,
)
from credits.services.scoring import score_project
from harvesters.models import Contribution
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.histories import actor, change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, claimed, earned, own, talk
from tests.university import *  # noqa: F403

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db


def test_claiming_the_same_work_again_changes_nothing(project, student):
    assert claimed(project, student) == claimed(project, student)

    assert WorkClaim.objects.get().state == WorkClaim.State.CLAIMED


def test_work_of_tomorrow_cannot_be_claimed(project, student):
    with pytest.raises(FutureWorkError):
        claimed(project, student, happened_on=date(2026, 11, 23))


def test_claims_sent_twice_at_once_make_one(committed_db, project, student):
    made = at_once(*[lambda: claimed(project, student)] * 4)

    assert not [one for one in made if isinstance(one, Exception)]
    assert WorkClaim.objects.count() == 1


def test_several_people_are_named_for_one_piece_of_work(project, rules, sun):
    harvest(project, change(1, "li", "wu"), now=NOW)
    score_project(project, now=NOW)
    people = list(known_contributors(project))

    made = nominate(project, [*people, people[0]], talk(), by=sun, now=NOW)
    nominate(project, people, talk(), by=sun, now=LATER)

    assert sorted(one.nominee.login for one in made) == ["li", "wu"]
    assert WorkClaim.objects.filter(source="nomination", nominated_by=sun).count() == 2


def test_who_is_named_sees_the_claim_once_the_account_is_theirs(project, rules, sun, student):
    harvest(project, change(1), now=NOW)
    nominate(project, [actor("li")], talk(), by=sun, now=NOW)
    assert not WorkClaim.objects.about(student).exists()

    own(student, "li")

    assert WorkClaim.objects.about(student).exists()


def test_a_claim_that_is_withdrawn_is_worth_nothing_any_more(project, rules, sun, student):
    claim = claimed(project, student)
    confirm_claim(claim, by=sun, now=NOW)
    score_project(project, now=NOW)
    before = earned(student)

    withdraw_claim(claim, by=student, now=LATER)
    withdraw_claim(claim, by=student, now=LATER)
    score_project(project, now=LATER)

    assert (before, earned(student)) == (6_000, 0)
    assert Contribution.objects.get().state == "withdrawn"
    assert Score.objects.in_force().get().state == Score.State.WITHDRAWN


def test_only_the_person_withdraws_it(project, student, sun):
    with pytest.raises(NotTheirClaimError):
        withdraw_claim(claimed(project, student), by=sun, now=LATER)


def test_withdrawn_work_can_be_claimed_anew(project, student):
    claim = claimed(project, student)
    withdraw_claim(claim, by=student, now=NOW)

    assert claimed(project, student) != claim


def test_a_mentee_confirms_and_nobody_else(project, student, sun):
    mentee, other = User.objects.create_user("bo"), User.objects.create_user("al")
    work = talk(kind=WorkClaim.Kind.MENTORING, mentee=own(mentee, "bo"))
    claim = claim_work(project, student, work, now=NOW)

    with pytest.raises(NotTheirClaimError):
        confirm_as_mentee(claim, by=other, now=LATER)
    assert confirm_as_mentee(claim, by=mentee, now=LATER).mentee_confirmed_at == LATER
    again = confirm_as_mentee(claim, by=mentee, now=LATER + timedelta(days=1))

    assert again.mentee_confirmed_at == LATER
    with pytest.raises(ClaimClosedError):
        name_mentee(claim, own(other, "al"), by=student)


def test_nobody_mentors_themselves(project, student):
    mine = own(student, "li")
    work = talk(kind=WorkClaim.Kind.MENTORING, mentee=mine)

    with pytest.raises(OwnMenteeError):
        claim_work(project, student, work, now=NOW)
    claim = claim_work(project, student, replace(work, mentee=None), now=NOW)
    with pytest.raises(OwnMenteeError):
        name_mentee(claim, mine, by=student)


def test_a_mentee_is_named_later_by_the_mentor_or_a_maintainer(project, student, sun):
    mentee = own(User.objects.create_user("bo"), "bo")
    work = talk(kind=WorkClaim.Kind.MENTORING)
    claim = claim_work(project, student, work, now=NOW)

    with pytest.raises(NotTheirClaimError):
        name_mentee(claim, mentee, by=User.objects.create_user("stranger"))
    assert name_mentee(claim, mentee, by=sun).mentee == mentee


def test_the_same_mentoring_is_not_claimed_twice(project, student):
    mentee = own(User.objects.create_user("bo"), "bo")
    work = talk(kind=WorkClaim.Kind.MENTORING)
    claim_work(project, student, replace(work, mentee=mentee), now=NOW)
    unnamed = claim_work(project, student, work, now=NOW)

    with pytest.raises(ClaimedTwiceError):
        name_mentee(unnamed, mentee, by=student)
