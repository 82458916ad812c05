"""What a form of many decisions says, and what it changes."""

from django.http import QueryDict

from credits.views.decisions import (
    LEAVE,
    NO,
    YES,
    Chosen,
    DecisionRow,
    choose,
    chosen_in,
    counts_of,
)


def form(**fields):
    sent = QueryDict(mutable=True)
    sent.update(fields)
    return sent


def test_what_is_not_understood_is_left_out():
    sent = form(**{"verdict-7": "yes", "verdict-x": "yes", "verdict-8": "maybe", "verdict-٣": "no"})

    assert chosen_in(sent) == {7: Chosen("yes", "", "")}


def test_a_reason_belongs_to_a_no_and_is_cut():
    sent = form(**{"verdict-7": "no", "reason-7": " \0because " + "x" * 2_000, "seen-7": "3"})

    (said,) = chosen_in(sent).values()

    assert said.reason.startswith("because x")
    assert len(said.reason) == 1_000


def test_only_what_differs_from_what_stands_is_a_change():
    rows = [
        DecisionRow(1, None, seen="0"),
        DecisionRow(2, None, seen="5", stands=YES),
        DecisionRow(3, None, seen="6", stands=NO, stands_because="Copied"),
        DecisionRow(4, None, seen="0", obstacle="your own"),
    ]
    said = {
        1: Chosen(YES, "", "0"),
        2: Chosen(YES, "", "5"),
        3: Chosen(NO, "Copied from a book", "6"),
        4: Chosen(YES, "", "0"),
    }

    choose(rows, said)

    assert [row.key for row in rows if row.is_changed] == [1, 3]
    assert counts_of(rows) == {YES: 1, NO: 1, LEAVE: 0}


def test_all_means_what_the_form_showed_and_nobody_decided_on():
    rows = [
        DecisionRow(1, None, seen="0"),
        DecisionRow(2, None, seen="0"),
        DecisionRow(3, None, seen="5", stands=NO, stands_because="No"),
    ]

    choose(rows, {1: Chosen(LEAVE, "", "0"), 3: Chosen(NO, "No", "5")}, all_yes=True)

    assert [row.choice for row in rows] == [YES, LEAVE, NO]
