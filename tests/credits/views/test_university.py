"""Pages of the registrar."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.services import join_institution
from credits.models import Application, Recognition
from credits.services.certificates import revoke_certificate
from credits.services.recognition import Decision, decide_application, withdraw_application
from tests.coursework import *  # noqa: F403
from tests.coursework import CLOSED, DAY
from tests.university import *  # noqa: F403
from tests.university import START

APPROVE = {"decision": "approve", "credits": "1.00", "term": "2026-2027-1", "reason": ""}


@pytest.fixture
def at_the_desk(client, registrar):
    client.force_login(registrar)
    return client


@pytest.fixture
def review(waiting):
    return reverse("review", args=[waiting.pk])


@pytest.fixture
def approved(waiting, registrar):
    decision = Decision(approve=True, term="2026-2027-1")
    decided = decide_application(waiting, decision, decided_by=registrar, now=timezone.now())
    return decided.recognition


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


PAGES = ["inbox", "recognitions", "credit-policy"]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, db, page):
    assert client.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_to_a_student_the_registrars_pages_do_not_exist(client, student, page):
    client.force_login(student)

    assert client.get(reverse(page)).status_code == 404


def test_a_registrar_of_another_university_sees_nothing_of_it(
    client, waiting, approved, make_institution
):
    stranger = User.objects.create_user("zhao")
    role = Membership.Role.REGISTRAR
    join_institution(stranger, make_institution("second"), role=role, now=timezone.now())
    client.force_login(stranger)

    assert "Li Ming" not in words_of(client.get(reverse("inbox") + "?state=all"))
    assert "Li Ming" not in words_of(client.get(reverse("recognitions")))
    assert client.get(reverse("review", args=[waiting.pk])).status_code == 404
    for name in ("recognition-book", "recognition-reverse"):
        form = {"reference": "JW-1", "reason": "x"}
        assert client.post(reverse(name, args=[approved.pk]), form).status_code == 404


def test_a_registrar_who_left_sees_nothing(at_the_desk, registrar):
    registrar.memberships.update(ended_at=timezone.now())

    assert at_the_desk.get(reverse("inbox")).status_code == 404


def test_an_empty_inbox_says_so(at_the_desk):
    assert "No applications wait for you." in words_of(at_the_desk.get(reverse("inbox")))


def test_who_waits_longest_comes_first(at_the_desk, make_application, make_certificate):
    later = make_application(make_certificate())
    earlier = make_application(
        make_certificate(), submitted_at=later.submitted_at.replace(year=2025)
    )

    page = at_the_desk.get(reverse("inbox")).content.decode()

    places = [page.index(reverse("review", args=[one.pk]) + '"') for one in (earlier, later)]
    assert places == sorted(places)


def test_the_inbox_is_filtered_by_state(at_the_desk, make_application, make_certificate):
    make_application(make_certificate(), state="rejected")

    assert "No applications wait" in words_of(at_the_desk.get(reverse("inbox")))
    assert "Li Ming" in words_of(at_the_desk.get(reverse("inbox") + "?state=rejected"))


def test_a_review_shows_what_is_asked_what_the_policy_says_and_what_stands_behind(
    at_the_desk, review
):
    words = words_of(at_the_desk.get(review))

    assert "For my degree" in words
    assert "0023110412" in words
    assert "1.0 credits proposed" in words
    assert "65 points count here" in words
    assert "Valid" in words
    assert "Change 1" in words
    assert "Merged code" in words


def test_every_contribution_leads_to_the_forge(at_the_desk, review):
    page = at_the_desk.get(review).content.decode()

    assert 'href="https://forge.example/ai/vision/pulls/1"' in page


def test_a_certificate_revoked_meanwhile_is_said(at_the_desk, review, issued):
    revoke_certificate(issued, reason="copied", now=timezone.now())

    words = words_of(at_the_desk.get(review))

    assert "Not every certificate is valid now" in words


def test_an_approval_becomes_a_recognition(at_the_desk, review, registrar):
    answer = at_the_desk.post(review, APPROVE, follow=True)

    recognition = Recognition.objects.get()
    assert recognition.decided_by == registrar
    assert (str(recognition.credits), recognition.state) == ("1.00", "approved")
    assert "Approved: 1.00 credits for Li Ming." in words_of(answer)


def test_other_credits_than_proposed_need_a_reason(at_the_desk, review):
    refused = at_the_desk.post(review, {**APPROVE, "credits": "0.5"})
    assert "needs a reason" in words_of(refused)
    assert not Recognition.objects.exists()

    at_the_desk.post(review, {**APPROVE, "credits": "0.5", "reason": "Half of it was class work"})
    assert str(Recognition.objects.get().credits) == "0.50"


def test_more_than_the_policy_allows_is_refused(at_the_desk, review):
    answer = at_the_desk.post(review, {**APPROVE, "credits": "9", "reason": "Outstanding"})

    assert "The policy allows from 0 to 2" in words_of(answer)
    assert not Recognition.objects.exists()


def test_a_rejection_needs_a_reason_that_the_student_reads(at_the_desk, review, waiting):
    refused = at_the_desk.post(review, {"decision": "reject", "reason": " "})
    assert "Say why" in words_of(refused)

    at_the_desk.post(review, {"decision": "reject", "reason": "Part of a course"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decision_reason) == ("rejected", "Part of a course")


def test_a_decision_taken_meanwhile_is_said_and_not_overwritten(
    at_the_desk, review, waiting, registrar
):
    decision = Decision(approve=False, reason="Part of a course")
    decide_application(waiting, decision, decided_by=registrar, now=timezone.now())

    answer = at_the_desk.post(review, APPROVE)

    assert answer.status_code == 409
    assert "Somebody decided this meanwhile" in words_of(answer)
    assert "Part of a course" in words_of(answer)
    assert not Recognition.objects.exists()


def test_a_withdrawn_application_can_no_longer_be_approved(at_the_desk, review, waiting):
    withdraw_application(waiting, now=timezone.now())

    assert at_the_desk.post(review, APPROVE).status_code == 409


def test_nobody_decides_on_an_application_of_their_own(client, review, student, university):
    join_institution(
        student, university, role=Membership.Role.REGISTRAR, now=timezone.now(), person_code=""
    )
    client.force_login(student)

    answer = client.post(review, APPROVE)

    assert "never on an application of their own" in words_of(answer)
    assert not Recognition.objects.exists()


def test_after_a_decision_comes_who_waits_longest(
    at_the_desk, review, waiting, make_application, make_certificate
):
    other = make_application(make_certificate())

    answer = at_the_desk.post(review, APPROVE)

    assert answer["Location"] == reverse("review", args=[other.pk])


def test_a_recognition_is_booked_with_its_number(at_the_desk, approved):
    book = reverse("recognition-book", args=[approved.pk])

    at_the_desk.post(book, {"reference": ""})
    assert Recognition.objects.get().state == "approved"

    at_the_desk.post(book, {"reference": "JW-2026-77"})
    recognition = Recognition.objects.get()
    assert (recognition.state, recognition.external_reference) == ("booked", "JW-2026-77")
    assert "JW-2026-77" in words_of(at_the_desk.get(reverse("recognitions") + "?state=booked"))


def test_a_recognition_is_taken_back_with_a_reason(at_the_desk, approved):
    take_back = reverse("recognition-reverse", args=[approved.pk])

    at_the_desk.post(take_back, {"reason": ""})
    assert Recognition.objects.get().state == "approved"

    at_the_desk.post(take_back, {"reason": "Wrong person"})
    assert Recognition.objects.get().state == "reversed"
    assert "Wrong person" in words_of(at_the_desk.get(reverse("recognitions")))


def test_what_was_taken_back_is_not_booked(at_the_desk, approved):
    at_the_desk.post(reverse("recognition-reverse", args=[approved.pk]), {"reason": "Wrong"})

    book = reverse("recognition-book", args=[approved.pk])
    answer = at_the_desk.post(book, {"reference": "JW-1"}, follow=True)

    assert Recognition.objects.get().state == "reversed"
    assert "cannot go there" in words_of(answer)


def test_a_decision_is_not_taken_by_a_link(at_the_desk, approved):
    assert at_the_desk.get(reverse("recognition-book", args=[approved.pk])).status_code == 405


def test_the_policy_in_force_is_shown_in_words(at_the_desk, policy):
    words = words_of(at_the_desk.get(reverse("credit-policy")))

    assert "Sustained contributor" in words
    assert "At most 2.0 credits a term." in words


def test_a_university_without_a_policy_is_told_so(at_the_desk):
    assert "has published no credit policy" in words_of(at_the_desk.get(reverse("credit-policy")))


def test_the_queue_takes_as_many_queries_however_long_it_is(
    at_the_desk, make_application, make_certificate, django_assert_max_num_queries
):
    for _ in range(12):
        make_application(make_certificate())

    with django_assert_max_num_queries(14):
        at_the_desk.get(reverse("inbox"))

    assert Application.objects.count() == 12


@pytest.fixture
def closed_meanwhile(say):
    """The project closed to coursework between the student's two contributions."""
    say(CLOSED, now=START + 1.5 * DAY)


def test_what_a_project_did_not_take_as_coursework_is_named(
    closed_meanwhile, at_the_desk, review, waiting
):
    words = words_of(at_the_desk.get(review))

    assert "60 points count here" in words
    assert "1 contribution to Vision (5 points) earns no credits" in words
    assert words.count(" earns no credits ") == 1
    assert waiting.claims.count() == 1
