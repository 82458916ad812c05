"""What every page shows."""

import pytest
from django.utils.translation import override

from accounts.models import User
from config.checks import run_checks
from credits.templatetags.pages import CHECK_NAMES, breakable, check_name, person_name

LI = User(username="li", display_name="Li Ming", native_name="李明")


@pytest.mark.parametrize(("language", "name"), [("en", "Li Ming"), ("zh-hans", "李明")])
def test_a_person_is_called_as_the_reader_would(language, name):
    with override(language):
        assert person_name(LI) == name


def test_who_has_one_name_only_is_called_by_it():
    with override("zh-hans"):
        assert person_name(User(username="li", display_name="Li Ming")) == "Li Ming"


@pytest.mark.django_db
def test_every_check_has_a_name_for_people():
    assert {check.name for check in run_checks()} <= set(CHECK_NAMES)


def test_a_check_that_nobody_named_keeps_its_own_name():
    assert check_name("phase of the moon") == "phase of the moon"


def test_an_address_breaks_after_its_slashes_and_nothing_in_it_is_run():
    assert breakable("https://credits.example/c/<b>") == (
        '<span class="nw">credits.example/</span><wbr><span class="nw">c/</span>'
        '<wbr><span class="nw">&lt;b&gt;</span>'
    )
