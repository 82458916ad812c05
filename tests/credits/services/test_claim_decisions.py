"""Maintainers decide on claims: what is confirmed is scored as any contribution."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Identity, User
from credits.models import Ruling, Score, WorkClaim
from credits.services.claim_decisions import (
    ClaimDecidedError,
    ClaimDecision,
    MenteeSilentError,
    MenteeWithoutWorkError,
    NoMenteeError,
    confirm_claim,
    decide_claims,
    decline_claim,
    worth_of,
)
from credits.services.claims import claim_work, confirm_as_mentee, name_mentee, nominate
from credits.services.endorsements import NoReasonError, NotTheirProjectError, OwnWorkError
from credits.services.scoring import score_project
from harvesters.models import Contribution
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.histories import actor, change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, claimed, earned, own, talk, total
from tests.university import *  # noqa: F403

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db


def test_a_confirmed_claim_is_a_contribution_and_scored(project, rules, sun, student):
    claim = confirm_claim(claimed(project, student), by=sun, now=NOW)
    score_project(project, now=NOW)

    found = Contribution.objects.get()
    assert claim.contribution == found
    assert (found.kind, found.state, found.external_id) == ("claim", "confirmed", str(claim.pk))
    assert found.facts == {
        "claim": "talk",
        "amount": 200,
        "confirmed_by": sun.pk,
        "evidence": "https://talks.example/12",
        "ai_assistance": [],
    }
    assert earned(student) == 6_000
    assert Ruling.objects.standing().get().value == {"endorsed": True}
    assert Identity.objects.get(user=student).method == Identity.Method.HERE


def test_work_of_a_named_account_counts_for_whoever_owns_it(project, rules, sun, student):
    harvest(project, change(1), now=NOW)
    (claim,) = nominate(project, [actor("li")], talk(), by=sun, now=NOW)
    confirm_claim(claim, by=sun, now=NOW)

    score_project(project, now=NOW)

    assert total("li") == 14_000
    own(student, "li")
    assert earned(student) == 14_000


def test_a_declined_claim_says_why_and_earns_nothing(project, sun, student):
    claim = decline_claim(claimed(project, student), reason="No evidence", by=sun, now=NOW)

    assert (claim.state, claim.decision_reason) == (WorkClaim.State.DECLINED, "No evidence")
    assert not Contribution.objects.exists()


def test_declining_needs_a_reason(project, sun, student):
    with pytest.raises(NoReasonError):
        decline_claim(claimed(project, student), reason=" ", by=sun, now=NOW)


def test_what_was_confirmed_can_be_declined_later(project, rules, sun, student):
    claim = confirm_claim(claimed(project, student), by=sun, now=NOW)
    score_project(project, now=NOW)

    decline_claim(claim, reason="It was never given", by=sun, now=LATER)
    score_project(project, now=LATER)

    assert earned(student) == 0
    assert Contribution.objects.get().state == "denied"
    assert "It was never given" in Score.objects.in_force().get().trace[0]["en"]


def test_nobody_confirms_own_claims_but_another_maintainer_does(project, sun, zhou):
    claim = claimed(project, sun)

    with pytest.raises(OwnWorkError):
        confirm_claim(claim, by=sun, now=NOW)

    assert confirm_claim(claim, by=zhou, now=NOW).decided_by == zhou


def test_nobody_confirms_what_others_claim_for_them(project, sun, student):
    mine = own(sun, "sun")
    (claim,) = nominate(project, [mine], talk(), by=sun, now=NOW)

    with pytest.raises(OwnWorkError):
        confirm_claim(claim, by=sun, now=NOW)


def test_staff_decide_only_where_no_maintainer_may(project, sun, student):
    staff = User.objects.create_user("operator", is_staff=True)

    with pytest.raises(NotTheirProjectError):
        confirm_claim(claimed(project, student), by=staff, now=NOW)

    assert confirm_claim(claimed(project, sun), by=staff, now=NOW).decided_by == staff


def test_strangers_decide_nothing(project, sun, student):
    with pytest.raises(NotTheirProjectError):
        confirm_claim(claimed(project, student), by=student_of_another(), now=NOW)


def student_of_another():
    return User.objects.create_user("stranger")


def test_mentoring_needs_a_mentee_with_merged_work_who_confirms(project, rules, sun, student):
    mentee = User.objects.create_user("bo")
    claim = claim_work(project, student, talk(kind=WorkClaim.Kind.MENTORING), now=NOW)
    with pytest.raises(NoMenteeError):
        confirm_claim(claim, by=sun, now=NOW)
    name_mentee(claim, own(mentee, "bo"), by=student)
    with pytest.raises(MenteeSilentError):
        confirm_claim(claim, by=sun, now=NOW)
    confirm_as_mentee(claim, by=mentee, now=NOW)
    with pytest.raises(MenteeWithoutWorkError):
        confirm_claim(claim, by=sun, now=NOW)
    own(mentee, "bo-at-work")
    harvest(project, change(1, "bo-at-work"), now=NOW)
    score_project(project, now=NOW)

    confirm_claim(claim, by=sun, now=NOW)
    score_project(project, now=NOW)

    assert earned(student) == 10_000


def test_one_that_is_refused_does_not_stop_the_others(project, rules, sun, student):
    good = claimed(project, student)
    mine = claimed(project, sun)
    asked = [ClaimDecision(one.pk, confirm=True) for one in (good, mine)]

    decided = decide_claims(project, asked, by=sun, now=NOW)

    assert [one.pk for one in decided.done] == [good.pk]
    assert [one.claim.pk for one in decided.refused] == [mine.pk]


def test_two_maintainers_who_decide_at_once_decide_once(
    committed_db, project, rules, sun, zhou, student
):
    claim = claimed(project, student)

    done = at_once(
        lambda: confirm_claim(claim, by=sun, now=NOW),
        lambda: decline_claim(claim, reason="No", by=zhou, now=NOW),
    )

    (late,) = [one for one in done if isinstance(one, Exception)]
    assert isinstance(late, ClaimDecidedError)
    claim.refresh_from_db()
    is_confirmed = claim.state == WorkClaim.State.CONFIRMED
    assert Contribution.objects.count() == int(is_confirmed)


def test_the_worth_is_told_before(project, rules, student):
    claims = [claimed(project, student), claimed(project, student, title="Another", amount=0)]

    assert worth_of(project, claims, now=NOW) == 10_000
    assert claims[0].state == WorkClaim.State.CLAIMED


def test_the_number_of_queries_does_not_grow_with_the_claims(project, rules, sun, student):
    confirm_claim(claimed(project, student, title="The first"), by=sun, now=NOW)
    counts = []
    for size in (2, 20):
        made = [claimed(project, student, title=f"{size}-{n}") for n in range(size)]
        asked = [ClaimDecision(one.pk, confirm=True) for one in made]
        with CaptureQueriesContext(connection) as queries:
            decide_claims(project, asked, by=sun, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1]
