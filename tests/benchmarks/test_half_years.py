"""What people earn in half a year is measured on the sample histories."""

from benchmarks.half_years import percentiles, run


def test_percentiles_stand_between_neighbours():
    assert percentiles(range(0, 101_000, 1000)) == {50: 50, 75: 75, 90: 90, 95: 95, 99: 99}


def test_limits_take_and_never_give():
    rows = list(run(["half-years"], quick=True))

    assert len(rows) == 2
    for row in rows:
        assert 0 < row["ours"] <= row["floor_value"]
        assert "reach 25 points" in row["details"][1]


def test_what_was_not_asked_for_is_not_measured():
    assert list(run(["score"], quick=True)) == []
