"""Single figures: units, places, and what is not told."""

import pytest

from tests.unit.views.digest.asking import told


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"net_local_5pct": -220539.96}, "net_local_5pct -220,540"),
        ({"sigma": 2.13, "horizon_days": 1}, "sigma 2.13, horizon_days 1d"),
        ({"straddle_usd": 1431.7}, "straddle_usd $1,431.7"),
        ({"oi": "412.5", "pcr_ratio": 0.72}, "oi 412.5, pcr_ratio 0.72"),
        ({"expiry": None, "expiries": None, "value": 3.5}, "value 3.5"),
        ({"best_bid_iv": 48.2, "iv_dispersion": 0.42}, "best_bid_iv 48.2%, iv_dispersion 0.42"),
    ],
)
def test_a_figure_takes_the_unit_its_name_says_in_full(data: object, said: str) -> None:
    assert said in told(data)


def test_what_is_no_price_has_no_distance() -> None:
    data = {"open_interest": {"latest": {"close": 72_100.4}}}
    assert told(data, units={"close": "coin"}) == ["open_interest.latest: close 72,100"]


def test_a_price_has_its_distance_and_is_never_shortened() -> None:
    found = told({"flip_usd": 69_431.7, "upper_1sd": 71_250.0})
    assert found == ["flip_usd $69,431.7 (-0.8%) · upper_1sd $71,250 (+1.8%)"]


def test_the_hint_leads_and_upstream_s_prose_stays_out() -> None:
    data = {"overall": {"trades": 10, "premium_usd": 5e6, "note": "x" * 60}}
    assert told(data, lead=("trades",))[0] == "overall: trades 10"
    assert not any("xxx" in one for one in told(data))


def test_short_lists_are_told() -> None:
    assert told({"zero_contour": [70_700.0]}, units={"*zero*": "USD price"}) == [
        "first of 1 zero_contour: $70,700 (+1.0%)"
    ]


def test_what_was_asked_for_is_said() -> None:
    found = told({"value": 1.0}, query={"greek": "charm"}, say="vendor sign")
    assert "greek charm; vendor sign" in found
