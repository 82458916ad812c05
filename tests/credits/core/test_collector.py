"""The collector rests only where it is told to."""

import gc

import pytest

from credits.core.collector import collector_at_rest


def test_the_collector_works_again_afterwards():
    with collector_at_rest():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_an_error_wakes_it_too():
    with pytest.raises(ValueError, match="slip"), collector_at_rest():
        raise ValueError("slip")

    assert gc.isenabled()


def test_what_rested_before_rests_on():
    with collector_at_rest():
        with collector_at_rest():
            pass

        assert not gc.isenabled()
