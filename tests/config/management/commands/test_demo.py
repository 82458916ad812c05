"""``opencredits demo``: invented people over history of real shape; never among real people."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Institution, User
from config.management.commands.demo import refuse_among_real_people, refuse_in_production
from credits.models import (
    Certificate,
    CourseAssignment,
    CourseworkTerms,
    LogEntry,
    Project,
    Recognition,
    Score,
)
from harvesters.models import Contribution, Participation


def counts() -> dict[str, int]:
    kinds = (
        *(Contribution, Participation, Project, Score, User, Institution),
        *(Certificate, LogEntry, Recognition, CourseworkTerms, CourseAssignment),
    )
    return {kind.__name__: kind.objects.count() for kind in kinds}


@pytest.mark.django_db
def test_loading_it_again_changes_nothing(settings, tmp_path):
    settings.HOME = tmp_path
    settings.ISSUER_KEY_FILE = tmp_path / "keys" / "issuer.pem"

    call_command("demo", no_serve=True)
    first = counts()
    call_command("demo", no_serve=True)

    assert counts() == first
    assert Contribution.objects.filter(kind__in=["commit", "change"]).count() == 4_235
    assert first["Project"] == 4
    assert first["Institution"] == 2
    assert all(first.values())
    assert sorted(CourseworkTerms.objects.values_list("stance", flat=True)) == [
        "closed",
        "limited",
        "welcome",
    ]
    assert CourseAssignment.objects.accepted().count() == 1


@pytest.mark.django_db
def test_a_database_with_real_people_is_refused():
    refuse_among_real_people()
    User.objects.create_user("li.ming", email="li.ming@university.example")

    with pytest.raises(CommandError, match=r"holds people already\. Give the demo"):
        refuse_among_real_people()


@pytest.mark.parametrize(
    ("variables", "reset", "message"),
    [
        ({"BASE_URL": "https://credits.example"}, False, "looks like a real site"),
        ({"DATABASE_URL": "postgresql:///real"}, False, "say so with OPENCREDITS_DEMO=1"),
        ({"DATABASE_URL": "postgresql:///real", "DEMO": True}, True, "empty that one yourself"),
    ],
)
def test_what_may_be_a_real_site_is_refused(settings, variables, reset, message):
    for name, value in variables.items():
        setattr(settings, name, value)

    with pytest.raises(CommandError, match=message):
        refuse_in_production(reset=reset)


def test_a_database_given_to_the_demonstration_is_taken(settings):
    settings.DATABASE_URL, settings.DEMO = "postgresql:///trial", True

    refuse_in_production(reset=False)
