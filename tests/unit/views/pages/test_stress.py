"""The page of the stored gamma levels."""

from tests.unit.views.digest.asking import hourly, page_told

PATH = "/gex/stress-history"
LEVELS = {
    "spotPrice": [70_000.0, 71_000.0, 69_000.0, 70_000.0],
    "gammaFlip": [69_500.0, None, 69_500.0, 69_300.0],
    "callWall": [75_000.0] * 4,
    "netGex": [1e7, 2e7, -3e7, 4e7],
}


def test_the_newest_levels_have_their_distance_and_the_flip_the_share_above_it() -> None:
    lines = page_told(PATH, {"zeta": {"timestamps": hourly(4), **LEVELS}})
    assert lines[0] == (
        "latest 12:00Z: gammaFlip $69,300 (-1.0%) · netGex +$40m · callWall $75,000 (+7.1%)"
        " · USD per 1% move"
    )
    assert "std, not comparable with live flow" in lines
    assert "rows with spot above flip: 66.7%" in lines


def test_without_a_flip_the_digests_answer() -> None:
    levels = {name: values for name, values in LEVELS.items() if name != "gammaFlip"}
    assert page_told(PATH, {"timestamps": hourly(4), **levels}) == []
