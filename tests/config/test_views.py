"""The operator's page: what runs, what fails and how to mend it, how each harvest stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from harvesters.models import HarvestCursor, Heartbeat, Repository

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    user = User.objects.create_user("operator", is_staff=True)
    client.force_login(user)
    return client


def source(number: int, **fields: object) -> HarvestCursor:
    path = f"lab/project-{number}"
    repository = Repository.objects.create(host="forge.example", external_id=number, path=path)
    return HarvestCursor.objects.create(source=f"git:{path}", repository=repository, **fields)


def test_an_operator_sees_every_failing_check_with_its_mend(operator):
    page = operator.get("/operate").content.decode()

    assert "no tick yet" in page
    assert "opencredits serve" in page


def test_a_source_that_failed_comes_first_with_its_reason(operator):
    source(1)
    source(2, error="The repository is gone.")

    page = operator.get("/operate").content.decode()

    assert "The repository is gone." in page
    assert page.index("lab/project-2") < page.index("lab/project-1")


def test_a_source_that_only_waits_for_its_forge_does_not_come_first(operator):
    source(1, error="The token is refused.")
    source(2, error="No more before noon.", is_waiting=True)

    page = operator.get("/operate").content.decode()

    assert page.index("lab/project-1") < page.index("lab/project-2")


def test_the_queue_counts_what_is_due_and_what_is_being_read(operator):
    now = timezone.now()
    source(1, next_at=now - timedelta(hours=2))
    source(2, next_at=now - timedelta(hours=1), lease_until=now + timedelta(minutes=5))
    source(3, next_at=now + timedelta(hours=1))
    Heartbeat.objects.create(name="tick", beaten_at=now)

    context = operator.get("/operate").context

    assert (context["due_count"], context["held_count"]) == (1, 1)
    assert context["oldest_due"] == now - timedelta(hours=2)
    assert context["sources_count"] == 3


def test_the_number_of_queries_does_not_grow_with_the_sources(
    operator, django_assert_max_num_queries
):
    for number in range(20):
        source(number)

    with django_assert_max_num_queries(22):
        operator.get("/operate")


def test_others_do_not_learn_that_the_page_exists(client):
    client.force_login(User.objects.create_user("student"))

    assert client.get("/operate").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client):
    answer = client.get("/operate")

    assert answer.status_code == 302
    assert "next=/operate" in answer["Location"]
