"""A witness cosigns a log that only grew, and tells in what way another one did not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.core.checkpoint import Checkpoint
from credits.core.merkle import leaf_hash, root_hash
from credits.core.witness import Growth, growth

ORIGIN = "credits.university.example/log"
LEAVES = [leaf_hash(b"%d" % number) for number in range(900)]


def reader(leaves):
    """The tiles of a log with ``leaves``."""
    upper = [
        root_hash(leaves[start : start + 256]) for start in range(0, len(leaves) // 256 * 256, 256)
    ]
    levels = [leaves, upper]
    return lambda tiles: {
        tile: b"".join(levels[tile.level][tile.span.start : tile.span.stop]) for tile in tiles
    }


def checkpoint(leaves):
    return Checkpoint(ORIGIN, len(leaves), root_hash(leaves))


@given(st.integers(0, 900), st.integers(1, 900))
def test_a_log_that_only_grew_may_be_cosigned(first, more):
    first, second = sorted((first, more))
    seen, offered = checkpoint(LEAVES[:first]), checkpoint(LEAVES[:second])

    found = growth(seen, offered, reader(LEAVES[:second]))

    assert found is (Growth.SAME if first == second else Growth.GREW)
    assert found.is_honest


@given(st.data())
def test_a_log_whose_past_was_changed_has_forked(data):
    first = data.draw(st.integers(1, 899))
    second = data.draw(st.integers(first, 900))
    place = data.draw(st.integers(0, first - 1))
    forged = [*LEAVES[:place], leaf_hash(b"forged"), *LEAVES[place + 1 : second]]

    found = growth(checkpoint(LEAVES[:first]), checkpoint(forged), reader(forged))

    assert found is Growth.FORKED
    assert not found.is_honest


@given(st.data())
def test_an_entry_slipped_in_before_what_was_seen_is_a_fork(data):
    first = data.draw(st.integers(1, 800))
    place = data.draw(st.integers(0, first - 1))
    forged = [*LEAVES[:place], leaf_hash(b"back-dated"), *LEAVES[place:850]]

    found = growth(checkpoint(LEAVES[:first]), checkpoint(forged), reader(forged))

    assert found is Growth.FORKED


def test_the_first_look_takes_what_the_tiles_agree_with():
    offered = checkpoint(LEAVES)

    assert growth(None, offered, reader(LEAVES)) is Growth.FIRST
    assert growth(None, offered, reader(LEAVES[::-1])) is Growth.DAMAGED
    assert growth(None, offered, lambda _tiles: {}) is Growth.DAMAGED


def test_a_log_that_shrank_or_became_another_is_not_cosigned():
    seen = checkpoint(LEAVES)

    assert growth(seen, checkpoint(LEAVES[:899]), reader(LEAVES)) is Growth.SHRANK
    assert growth(seen, replace(seen, origin="other/log"), reader(LEAVES)) is Growth.OTHER_LOG


@pytest.mark.parametrize("place", [0, 300, 599])
def test_tiles_that_do_not_lead_to_the_signed_root_are_damage_and_no_fork(place):
    damaged = [*LEAVES[:place], leaf_hash(b"damage"), *LEAVES[place + 1 :]]
    read = reader(LEAVES)

    def reads(tiles):
        spoilt = reader(damaged)(tiles)
        return {tile: spoilt[tile] if tile.level == 0 else read([tile])[tile] for tile in tiles}

    assert growth(checkpoint(LEAVES[:600]), checkpoint(LEAVES), reads) in {
        Growth.DAMAGED,
        Growth.GREW,
    }
