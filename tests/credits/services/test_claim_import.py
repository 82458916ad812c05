"""What `.all-contributorsrc` thanks people for becomes claims, once."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.core.all_contributors import Thanks, read_all_contributors
from credits.models import WorkClaim
from credits.services.claim_decisions import decline_claim
from credits.services.claim_import import import_claims, plan_import
from harvesters.models import Actor, Repository
from tests.committing import *  # noqa: F403
from tests.committing import at_once
from tests.maintained import *  # noqa: F403
from tests.maintained import NOW
from tests.university import *  # noqa: F403

SAMPLE = Path(__file__).parents[2] / "data" / "all-contributorsrc.json"
DAY = date(2026, 11, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def thanks(project):
    """The sample, and those of its people whom the harvest knows."""
    home = Repository.objects.create(host="github.com", external_id="5", path="lab/vision")
    project.repositories.add(home)
    for number, login in (("1001", "li-ming"), ("1002", "wu-tong"), ("1003", "he-fan")):
        Actor.objects.create(host="github.com", external_id=number, login=login)
    return read_all_contributors(SAMPLE.read_text("utf-8"))


def bring_in(project, thanks, by, *, now=NOW):
    keys = {one.key for one in thanks}
    return import_claims(project, thanks, keys, happened_on=DAY, by=by, now=now)


def test_a_plan_says_of_each_line_what_becomes_of_it(project, thanks):
    rows = {row.thanks.key: row for row in plan_import(project, thanks)}

    assert rows["talk:li-ming"].can_be_claimed
    assert rows["talk:li-ming"].kind_name == "talk"
    assert not rows["code:li-ming"].can_be_claimed
    assert not rows["podcast:He-Fan"].can_be_claimed
    assert rows["eventOrganizing:nobody-here"].actor is None


def test_people_are_known_by_number_and_only_else_by_login(project, thanks):
    rows = {row.thanks.key: row.actor for row in plan_import(project, thanks)}

    assert rows["mentoring:wu-renamed"].login == "wu-tong"
    assert rows["video:He-Fan"].login == "he-fan"
    passed_on = [Thanks("li-ming", "4444", "talk")]
    assert plan_import(project, passed_on)[0].actor is None


def test_what_is_chosen_becomes_claims_that_wait(project, thanks, sun):
    made = import_claims(
        project, thanks, {"talk:li-ming", "code:li-ming"}, happened_on=DAY, by=sun, now=NOW
    )

    claim = WorkClaim.objects.get()
    assert made == 1
    assert (claim.nominee.login, claim.kind, claim.state) == ("li-ming", "talk", "claimed")
    assert (claim.source, claim.nominated_by) == ("all-contributors", sun)


def test_importing_twice_makes_nothing_twice_whatever_was_decided(project, thanks, sun, zhou):
    assert bring_in(project, thanks, sun) == 5
    decline_claim(WorkClaim.objects.all()[0], reason="Never was", by=zhou, now=NOW)

    assert bring_in(project, thanks, zhou, now=NOW + timedelta(days=400)) == 0
    assert WorkClaim.objects.count() == 5


def test_two_imports_at_once_make_nothing_twice(committed_db, project, thanks, sun):
    done = at_once(*[lambda: bring_in(project, thanks, sun)] * 3)

    assert not [one for one in done if isinstance(one, Exception)]
    assert WorkClaim.objects.count() == 5


def test_a_plan_takes_as_many_queries_however_long_the_file_is(project, thanks):
    counts = []
    for size in (1, 200):
        many = [Thanks(f"person-{n}", str(n + 1), "talk") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            plan_import(project, many)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 5
