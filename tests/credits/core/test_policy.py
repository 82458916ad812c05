"""A policy proposes what is due: never more than its caps, and a later level pays the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.policy import CreditPolicy, PriorCredits, propose
from credits.core.policy_reader import parse_policy
from credits.core.texts import Text
from tests.rule_sets import COUNTED, NOW, POLICY

SHIPPED = parse_policy(POLICY)


def proposed(points, *, policy=SHIPPED, term="0", degree="0"):
    totals = {"code": points * 1000} if isinstance(points, int) else points
    prior = PriorCredits(Decimal(term), Decimal(degree))
    return propose(policy, totals, prior=prior, now=NOW)


@pytest.mark.parametrize(
    ("points", "credits", "missing", "following"),
    [
        (0, "0", 30_000, "0.5"),
        (29, "0", 1_000, "0.5"),
        (30, "0.5", 30_000, "1"),
        (59, "0.5", 1_000, "1"),
        (60, "1.0", 60_000, "2"),
        (120, "2.0", 120_000, "3"),
        (240, "2.0", 160_000, "4"),
        (400, "2.0", None, None),
    ],
)
def test_the_highest_level_that_is_reached_counts(points, credits, missing, following):  # noqa: A002
    found = proposed(points)

    assert found.credits == Decimal(credits)
    assert found.missing_points == missing
    assert found.next_credits == (None if following is None else Decimal(following))


def test_a_thousandth_below_a_level_is_below_it():
    assert proposed({"code": 29_999}).credits == 0
    assert proposed({"code": 29_999}).missing_points == 1


def test_a_later_higher_level_pays_only_the_difference():
    found = proposed(120, degree="0.5")

    assert found.credits == Decimal("1.5")
    assert any("only the difference counts" in reason.en for reason in found.reasons)


def test_the_cap_of_a_term_holds_and_is_told():
    found = proposed(400, term="1.5", degree="1.5")

    assert found.credits == Decimal("0.5")
    assert found.reasons[-1].en == "Limited to 0.5: at most 2 a term and 4 in all"
    assert found.reasons[-1].zh == "上限为 0.5：每学期至多 2 学分，总计至多 4 学分"


def test_the_cap_of_a_degree_holds():
    assert proposed(400, degree="3.5").credits == Decimal("0.5")
    assert proposed(400, degree="4").credits == 0


def test_somebody_who_holds_more_than_the_level_gets_nothing_and_owes_nothing():
    assert proposed(60, degree="3").credits == 0


def test_work_of_kinds_that_do_not_count_is_left_out_and_told():
    found = proposed({"code": 30_000, "release": 500_000})

    assert found.credits == Decimal("0.5")
    assert found.points == 30_000
    assert "500 of kinds that this policy does not count" in found.reasons[0].en
    assert "500 积分属于本政策不计的类别" in found.reasons[0].zh


def test_a_policy_that_names_no_categories_counts_all():
    every = parse_policy(POLICY.replace(COUNTED, "[]"))

    assert proposed({"code": 30_000, "release": 30_000}, policy=every).credits == 1


def test_credits_are_rounded_down_to_the_step():
    policy = parse_policy(
        POLICY.replace("points = 30\ncredits = 0.5", "points = 30\ncredits = 0.9")
    )

    assert proposed(30, policy=policy).credits == Decimal("0.5")


def test_a_proposal_is_kept_as_json_without_loss():
    assert proposed(30).as_json() == {
        "credits": "0.5",
        "points": 30_000,
        "reasons": [
            {"en": "30 points count here", "zh": "计入 30 积分"},
            {
                "en": "First contributions: from 30 points on, 0.5 credits",
                "zh": "初步贡献：达到 30 积分，计 0.5 学分",
            },
        ],
        "missing_points": 30_000,
        "next_credits": "1",
    }


CREDITS = st.decimals(0, 6, places=2)
TOTALS = st.dictionaries(
    st.sampled_from(["code", "tests", "docs", "release"]), st.integers(0, 600_000)
)
HALVES = st.integers(1, 12).map(lambda halves: Decimal(halves) / 2)


@st.composite
def policies(draw) -> CreditPolicy:
    steps = draw(st.lists(st.tuples(st.integers(1, 99), CREDITS), min_size=1, max_size=5))
    head = POLICY[: POLICY.index("step =")]
    caps = f"max_per_term = {draw(HALVES)}\nmax_per_degree = {draw(HALVES)}\n"
    bands, points, level = "", 0, Decimal(0)
    for more, credits in steps:  # noqa: A001
        points, level = points + more, level + credits
        label = '{ en = "Level", zh = "级" }'
        bands += f"[[bands]]\npoints = {points}\ncredits = {level}\nlabel = {label}\n"
    step = draw(st.sampled_from(["0.25", "0.5", "1", "0.3"]))
    return parse_policy(f"{head}step = {step}\n{caps}{bands}")


@given(policies(), TOTALS, CREDITS, CREDITS)
def test_no_proposal_exceeds_a_cap_or_the_level(policy, totals, term, degree):
    found = propose(policy, totals, prior=PriorCredits(term, degree), now=NOW)
    levels = [band.credits for band in policy.bands if found.points >= band.points]

    assert found.credits >= 0
    assert found.credits % policy.step == 0
    if found.credits:
        assert term + found.credits <= policy.max_per_term
        assert degree + found.credits <= policy.max_per_degree
        assert degree + found.credits <= levels[-1]


@given(policies(), st.lists(st.integers(0, 200_000), max_size=5))
def test_applying_in_pieces_never_earns_more_than_at_once(policy, pieces):
    held, points = Decimal(0), 0
    for piece in pieces:
        points += piece
        held += propose(policy, {"code": points}, prior=PriorCredits(degree=held), now=NOW).credits

    whole = min(
        max((band.credits for band in policy.bands if points >= band.points), default=Decimal(0)),
        policy.max_per_degree,
    )
    assert held <= whole


@given(policies(), TOTALS, st.integers(1, 100_000))
def test_more_points_never_earn_fewer_credits(policy, totals, more):
    richer = {**totals, "code": totals.get("code", 0) + more}

    assert (
        propose(policy, richer, prior=PriorCredits(), now=NOW).credits
        >= propose(policy, totals, prior=PriorCredits(), now=NOW).credits
    )


@given(policies(), TOTALS)
def test_what_is_missing_leads_to_the_next_level(policy, totals):
    found = propose(policy, totals, prior=PriorCredits(), now=NOW)

    if found.missing_points is not None:
        there = propose(
            policy, {"code": found.points + found.missing_points}, prior=PriorCredits(), now=NOW
        )
        assert there.points in [band.points for band in policy.bands]
        assert found.next_credits in [band.credits for band in policy.bands]


def test_what_is_left_out_is_said_after_the_points():
    why = Text("The project was not for class", "该项目不接受课程作业")

    found = propose(SHIPPED, {"code": 60_000}, prior=PriorCredits(), now=NOW, left_out=[why])

    assert found.reasons[1] == why
    assert found.as_json()["reasons"][1] == {"en": why.en, "zh": why.zh}
