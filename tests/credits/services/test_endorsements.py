"""Maintainers endorse and deny: on record, never their own work, undone as a whole."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from credits.models import Ruling, Score
from credits.services.endorsement_preview import preview_acceptance
from credits.services.endorsements import (
    Acceptance,
    NoReasonError,
    NotTheirProjectError,
    OwnWorkError,
    decide_acceptance,
    deny,
    endorse,
    undo,
)
from credits.services.scoring import score_project
from harvesters.models import Contribution
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.histories import change, harvest
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW, own, total
from tests.university import *  # noqa: F403

LATER = NOW + timedelta(hours=1)
LATEST = NOW + timedelta(hours=2)

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(project, rules):
    """Three changes of Li's that Li merged alone; they wait for a maintainer."""
    harvest(project, *(change(n, merged_by_author=True) for n in range(3)), now=NOW)
    score_project(project, now=NOW)
    return list(Contribution.objects.order_by("pk"))


def keys(contributions):
    return [one.pk for one in contributions]


def test_what_a_maintainer_endorses_counts(project, waiting, sun):
    assert total("li") == 0

    endorse(keys(waiting[:2]), by=sun, now=LATER)
    score_project(project, now=LATER)

    assert total("li") == 16_000


def test_what_is_denied_scores_nothing_and_says_why(project, waiting, sun):
    endorse(keys(waiting), by=sun, now=NOW)

    deny(waiting[0], reason="It was copied", by=sun, now=LATER)
    score_project(project, now=LATER)

    assert total("li") == 16_000
    score = Score.objects.in_force().get(participation__contribution=waiting[0])
    assert score.state == Score.State.NOT_COUNTED
    assert "It was copied" in score.trace[0]["en"]


def test_a_denial_needs_a_reason(waiting, sun):
    with pytest.raises(NoReasonError):
        deny(waiting[0], reason="  ", by=sun, now=LATER)

    assert not Ruling.objects.exists()


def test_only_maintainers_of_the_project_decide(waiting):
    with pytest.raises(NotTheirProjectError):
        endorse(keys(waiting), by=User.objects.create_user("stranger"), now=LATER)


def test_nobody_decides_on_own_work_by_whatever_account(waiting, sun):
    own(sun, "li")

    with pytest.raises(OwnWorkError):
        endorse(keys(waiting), by=sun, now=LATER)

    assert not Ruling.objects.exists()


def test_the_former_decision_stays_on_record(waiting, sun, zhou):
    endorse(keys(waiting[:1]), by=sun, now=LATER)
    deny(waiting[0], reason="Not ours", by=zhou, now=LATEST)

    former, standing = Ruling.objects.all()
    assert (former.decided_by, former.replaced_at) == (sun, LATEST)
    assert (standing.decided_by, standing.replaced_at) == (zhou, None)


def test_the_same_decision_again_writes_nothing(waiting, sun):
    endorse(keys(waiting), by=sun, now=LATER)
    endorse(keys(waiting), by=sun, now=LATEST)

    assert Ruling.objects.count() == 3


def test_undoing_brings_back_what_stood_before(project, waiting, sun, zhou):
    deny(waiting[0], reason="Unclear", by=zhou, now=NOW)
    endorse(keys(waiting), by=sun, now=LATER)

    assert undo(project, decided_at=LATER, by=sun, now=LATEST) == 3
    score_project(project, now=LATEST)

    assert total("li") == 0
    stands = Ruling.objects.standing().get(contribution=waiting[0])
    assert (stands.value, stands.reason) == ({"endorsed": False}, "Unclear")
    assert Ruling.objects.standing().get(contribution=waiting[1]).value == {"endorsed": None}


def test_undoing_leaves_what_another_one_decided_since(project, waiting, sun, zhou):
    endorse(keys(waiting), by=sun, now=LATER)
    deny(waiting[0], reason="No", by=zhou, now=LATER + timedelta(minutes=1))

    assert undo(project, decided_at=LATER, by=sun, now=LATEST) == 2
    assert undo(project, decided_at=LATER, by=sun, now=LATEST) == 0

    assert Ruling.objects.standing().get(contribution=waiting[0]).decided_by == zhou


def test_what_was_decided_since_somebody_looked_is_not_overwritten(waiting, sun, zhou):
    deny(waiting[0], reason="No", by=zhou, now=LATER)
    asked = [Acceptance(one.pk, endorsed=True, seen=0) for one in waiting]

    decided = decide_acceptance(asked, by=sun, now=LATEST)

    assert list(decided.overtaken) == [waiting[0].pk]
    assert len(decided.rulings) == 2


def test_the_preview_says_what_would_change_and_writes_nothing(project, waiting, sun):
    asked = [
        Acceptance(waiting[0].pk, endorsed=True),
        Acceptance(waiting[1].pk, endorsed=False, reason="No"),
    ]

    difference = preview_acceptance(project, asked, now=LATER)

    assert (difference.before, difference.after, difference.gain) == (0, 8_000, 8_000)
    assert not Ruling.objects.exists()


def test_two_who_decide_at_once_leave_one_decision(committed_db, project, rules, sun, zhou):
    harvest(project, *(change(n, merged_by_author=True) for n in range(20)), now=NOW)
    found = keys(Contribution.objects.order_by("-pk"))

    done = at_once(
        lambda: endorse(found, by=sun, now=LATER),
        lambda: [deny(c, reason="No", by=zhou, now=LATEST) for c in Contribution.objects.all()],
    )

    assert not [one for one in done if isinstance(one, Exception)]
    assert Ruling.objects.standing().count() == 20


def test_the_number_of_queries_does_not_grow_with_the_decisions(project, rules, sun):
    harvest(project, *(change(n, merged_by_author=True) for n in range(40)), now=NOW)
    found = keys(Contribution.objects.all())
    counts = []
    for part in (found[:2], found[2:]):
        with CaptureQueriesContext(connection) as queries:
            endorse(part, by=sun, now=LATER)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
