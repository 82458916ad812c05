"""What cannot be kept becomes a gap with its reason, and its neighbours stay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    ForgeAnswerError,
    Kind,
    Page,
    Participant,
    Role,
)
from harvesters.services.quarantine import quarantined

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
LI = ActorRecord("forge.example", "101", "liming")
SOUND = ContributionRecord(
    "7", Kind.CHANGE, AT, "merged", "Read it", "", [Participant(LI, Role.AUTHOR)]
)


def by(**told):
    return replace(SOUND, participants=[Participant(replace(LI, **told), Role.AUTHOR)])


def test_a_page_of_sound_records_is_as_it_was():
    page = Page([SOUND], {"after": "x"}, total=1)

    assert quarantined(page) is page


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (replace(SOUND, title=5), "its title is no text"),
        (replace(SOUND, url=None), "its url is no text"),
        (replace(SOUND, state={}), "its state is no text"),
        (replace(SOUND, state="x" * 33), "its state is not one that we know"),
        (replace(SOUND, external_id=7), "its number is none"),
        (replace(SOUND, external_id=""), "its number is none"),
        (replace(SOUND, external_id="7\0"), "its number is none"),
        (replace(SOUND, external_id="7" * 256), "its number is none"),
        (replace(SOUND, occurred_at=None), "it happened at None"),
        (replace(SOUND, occurred_at=AT.replace(tzinfo=None)), "it happened at 2026"),
        (replace(SOUND, occurred_at=datetime(1, 1, 1, tzinfo=UTC)), "it happened at 0001"),
        (by(external_id="1\ud800"), "the number of an account is none"),
        (by(external_id=None), "the number of an account is none"),
        (by(login=None), "the name of an account is no text"),
        (
            replace(SOUND, participants=[Participant(LI, Role.AUTHOR, 2**31)]),
            "somebody's share is no number",
        ),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_what_cannot_be_kept_is_a_gap_and_its_neighbours_stay(record, why):
    page = quarantined(Page([SOUND, record, SOUND], {}))

    (gap,) = page.gaps
    assert page.records == [SOUND, SOUND]
    assert page.items == 3
    assert gap.subject.startswith("change ")
    assert why in gap.reason


def test_a_gap_concerns_those_whose_work_it_was():
    page = quarantined(Page([replace(SOUND, title=None)], {}))

    assert page.gaps[0].concerns == (LI,)


def test_the_ends_of_the_calendar_are_told_in_no_time_zone():
    last = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12)))

    page = quarantined(Page([replace(SOUND, occurred_at=last)], {}))

    assert page.records == []
    assert "9999" in page.gaps[0].reason


@pytest.mark.parametrize("total", [-1, 2**31])
def test_a_count_that_cannot_be_is_not_told(total):
    assert quarantined(Page([SOUND], {}, total=total)).total is None


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_cursor_that_cannot_be_kept_is_refused_by_name(text):
    with pytest.raises(ForgeAnswerError, match="cannot be kept"):
        quarantined(Page([SOUND], {"stands": [{"after": text}]}))
