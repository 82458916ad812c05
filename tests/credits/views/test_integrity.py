"""Pages of integrity reviews: the same evidence for both sides, and for nobody else."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import IntegrityReview
from credits.services.integrity import answer_review, open_reviews
from tests.histories import *  # noqa: F403
from tests.histories import actor, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.signalled import *  # noqa: F403
from tests.signalled import LOOKED, accepted, evenings
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def own(review):
    return reverse("integrity-review", args=[review.pk])


def maintained(review):
    return reverse("maintained-review", args=[review.project.slug, review.pk])


@pytest.fixture
def as_li(client, student):
    client.force_login(student)
    return client


@pytest.fixture
def as_sun(client, sun):
    client.force_login(sun)
    return client


@pytest.fixture
def past(review):
    """The review, the time to answer being over."""
    IntegrityReview.objects.update(due_at=LOOKED.replace(year=2020))
    return review


def evidence(answer):
    html = answer.content.decode()
    return re.findall(r'<section class="card">\s*<header><h2>.*?</section>', html, re.DOTALL)[:3]


def test_both_sides_are_shown_the_very_same_evidence(client, review, student, sun):
    client.force_login(student)
    mine = evidence(client.get(own(review)))
    client.force_login(sun)
    theirs = evidence(client.get(maintained(review)))

    assert mine == theirs
    assert "You accept one another&#x27;s work" in mine[0]
    assert "10 of 10 contributions were accepted only by people" in mine[0]
    assert mine[0].count("/pull/") == 10
    assert "10 contributions were accepted on 2026-10-02" in mine[2]


def test_nobody_else_sees_a_review(client, review, sun):
    wu = User.objects.create_user("wu-person")
    prove_identity(wu, actor("wu"), method=Identity.Method.DEMO, now=LOOKED)
    reviews = reverse("maintained-reviews", args=[review.project.slug])

    for page in (own(review), maintained(review), reviews, reverse("integrity-reviews")):
        assert client.get(page).status_code == 302
    for nobody in (wu, User.objects.create_user("stranger")):
        client.force_login(nobody)
        for page in (own(review), maintained(review), reviews):
            assert client.get(page).status_code == 404
            assert client.post(page, {"answer": "x", "reason": "x"}).status_code == 404
    client.force_login(sun)
    assert client.get(own(review)).status_code == 404


def test_who_maintains_the_project_does_not_judge_oneself(as_li, review, student):
    review.project.maintainers.add(student)

    assert as_li.get(maintained(review)).status_code == 404
    listed = as_li.get(reverse("maintained-reviews", args=[review.project.slug]))
    assert "No two signals speak about anybody here." in words_of(listed)


def test_the_page_of_contributions_tells_of_a_question_while_it_is_open(as_li, review, sun):
    page = reverse("contributions")
    assert "There is a question about some of your contributions." in words_of(as_li.get(page))
    listed = words_of(as_li.get(reverse("integrity-reviews")))
    assert "Vision" in listed
    assert "Waits for an answer" in listed

    review.state, review.decided_by, review.decided_at = "cleared", sun, LOOKED
    review.decision_reason = "A sprint."
    review.save()

    words = words_of(as_li.get(page))
    assert "There is a question" not in words
    assert "Integrity reviews" in words


def test_who_is_asked_nothing_reads_so(as_li):
    assert "Integrity reviews" not in words_of(as_li.get(reverse("contributions")))
    assert "Nobody asks anything" in words_of(as_li.get(reverse("integrity-reviews")))


def test_the_person_answers(as_li, review):
    answer = as_li.post(own(review), {"answer": "It was <b>our</b> sprint."}, follow=True)

    assert "Your answer is kept." in words_of(answer)
    assert "It was &lt;b&gt;our&lt;/b&gt; sprint." in answer.content.decode()
    review.refresh_from_db()
    assert review.state == "answered"


@pytest.mark.parametrize("said", ["", "   ", *HOSTILE[:6], "x" * 4_001])
def test_whatever_is_answered_the_page_stands(as_li, review, said):
    assert as_li.post(own(review), {"answer": sendable(said)}).status_code in {200, 302}


def test_a_late_answer_is_turned_down_in_words(as_li, review, sun):
    review.state, review.decided_by, review.decided_at = "cleared", sun, LOOKED
    review.decision_reason = "A sprint."
    review.save()

    answer = as_li.post(own(review), {"answer": "Late"}, follow=True)

    assert "Somebody decided this meanwhile." in words_of(answer)
    assert "A sprint." in words_of(answer)
    assert "You gave no answer." in words_of(answer)


def test_a_maintainer_finds_reviews_on_the_project_s_page(as_sun, review):
    project = words_of(as_sun.get(reverse("maintained-project", args=[review.project.slug])))
    listed = words_of(as_sun.get(reverse("maintained-reviews", args=[review.project.slug])))

    assert "1 review waits for an answer or a decision." in project
    assert "li" in listed
    assert "Li Ming" not in listed


def test_a_maintainer_decides_with_a_reason_once_the_person_could_answer(as_sun, review, student):
    page = maintained(review)
    too_early = as_sun.post(page, {"reason": "Copied.", "decision": "uphold"})
    assert "The person has time to answer yet." in words_of(too_early)
    assert "The concern stands" not in words_of(as_sun.get(page))
    answer_review(review, answered_by=student, answer="Our sprint.", now=LOOKED)
    assert "Our sprint." in words_of(as_sun.get(page))

    no_reason = as_sun.post(page, {"reason": " ", "decision": "uphold"})
    decided = as_sun.post(page, {"reason": "Wu agrees.", "decision": "uphold"}, follow=True)

    assert no_reason.status_code == 200
    assert "The decision is kept" in words_of(decided)
    review.refresh_from_db()
    assert (review.state, review.decision_reason) == ("upheld", "Wu agrees.")
    again = as_sun.post(page, {"reason": "No.", "decision": "clear"})
    assert "Somebody decided this meanwhile." in words_of(again)


def test_who_is_named_in_the_evidence_is_told_that_another_decides(client, past):
    wu = User.objects.create_user("wu-person")
    prove_identity(wu, actor("wu"), method=Identity.Method.DEMO, now=LOOKED)
    past.project.maintainers.add(wu)
    client.force_login(wu)

    assert "You are named in the evidence" in words_of(client.get(maintained(past)))
    refused = client.post(maintained(past), {"reason": "No.", "decision": "clear"})
    assert "You are named in the evidence" in words_of(refused)
    past.refresh_from_db()
    assert past.state == "open"


def test_the_operator_decides_where_no_maintainer_can(client, past):
    client.force_login(User.objects.create_user("operator", is_staff=True))

    client.post(maintained(past), {"reason": "No answer.", "decision": "uphold"})

    past.refresh_from_db()
    assert past.state == "upheld"


def test_a_signal_that_was_switched_off_says_so(as_li, review, sun):
    for number in range(8):
        IntegrityReview.objects.create(
            project=review.project,
            actor=actor("wu"),
            signals=review.signals[:1],
            evidence_digest=str(number),
            state="cleared",
            opened_at=LOOKED,
            decided_by=sun,
            decided_at=LOOKED,
            decision_reason="So.",
        )

    words = words_of(as_li.get(own(review)))

    assert words.count("This signal is switched off: 8 of 8 reviews") == 1


def test_what_a_contribution_is_like_is_shown_beside_it(as_li, project, student):
    foreign = [
        accepted(n, "zhao", "sun", sketch=list(range(n * 99, n * 99 + 64))) for n in range(8)
    ]
    harvest(project, *foreign, now=LOOKED)
    copies = [
        accepted(48 + 24 * n, "li", "wu", sketch=list(range(n % 8 * 99, n % 8 * 99 + 64)))
        for n in range(12)
    ]
    harvest(project, *copies, accepted(400, "wu", "li"), now=LOOKED)
    prove_identity(student, actor("li"), method=Identity.Method.DEMO, now=LOOKED)
    open_reviews(project, now=LOOKED)
    review = IntegrityReview.objects.about(student).get()

    answer = as_li.get(own(review))

    assert "Much is like earlier work of others" in words_of(answer)
    assert "100 % like Change 0" in words_of(answer)


def test_in_chinese_all_of_it_is_chinese(as_li, review):
    words = words_of(as_li.get(own(review), headers={"Accept-Language": "zh-hans"}))

    assert "10 项贡献中，10 项只由与你互相接受贡献的人接受：wu" in words


def test_pages_take_as_many_queries_however_much_evidence_there_is(as_li, review, trading):
    counts = []
    for begin in (480, 600, 720):
        with CaptureQueriesContext(connection) as queries:
            as_li.get(own(review))
        counts.append(len(queries))
        harvest(trading, *evenings(begin), now=LOOKED)
        open_reviews(trading, now=LOOKED)

    assert counts[0] == counts[1] == counts[2] <= 14
