"""Pages of who disputes: what can be said, by when it is answered, both versions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credits.models import Dispute, Score
from credits.services.disputes import decide_dispute, open_dispute
from credits.services.scoring import score_project
from tests.disputing import *  # noqa: F403
from tests.disputing import DECIDED, DOCS, OPENED, part, score_of
from tests.histories import *  # noqa: F403
from tests.histories import change, harvest
from tests.pages import HOSTILE, sendable, words_of
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(client, student):
    client.force_login(student)
    return client


def new(participation):
    return reverse("dispute-new", args=[participation.pk])


def test_a_visitor_is_asked_to_sign_in(client, dispute):
    addresses = [reverse("disputes"), dispute.get_absolute_url(), new(part(1))]

    assert {client.get(address).status_code for address in addresses} == {302}


def test_a_score_is_disputed_on_a_page_and_the_dispute_is_followed(li, worked):
    form = {"subject": "category", "category": "docs", "reason": "It is a guide", "evidence": "x"}

    answer = li.post(new(part(1)), form, follow=True)

    made = Dispute.objects.get()
    assert (made.wanted, made.reason, made.evidence) == ({"category": "docs"}, "It is a guide", "x")
    words = words_of(answer)
    assert "Count it as: Docs" in words
    assert "To be decided by" in words


def test_only_what_makes_sense_is_offered(li, worked):
    alone, shared = words_of(li.get(new(part(1)))), words_of(li.get(new(part(3))))

    assert "another kind of work" in alone
    assert "The shares are wrong" not in alone
    assert "It should count" not in alone
    assert "taken for a bot" not in alone
    assert "The shares are wrong" in shared


def test_shares_are_told_for_each_person(li, worked):
    mine, theirs = part(3).pk, part(3, "wu").pk
    form = {"subject": "share", "reason": "Mine", f"weight_{mine}": "3", f"weight_{theirs}": "1"}

    li.post(new(part(3)), form)

    assert Dispute.objects.get().wanted == {"weights": {str(mine): 3, str(theirs): 1}}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"subject": "category", "reason": "It is a guide"},
        {"subject": "category", "category": "docs"},
        {"subject": "state", "reason": "Count it"},
        {"subject": "share", "reason": "Mine"},
        {"subject": "nonsense", "reason": "Mine"},
    ],
)
def test_a_form_that_is_not_filled_in_says_what_is_missing(li, worked, form):
    answer = li.post(new(part(3)), form)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Dispute.objects.exists()


def test_where_a_dispute_cannot_help_the_page_says_what_does(li, worked):
    harvest(worked, change(1, is_merge=True), now=OPENED)
    score_project(worked, now=OPENED)

    words = words_of(li.get(new(part(1))))

    assert "counts where it was made" in words
    assert "There is nothing here that a dispute could change" in words


def test_a_second_dispute_about_the_same_is_refused_in_words(li, dispute):
    form = {"subject": "category", "category": "docs", "reason": "It is a guide"}

    assert "A dispute about this is open" in words_of(li.post(new(part(1)), form))


@pytest.mark.parametrize("name", ["subject", "category", "reason", "evidence"])
def test_hostile_values_are_answered_in_words(li, worked, name):
    form = {"subject": "category", "category": "docs", "reason": "It is a guide"}
    for value in HOSTILE:
        answer = li.post(new(part(1)), form | {name: sendable(value)})
        assert answer.status_code in {200, 302}, value
        Dispute.objects.all().delete()


def test_a_link_of_evidence_runs_nothing(li, student, worked):
    evil = replace(DOCS, evidence="javascript:alert(1)")
    made = open_dispute(part(1), evil, opened_by=student, now=OPENED)

    assert b'href="javascript' not in li.get(made.get_absolute_url()).content


def test_own_disputes_are_listed_with_due_day_in_the_readers_zone(li, student, dispute):
    student.time_zone = "Asia/Shanghai"
    student.save()

    words = words_of(li.get(reverse("disputes")))

    assert "Change 1" in words
    assert "8 Dec 2026, 07:59" in words


def test_both_versions_stand_side_by_side(li, dispute, sun):
    decide_dispute(dispute, accept=True, reason="True", decided_by=sun, now=DECIDED)

    words = words_of(li.get(dispute.get_absolute_url()))

    assert "When it was disputed" in words
    assert "Merged code, 100 effective lines" in words
    assert "After the decision" in words
    assert "Merged documentation, 100 lines" in words


def test_a_rejection_is_appealed_on_its_page(li, rejected):
    rejected.decided_at = datetime.now(UTC)
    rejected.save()
    assert "You can appeal once" in words_of(li.get(rejected.get_absolute_url()))

    answer = li.post(reverse("dispute-appeal", args=[rejected.pk]), {"reason": "Look"}, follow=True)

    rejected.refresh_from_db()
    assert (rejected.state, rejected.appeal_reason) == ("appealed", "Look")
    assert "Appealed" in words_of(answer)


def test_an_appeal_that_comes_too_late_is_refused(li, rejected):
    rejected.decided_at = datetime.now(UTC) - timedelta(days=40)
    rejected.save()

    answer = li.post(reverse("dispute-appeal", args=[rejected.pk]), {"reason": "Look"})

    assert answer.status_code == 409
    assert "within ten working days" in words_of(answer)


def test_a_dispute_is_withdrawn_on_its_page_and_only_once(li, dispute):
    address = reverse("dispute-withdraw", args=[dispute.pk])

    words = words_of(li.post(address, follow=True))
    again = words_of(li.post(address, follow=True))

    assert "Withdrawn. The points stay" in words
    assert "decided or withdrawn meanwhile" in again


@pytest.mark.parametrize("who", ["sun", "registrar", "staff"])
def test_what_one_disputed_is_nobody_elses_page(client, dispute, who, request):
    client.force_login(request.getfixturevalue(who))

    assert client.get(dispute.get_absolute_url()).status_code == 404
    assert client.get(new(part(1))).status_code == 404
    for page in ("dispute-appeal", "dispute-withdraw"):
        assert client.post(reverse(page, args=[dispute.pk]), {"reason": "x"}).status_code == 404
    for page in ("contribution-withdraw", "contribution-restore"):
        assert client.post(reverse(page, args=[part(1).pk])).status_code == 404
    assert "Change 1" not in words_of(client.get(reverse("disputes")))


def test_own_work_is_taken_back_and_counts_again(li, worked):
    words = words_of(li.post(reverse("contribution-withdraw", args=[part(1).pk]), follow=True))
    taken = score_of(part(1)).state
    li.post(reverse("contribution-restore", args=[part(1).pk]))

    assert "You took this back" in words
    assert (taken, score_of(part(1)).state) == (Score.State.WITHDRAWN, Score.State.COUNTED)


def test_nothing_is_changed_by_following_a_link(li, dispute):
    for page, key in (
        ("dispute-appeal", dispute.pk),
        ("dispute-withdraw", dispute.pk),
        ("contribution-withdraw", part(1).pk),
        ("contribution-restore", part(1).pk),
    ):
        assert li.get(reverse(page, args=[key])).status_code == 405


def test_the_list_of_contributions_marks_what_is_disputed_and_the_number_stands(li, dispute):
    words = words_of(li.get(reverse("contributions"), {"state": "disputed"}))

    assert "Change 1" in words
    assert "Change 2" not in words
    assert "Disputed" in words
    everything = li.get(reverse("contributions"))
    assert everything.context["states"]["disputed"] == 1
    assert everything.context["states"]["counted"] == 4


def test_what_is_decided_is_disputed_no_more(li, rejected):
    answer = li.get(reverse("contributions"), {"state": "disputed"})

    assert answer.context["page"].rows == []


def test_the_list_takes_as_many_queries_however_long(li, student, worked):
    counts = []
    for number in (1, 2):
        open_dispute(part(number), DOCS, opened_by=student, now=OPENED)
        with CaptureQueriesContext(connection) as queries:
            li.get(reverse("disputes"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_a_form_takes_as_many_queries_however_many_share(li, worked):
    harvest(worked, change(4, "li", "wu", "sun", "qian", "zhou"), now=OPENED)
    score_project(worked, now=OPENED)
    counts = []
    for number in (3, 4):
        with CaptureQueriesContext(connection) as queries:
            li.get(new(part(number)))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20


def test_the_page_of_a_contribution_says_disputed_and_leads_only_its_owner_on(
    client, dispute, student, sun
):
    address = reverse("contribution", args=[part(1).contribution_id])
    client.force_login(student)
    mine = client.get(address)
    client.force_login(sun)
    theirs = client.get(address)

    for answer in (mine, theirs):
        assert "Disputed: kind of work" in words_of(answer)
        assert "8.0 points" in words_of(answer)
    assert "Dispute or take back" in words_of(mine)
    assert dispute.get_absolute_url() in mine.content.decode()
    assert dispute.get_absolute_url() not in theirs.content.decode()
    assert "Dispute or take back" not in words_of(theirs)
