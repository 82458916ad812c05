import pytest
from django.urls import reverse

from accounts.demo import DEMO_ROLES, demo_sign_in_path
from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    return [User.objects.create(username=role.username) for role in DEMO_ROLES.values()]


@pytest.mark.parametrize("role", DEMO_ROLES)
def test_the_printed_link_signs_in_with_one_click(client, demo, role):
    answer = client.get(demo_sign_in_path(role))

    assert answer.status_code == 302
    assert answer["Location"] == reverse(DEMO_ROLES[role].landing)
    assert client.session["_auth_user_id"] == str(
        User.objects.get(username=DEMO_ROLES[role].username).pk
    )


def test_a_link_of_another_role_asks_for_a_click(client, demo):
    key = demo_sign_in_path("student").partition("=")[2]

    answer = client.get(reverse("demo-sign-in", args=["operator"]), {"key": key})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_click_signs_in_without_a_key(client, demo):
    answer = client.post(reverse("demo-sign-in", args=["registrar"]))

    assert answer.status_code == 302
    assert "_auth_user_id" in client.session


def test_nobody_signs_in_by_demo_where_there_is_no_demo(client, demo, settings):
    settings.DEMO = False

    assert client.get(demo_sign_in_path("student")).status_code == 404
    assert client.post(reverse("demo-sign-in", args=["student"])).status_code == 404


def test_an_unknown_role_is_not_found(client, demo):
    assert client.get(reverse("demo-sign-in", args=["rector"])).status_code == 404


def test_a_person_chooses_language_and_time_zone(client):
    person = User.objects.create(username="li")
    client.force_login(person)

    answer = client.post(
        reverse("preferences"), {"language": "zh-hans", "time_zone": "Asia/Shanghai"}
    )

    person.refresh_from_db()
    assert (person.language, person.time_zone) == ("zh-hans", "Asia/Shanghai")
    assert answer.cookies["django_language"].value == "zh-hans"


def test_a_time_zone_that_does_not_exist_is_refused(client):
    client.force_login(User.objects.create(username="li"))

    answer = client.post(reverse("preferences"), {"language": "", "time_zone": "Moon/Crater"})

    assert answer.status_code == 200
    assert answer.context["form"].errors["time_zone"]
