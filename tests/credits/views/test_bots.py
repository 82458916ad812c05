"""Maintainers see which accounts are taken for bots, and mend mistakes with a reason."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credits.models import BotVerdict
from credits.services.scoring import score_project
from harvesters.forge import Participant, Role
from harvesters.models import Actor
from tests.disputing import *  # noqa: F403
from tests.disputing import part, score_of
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, account, actor, harvest, record
from tests.pages import words_of
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def robots(project, *logins):
    works = [
        record(
            50 + number,
            [Participant(account(login, is_bot=True), Role.AUTHOR)],
            sizes={"code": [100, 0]},
        )
        for number, login in enumerate(logins)
    ]
    harvest(project, *works, now=SCORED)
    score_project(project, now=SCORED)


@pytest.fixture
def keeper(client, sun):
    client.force_login(sun)
    return client


def bots(project):
    return reverse("maintained-bots", args=[project.slug])


def bot(project, login):
    return reverse("maintained-bot", args=[project.slug, actor(login).pk])


def test_accounts_taken_for_bots_are_listed_and_no_others(keeper, worked):
    robots(worked, "zhao")

    words = words_of(keeper.get(bots(worked)))

    assert "zhao" in words
    assert "1 contribution" in words
    assert "wu" not in words.split()


def test_where_none_is_the_page_says_so(keeper, worked):
    assert "No account with work" in words_of(keeper.get(bots(worked)))


def test_a_mistake_is_mended_with_a_reason_and_back(keeper, worked, sun):
    robots(worked, "zhao")

    keeper.post(bot(worked, "zhao"), {"is_bot": "no", "reason": "I met her"})
    words = words_of(keeper.get(bots(worked)))
    restored = score_of(part(50, "zhao")).points
    keeper.post(bot(worked, "zhao"), {"is_bot": "yes", "reason": "A script after all"})

    assert restored == 8_000
    assert "sun: I met her" in words
    assert score_of(part(50, "zhao")).points == 0
    assert BotVerdict.objects.standing().get().decided_by == sun


@pytest.mark.parametrize("form", [{}, {"is_bot": "no"}, {"is_bot": "perhaps", "reason": "x"}])
def test_nothing_is_decided_without_an_answer_and_a_reason(keeper, worked, form):
    robots(worked, "zhao")

    assert keeper.post(bot(worked, "zhao"), form).status_code == 200
    assert not BotVerdict.objects.exists()


def test_others_do_not_find_it(client, worked, student, sun, keeper):
    robots(worked, "zhao")
    stranger = Actor.objects.create(host="x.example", external_id="1", login="b", is_bot=True)

    missing = reverse("maintained-bot", args=[worked.slug, stranger.pk])
    assert keeper.get(missing).status_code == 404
    client.force_login(student)
    assert client.get(bots(worked)).status_code == 404
    assert client.post(bot(worked, "zhao"), {"is_bot": "no"}).status_code == 404


def test_the_list_takes_as_many_queries_however_long(keeper, worked):
    counts = []
    for logins in (["a"], ["a", "b", "c"]):
        robots(worked, *logins)
        with CaptureQueriesContext(connection) as queries:
            keeper.get(bots(worked))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 14
