"""Which lane is used next."""

from bq_mcp.client.lanes import Lanes


def test_the_least_used_lane_is_next_and_the_first_of_several() -> None:
    lanes = Lanes(["a", "b"])
    with lanes.least_used() as first, lanes.least_used() as second:
        with lanes.least_used() as third:
            assert (first, second, third) == ("a", "b", "a")
        with lanes.least_used() as again:
            assert again == "a"
    with lanes.least_used() as alone:
        assert alone == "a"
    assert list(lanes) == ["a", "b"]
