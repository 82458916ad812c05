"""Forms about a person's own account."""

import pytest

from accounts.forms import PreferencesForm
from accounts.models import User
from tests.pages import HOSTILE, sendable


def test_a_language_and_a_time_zone_are_chosen():
    form = PreferencesForm({"language": "zh-hans", "time_zone": "Asia/Shanghai"}, instance=User())

    assert form.is_valid()
    assert (form.instance.language, form.instance.time_zone) == ("zh-hans", "Asia/Shanghai")


def test_both_may_be_left_to_the_browser():
    assert PreferencesForm({}, instance=User(time_zone="Asia/Shanghai")).is_valid()


@pytest.mark.parametrize("name", ["language", "time_zone"])
def test_anything_else_is_refused(name):
    for value in (*HOSTILE, "../Asia/Shanghai", "tlh", "Mars/Phobos"):
        form = PreferencesForm({name: sendable(value)}, instance=User())
        assert list(form.errors) == [name], value
