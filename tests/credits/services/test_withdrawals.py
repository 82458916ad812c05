"""People take their own work back and let it count again; bot verdicts are mended."""

from datetime import UTC, datetime

import pytest

from accounts.models import Identity
from accounts.services import prove_identity
from credits.models import BotVerdict, Ruling, Score
from credits.services.disputes import MayNotDecideError, NotYoursError, ReasonNeededError
from credits.services.rulings import Author
from credits.services.scoring import score_project
from credits.services.withdrawals import (
    correct_bot_verdict,
    is_withdrawn,
    restore_participation,
    withdraw_participation,
)
from harvesters.forge import Participant, Role
from harvesters.models import Actor
from tests.disputing import *  # noqa: F403
from tests.disputing import part, score_of
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, account, actor, harvest, record
from tests.university import *  # noqa: F403

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_what_one_takes_back_earns_nothing_and_others_keep_their_share(worked, student):
    withdraw_participation(part(3), by=student, now=NOW, reason="Not for my studies")

    assert is_withdrawn(part(3))
    assert (score_of(part(3)).points, score_of(part(3)).state) == (0, Score.State.WITHDRAWN)
    assert score_of(part(3, "wu")).points == 4_000


def test_what_was_taken_back_counts_again(worked, student):
    withdraw_participation(part(3), by=student, now=NOW)
    restore_participation(part(3), by=student, now=NOW)

    assert not is_withdrawn(part(3))
    assert score_of(part(3)).points == 4_000
    assert Ruling.objects.count() == 2


def test_taking_back_twice_is_taking_back_once(worked, student):
    first = withdraw_participation(part(3), by=student, now=NOW)
    again = withdraw_participation(part(3), by=student, now=NOW)

    assert first == again == Ruling.objects.get()


def test_letting_count_what_was_never_taken_back_does_nothing(worked, student):
    assert restore_participation(part(3), by=student, now=NOW) is None


def test_nobody_takes_back_the_work_of_another(worked, sun):
    for act in (withdraw_participation, restore_participation):
        with pytest.raises(NotYoursError):
            act(part(3), by=sun, now=NOW)


@pytest.fixture
def helper(project, rule_set):
    """An account that its forge calls a bot, with one change."""
    bot = Participant(account("helper", is_bot=True), Role.AUTHOR)
    harvest(project, record(7, [bot], sizes={"code": [100, 0]}), now=SCORED)
    score_project(project, now=SCORED)
    return actor("helper")


def correct(actor, project, who, *, is_bot=False, reason="A person: I met her"):
    author = Author(who, reason)
    return correct_bot_verdict(actor, project=project, is_bot=is_bot, author=author, now=NOW)


def test_a_maintainer_mends_a_mistaken_verdict(project, helper, sun):
    correct(helper, project, sun)
    restored = score_of(part(7, "helper")).points
    correct(helper, project, sun, is_bot=True, reason="It was one after all")

    assert restored == 8_000
    assert score_of(part(7, "helper")).points == 0
    assert BotVerdict.objects.count() == 2
    assert BotVerdict.objects.standing().get().is_bot


def test_who_looks_after_something_else_does_not(project, helper, student):
    with pytest.raises(MayNotDecideError):
        correct(helper, project, student)


def test_nobody_decides_on_an_account_of_their_own(project, helper, sun):
    prove_identity(sun, helper, method=Identity.Method.DEMO, now=NOW)

    with pytest.raises(MayNotDecideError):
        correct(helper, project, sun)


def test_only_the_staff_calls_a_bot_what_a_person_proved_to_own(project, worked, sun, staff):
    with pytest.raises(MayNotDecideError):
        correct(actor("li"), project, sun, is_bot=True)
    correct(actor("li"), project, staff, is_bot=True)

    assert score_of(part(1)).points == 0


def test_an_account_without_work_in_the_project_is_not_its_maintainers_to_judge(project, sun):
    stranger = Actor.objects.create(host="forge.example", external_id="99", login="stranger")

    with pytest.raises(MayNotDecideError):
        correct(stranger, project, sun)


def test_a_verdict_has_a_reason(project, helper, sun):
    with pytest.raises(ReasonNeededError):
        correct(helper, project, sun, reason=" ")
