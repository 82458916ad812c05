"""No academic credit against the word of a project, as it was when the work was done."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from accounts.models import Identity
from accounts.services import prove_identity
from credits.models import (
    Application,
    CertificateItem,
    Claim,
    CreditPolicy,
    Project,
    Score,
)
from credits.services.certificates import issue_certificate
from credits.services.creditable import creditable
from credits.services.policies import points_of, propose
from credits.services.recognition import (
    Decision,
    NothingEarnsCreditsError,
    decide_application,
    submit_application,
    withdraw_application,
)
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY, LIMITED, WELCOME
from tests.university import *  # noqa: F403
from tests.university import ISSUED, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(student, rule_set, project, make_participation):
    """Scored work, one contribution a day from the second of September on."""

    def do(*points, in_project=project, category="code"):
        done = [make_participation() for _ in points]
        for participation, given in zip(done, points, strict=True):
            Score.objects.create(
                participation=participation,
                project=in_project,
                rule_set=rule_set,
                points=given,
                category=category,
                state=Score.State.COUNTED,
                reasons=[{"rule": "code", "points": given, "inputs": {"lines_code": 9}}],
                scored_at=START,
            )
        Project.objects.filter(pk=in_project.pk).update(scored_by=rule_set)
        prove_identity(student, done[0].actor, method=Identity.Method.DEMO, now=START)
        return [participation.pk for participation in done]

    return do


@pytest.fixture
def certify(student):
    def issue(first=0, last=60):
        return issue_certificate(
            student, start=START + first * DAY, end=START + last * DAY, now=ISSUED
        )

    return issue


@pytest.fixture
def apply(student, university, policy):
    def submit(*certificates):
        return submit_application(
            student, institution=university, certificates=certificates, now=ISSUED
        )

    return submit


def reasons_of(application):
    return [reason["en"] for reason in application.proposal["reasons"]]


def claimed():
    return set(Claim.objects.filter(released_at=None).values_list("participation", flat=True))


def test_work_in_a_project_that_said_nothing_earns_credits(work, certify):
    work(60_000, 30_000)

    found = creditable([certify()])

    assert (len(found.items), found.left_out, found.reasons) == (2, frozenset(), ())


def test_work_in_a_closed_project_is_left_out_and_named(work, certify, say):
    say(CLOSED, now=START)
    keys = work(60_000, 30_500)
    certificate = certify()

    found = creditable([certificate])

    assert (found.items, found.left_out) == ([], frozenset(keys))
    assert found.reasons[0].en == (
        "2 contributions to Vision (90.5 points) earn no credits: "
        "the project was not for class at the time"
    )
    assert (
        found.reasons[0].zh
        == "对 Vision 的 2 项贡献（90.5 积分）不计学分：该项目当时不接受课程作业"
    )
    assert certificate.points == 90_500


def test_what_counts_is_what_the_project_said_on_the_day(work, certify, say):
    first, second, third, fourth = work(1_000, 2_000, 4_000, 8_000)
    say(CLOSED, now=START + 2 * DAY)
    say(WELCOME, now=START + 3 * DAY)
    say(CLOSED, now=START + 3.5 * DAY)

    found = creditable([certify()])

    assert {item.participation for item in found.items} == {first, third}
    assert found.left_out == {second, fourth}
    assert "2 contributions to Vision (10 points)" in found.reasons[0].en


def test_words_that_came_later_take_nothing(work, certify, say):
    work(60_000)
    say(CLOSED, now=ISSUED)

    assert points_of([certify()]) == {"code": 60_000}


def test_only_the_kinds_that_were_welcome_earn_credits(work, certify, say):
    say(LIMITED, now=START, kinds=["docs", "tests"])
    work(60_000)
    work(30_000, category="docs")

    found = creditable([certify()])

    assert [(item.category, item.points) for item in found.items] == [("docs", 30_000)]
    assert found.reasons[0].en == (
        "1 contribution to Vision (60 points) earns no credits: "
        "as coursework the project took only this at the time: documentation, tests"
    )


def test_a_number_of_students_leaves_no_contribution_out(work, certify, say):
    say(LIMITED, now=START, most_students=1)
    work(60_000)

    assert not creditable([certify()]).reasons


def test_each_project_is_judged_by_its_own_word(work, certify, say):
    say(CLOSED, now=START)
    other = Project.objects.create(slug="audio", name="Audio", registered_at=START)
    kept = work(30_000, in_project=other)
    left_out = work(60_000)

    found = creditable([certify()])

    assert [item.participation for item in found.items] == kept
    assert found.left_out == frozenset(left_out)
    assert [reason.en.partition(" (")[0] for reason in found.reasons] == [
        "1 contribution to Vision"
    ]


def test_a_contribution_in_two_certificates_is_left_out_once(work, certify, say):
    say(CLOSED, now=START)
    work(60_000)

    assert "1 contribution to" in creditable([certify(), certify(1)]).reasons[0].en


def test_a_category_that_was_welcome_in_one_certificate_is_enough(work, certify, say):
    say(LIMITED, now=START, kinds=["docs"])
    (key,) = work(60_000)
    first, second = certify(), certify(1)
    CertificateItem.objects.filter(certificate=first).update(category="docs", points=5_000)

    found = creditable([first, second])

    assert [(item.participation, item.points) for item in found.items] == [(key, 5_000)]
    assert not found.reasons


def test_a_project_in_which_the_work_counts_now_speaks_for_it(work, certify, say):
    (key,) = work(60_000)
    certificate = certify()
    other = Project.objects.create(slug="audio", name="Audio", registered_at=START)
    Score.objects.filter(participation=key).update(project=other)
    say(CLOSED, now=START)

    assert not creditable([certificate]).reasons


def test_the_proposal_leaves_it_out_and_says_so(work, certify, say, apply):
    work(60_000)
    say(CLOSED, now=START + 1.5 * DAY)
    work(30_000)

    application = apply(certify())

    assert application.proposal["points"] == 60_000
    assert application.proposed_credits == Decimal("1.0")
    assert reasons_of(application)[:2] == [
        "60 points count here",
        (
            "1 contribution to Vision (30 points) earns no credits: "
            "the project was not for class at the time"
        ),
    ]
    assert all(reason["zh"] for reason in application.proposal["reasons"])


def test_what_is_left_out_is_not_claimed(work, certify, say, apply):
    kept = work(60_000)
    say(CLOSED, now=START + 1.5 * DAY)
    work(30_000)

    apply(certify())

    assert claimed() == set(kept)


def test_with_nothing_left_there_is_no_application(work, certify, say, apply):
    say(CLOSED, now=START)
    work(60_000)
    certificate = certify()

    with pytest.raises(NothingEarnsCreditsError, match=r"1 contribution to Vision \(60 points\)"):
        apply(certificate)
    with override("zh-hans"), pytest.raises(NothingEarnsCreditsError, match="不接受课程作业"):
        apply(certificate)

    assert not Application.objects.exists()
    assert not claimed()


def test_a_certificate_of_which_nothing_earns_may_come_beside_another(
    work, certify, say, apply, student
):
    kept = work(60_000)
    say(CLOSED, now=START + 1.5 * DAY)
    work(30_000)

    application = apply(certify(0, 2), certify(2))

    assert claimed() == set(kept)
    assert withdraw_application(application, now=ISSUED).state == "withdrawn"


def test_what_was_left_out_does_not_count_toward_a_later_level(
    work, certify, say, apply, registrar, student
):
    work(60_000)
    say(CLOSED, now=START + 1.5 * DAY)
    work(60_000)
    say(WELCOME, now=START + 2.5 * DAY)
    work(30_000)
    first, second = certify(0, 3), certify(3)
    approved = Decision(approve=True)
    decide_application(apply(first), approved, decided_by=registrar, now=ISSUED)

    proposal = propose(student, [second], CreditPolicy.objects.get(), now=ISSUED)

    assert proposal.points == 90_000
    assert not [reason for reason in proposal.reasons if "not for class" in reason.en]


def test_the_number_of_queries_does_not_grow(work, certify, say, django_assert_num_queries):
    for number in range(4):
        say(CLOSED if number % 2 else WELCOME, now=START + number * DAY)
    work(*[1_000] * 3)
    few = [certify()]
    with django_assert_num_queries(2):
        creditable(few)
    for _ in range(5):
        other = Project.objects.create(slug=f"p{_}", name=f"P {_}", registered_at=START)
        work(*[1_000] * 5, in_project=other)
    many = [*few, certify(1), certify(2)]

    with django_assert_num_queries(2):
        creditable(many)
