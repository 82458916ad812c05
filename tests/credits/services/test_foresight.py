"""What is foreseen of a dispute is what comes once it is accepted, and nothing is written."""

from dataclasses import replace

import pytest

from accounts.models import Identity, User
from accounts.services import prove_identity
from credits.models import Dispute, Ruling, Score
from credits.services.complaints import Complaint
from credits.services.disputes import decide_dispute, open_dispute
from credits.services.foresight import score_if_accepted
from credits.services.rulings import Author, rule_on
from credits.services.scoring import score_project
from harvesters.forge import Participant, Role
from tests.disputing import *  # noqa: F403
from tests.disputing import COUNT, DECIDED, DOCS, NOT_A_BOT, OPENED, part
from tests.histories import *  # noqa: F403
from tests.histories import SCORED, account, actor, change, harvest, record
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def foreseen_and_come(dispute, who):
    written = list(Score.objects.order_by("pk").values())
    foreseen = score_if_accepted(dispute, now=DECIDED)
    assert list(Score.objects.order_by("pk").values()) == written
    assert not Ruling.objects.filter(decided_by=who).exists()
    decided = decide_dispute(dispute, accept=True, reason="True", decided_by=who, now=DECIDED)
    return foreseen, decided.after


def test_another_kind_of_work(dispute, sun):
    foreseen, come = foreseen_and_come(dispute, sun)

    assert foreseen == come != dispute.before


def test_other_shares(worked, student, sun):
    wanted = {"weights": {str(part(3).pk): 3, str(part(3, "wu").pk): 1}}
    complaint = Complaint(Dispute.Subject.SHARE, wanted, "I did most of it")
    dispute = open_dispute(part(3), complaint, opened_by=student, now=OPENED)

    foreseen, come = foreseen_and_come(dispute, sun)

    assert foreseen == come
    assert foreseen["points"] == 6_000


def test_what_waits(worked, student, sun):
    harvest(worked, replace(change(1), state="open"), now=OPENED)
    score_project(worked, now=OPENED)
    dispute = open_dispute(part(1), COUNT, opened_by=student, now=OPENED)

    foreseen, come = foreseen_and_come(dispute, sun)

    assert foreseen == come
    assert foreseen["points"] == 8_000


def test_what_was_denied(worked, student, sun, qian):
    author = Author(qian, "Copied")
    rule_on(part(1).contribution, "acceptance", {"endorsed": False}, author=author, now=OPENED)
    score_project(worked, now=OPENED)
    dispute = open_dispute(part(1), COUNT, opened_by=student, now=OPENED)

    foreseen, come = foreseen_and_come(dispute, sun)

    assert foreseen == come
    assert foreseen["points"] == 8_000


def test_who_was_taken_for_a_bot(project, rule_set, sun):
    bot = Participant(account("zhao", is_bot=True), Role.AUTHOR)
    harvest(project, record(11, [bot], sizes={"code": [100, 0]}), now=SCORED)
    score_project(project, now=SCORED)
    person = User.objects.create_user("zhao")
    prove_identity(person, actor("zhao"), method=Identity.Method.DEMO, now=SCORED)
    dispute = open_dispute(part(11, "zhao"), NOT_A_BOT, opened_by=person, now=OPENED)

    foreseen, come = foreseen_and_come(dispute, sun)

    assert foreseen == come
    assert foreseen["points"] == 8_000


def test_what_is_scored_no_more_is_not_foreseen(worked, student):
    dispute = open_dispute(part(1), DOCS, opened_by=student, now=OPENED)
    Score.objects.all().delete()

    assert score_if_accepted(dispute, now=DECIDED) is None
