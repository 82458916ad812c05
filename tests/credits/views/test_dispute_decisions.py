"""Pages of who decides: what is due first, all that it takes, and never one's own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from credits.models import Dispute
from credits.services.disputes import appeal_dispute, decide_dispute, open_dispute
from tests.disputing import *  # noqa: F403
from tests.disputing import DECIDED, DOCS, OPENED, part, score_of
from tests.histories import *  # noqa: F403
from tests.pages import words_of
from tests.university import *  # noqa: F403

INBOX = "dispute-inbox"

pytestmark = pytest.mark.django_db


def page(dispute):
    return reverse("dispute-decision", args=[dispute.pk])


def titles(answer):
    return [row.participation.contribution.title for row in answer.context["page"].object_list]


def test_a_visitor_is_asked_to_sign_in(client, dispute):
    assert client.get(reverse(INBOX)).status_code == 302
    assert client.get(page(dispute)).status_code == 302


def test_to_others_these_pages_do_not_exist(client, dispute, student, registrar):
    for who in (student, registrar):
        client.force_login(who)
        assert client.get(reverse(INBOX)).status_code == 404
        assert client.get(page(dispute)).status_code == 404
        assert client.post(page(dispute), {"decision": "accept"}).status_code == 404


def test_a_maintainer_of_another_project_sees_nothing_of_it(client, dispute, qian, worked):
    worked.maintainers.remove(qian)
    other = type(worked).objects.create(slug="other", name="Other", registered_at=OPENED)
    other.maintainers.add(qian)
    client.force_login(qian)

    assert titles(client.get(reverse(INBOX))) == []
    assert client.get(page(dispute)).status_code == 404


def test_what_is_due_first_comes_first_and_what_is_overdue_is_marked(client, dispute, student, sun):
    later = open_dispute(part(2), DOCS, opened_by=student, now=OPENED + timedelta(days=1))
    Dispute.objects.filter(pk=later.pk).update(due_at=OPENED - timedelta(days=1))
    client.force_login(sun)

    answer = client.get(reverse(INBOX))

    assert titles(answer) == ["Change 2", "Change 1"]
    assert "Overdue" in words_of(answer)


def test_the_menu_counts_what_waits_for_this_person(client, dispute, sun, student):
    client.force_login(sun)
    menu = {item.label: item.count for item in client.get(reverse(INBOX)).context["menu"]}
    client.force_login(student)
    others = {item.label for item in client.get(reverse("overview")).context["menu"]}

    assert menu["Disputes"] == 1
    assert "Disputes" not in others


def test_the_page_shows_facts_trace_and_what_is_wanted_but_no_persons_name(client, dispute, sun):
    client.force_login(sun)

    words = words_of(client.get(page(dispute)))

    assert "Count it as: Docs" in words
    assert "It is a guide" in words
    assert "Merged code, 100 effective lines" in words
    assert "+100 −0" in words
    assert "If it is accepted" in words
    assert "Merged documentation, 100 lines" in words
    assert "Li Ming" not in words


def test_a_maintainer_accepts_and_sees_both_versions(client, dispute, sun):
    client.force_login(sun)

    answer = client.post(page(dispute), {"decision": "accept", "reason": "True"}, follow=True)

    words = words_of(answer)
    assert "Accepted, and scored anew" in words
    assert "After the decision" in words
    assert score_of(part(1)).category == "docs"


def test_a_maintainer_rejects_with_a_reason_that_the_person_reads(client, dispute, sun, student):
    client.force_login(sun)
    client.post(page(dispute), {"decision": "reject", "reason": "It is code"})
    client.force_login(student)

    assert "It is code" in words_of(client.get(dispute.get_absolute_url()))


@pytest.mark.parametrize("form", [{"decision": "accept"}, {"reason": "x"}, {"decision": "perhaps"}])
def test_no_decision_without_a_reason_or_an_answer(client, dispute, sun, form):
    client.force_login(sun)

    assert client.post(page(dispute), form).status_code == 200
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.OPEN


def test_who_comes_second_is_told_so(client, dispute, sun, qian):
    client.force_login(qian)
    decide_dispute(dispute, accept=False, reason="No", decided_by=sun, now=DECIDED)

    answer = client.post(page(dispute), {"decision": "accept", "reason": "Yes"})

    assert answer.status_code == 409
    assert "decided or withdrawn meanwhile" in words_of(answer)


def test_a_maintainer_does_not_decide_a_dispute_of_their_own(client, student, worked, qian):
    worked.maintainers.add(student)
    own = open_dispute(part(1), DOCS, opened_by=student, now=OPENED)
    client.force_login(student)

    words = words_of(client.get(page(own)))
    refused = client.post(page(own), {"decision": "accept", "reason": "Mine"})

    assert "This is your own" in words
    assert refused.status_code == 200
    own.refresh_from_db()
    assert own.state == Dispute.State.OPEN
    assert titles(client.get(reverse(INBOX))) == []
    assert titles(client.get(reverse(INBOX), {"state": "others"})) == ["Change 1"]


def test_an_appeal_comes_to_the_second_maintainer_and_to_the_staff(
    client, rejected, student, sun, qian, staff
):
    appeal_dispute(rejected, by=student, reason="Look again", now=DECIDED)
    seen = {}
    for who in (sun, qian, staff):
        client.force_login(who)
        seen[who.username] = titles(client.get(reverse(INBOX)))

    assert seen == {"sun": [], "qian": ["Change 1"], "staff": ["Change 1"]}
    client.force_login(staff)
    assert "your decision is the last" in words_of(client.get(page(rejected)))
    client.post(page(rejected), {"decision": "accept", "reason": "True"})
    rejected.refresh_from_db()
    assert (rejected.state, rejected.appeal_decided_by) == ("accepted", staff)


def test_what_is_closed_stays_to_be_read(client, rejected, qian):
    client.force_login(qian)

    assert titles(client.get(reverse(INBOX), {"state": "decided"})) == ["Change 1"]
    assert "This is closed" in words_of(client.get(page(rejected)))


@pytest.mark.parametrize("show", ["mine", "others", "decided"])
def test_the_inbox_takes_as_many_queries_however_long(client, student, sun, worked, show):
    client.force_login(sun if show != "others" else User.objects.create_user("s", is_staff=True))
    counts = []
    for number in (1, 2):
        made = open_dispute(part(number), DOCS, opened_by=student, now=OPENED)
        if show == "decided":
            decide_dispute(made, accept=False, reason="No", decided_by=sun, now=DECIDED)
        Dispute.objects.update(due_at="2999-01-01T00:00:00Z")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(reverse(INBOX), {"state": show})
        assert len(titles(answer)) == number
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16


def test_everybody_reads_how_disputes_ended_and_of_whom_nobody_does(client, rejected, student, sun):
    made = open_dispute(part(2), DOCS, opened_by=student, now=OPENED)
    decide_dispute(made, accept=True, reason="True", decided_by=sun, now=DECIDED)
    open_dispute(part(3), DOCS, opened_by=student, now=OPENED)

    words = words_of(client.get(rejected.project.get_absolute_url()))

    assert "Opened 3 Decided 2 Of these accepted 50 %" in words
    assert "Li" not in words.split()


def test_where_nobody_disputed_the_project_says_so(client, worked):
    assert "Nobody has disputed" in words_of(client.get(worked.get_absolute_url()))
