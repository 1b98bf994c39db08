"""What a digest must not say: totals counted twice, units and places the payload does not bear."""

from typing import Any

from tests.unit.views.digest.asking import hourly, line, told

_EXPIRIES = ("04DEC26", "25DEC26", "29JAN27", "26FEB27")


def _named(**figures: float) -> dict[str, Any]:
    return {"rows": [{"fund": name, "flow": value} for name, value in figures.items()]}


def test_a_row_called_total_is_no_member() -> None:
    for name in ("Total", "ALL", "all_funds", "grand_total"):
        data = _named(**{"IBIT": 10e6, "FBTC": 30e6, "GBTC": 60e6, name: 100e6})
        lines = told(data, units={"flow": "USD"})
        assert f"as served {name}: flow $100m" in lines
        assert any("$60m (60.0%) (GBTC)" in one for one in lines)
        assert not any("$200m" in one for one in lines)
    assert "total of 1 rows: flow $1m" in told(_named(Total=1e6), units={"flow": "USD"})


def test_a_fund_as_large_as_all_others_is_no_total() -> None:
    funds = told(_named(IBIT=50e6, FBTC=20e6, GBTC=20e6, ARKB=10e6), units={"flow": "USD"})
    assert "total of 4 rows: flow $100m" in funds


def test_a_row_as_large_as_all_others_is_their_total_unless_it_is_a_fund() -> None:
    assert "as served every: flow $61m" in told(
        _named(IBIT=10e6, FBTC=20e6, GBTC=31e6, every=61e6), units={"flow": "USD"}
    )
    funds = told(_named(IBIT=50e6, FBTC=20e6, GBTC=20e6, ARKB=10e6), units={"flow": "USD"})
    assert "total of 4 rows: flow $100m" in funds


def test_a_rate_whose_scale_nothing_states_is_told_as_served() -> None:
    data = {"ts": hourly(3), "premium": [0.0012, 0.0013, 0.00538]}
    assert told(data, lead=("premium",))[0] == "latest 12:00Z: premium 0.00538"


def test_the_scale_a_payload_states_counts() -> None:
    series = {"ts": hourly(3), "aum": [1.0, 2.0, 71_200.0]}
    asked: dict[str, Any] = {"units": {"aum": "USD"}, "adds": ("aum",)}
    for stated in ({"unit": "US$ millions"}, {"units": {"aum": "usd_millions"}}):
        assert told({**stated, **series}, **asked)[0] == "latest 12:00Z: aum $71.2bn"
    assert told({"scale": "thousands USD", **series}, **asked)[0] == "latest 12:00Z: aum $71.2m"
    assert "$" not in told({"unit": "USD lakhs", **series}, **asked)[0]


def test_an_exposure_keeps_its_meaning_and_takes_the_scale() -> None:
    data = {"unit": "USD millions per 1% move", "ts": hourly(2), "gex": [1.5, 60.2]}
    found = told(data, units={"*gex*": "USD per 1% move"})[0]
    assert found == "latest 12:00Z: gex +$60.2m · USD per 1% move"


def test_that_no_unit_is_stated_goes_when_the_payload_states_one() -> None:
    hint = {"*oi*": "unit not stated"}
    data = {"ts": hourly(2), "oi_usd": [1e9, 2e9]}
    assert not any("not stated" in one for one in told(data, units=hint))
    plain = {"ts": hourly(2), "oi": [1e5, 2e5]}
    assert told(plain, units=hint)[0] == "latest 12:00Z: oi 200,000 · unit not stated"


def test_a_lone_column_without_a_name_is_what_the_endpoint_serves() -> None:
    rows = [{"t": at, "v": 0.7 + step / 10} for step, at in enumerate(hourly(3))]
    assert told({"pcr": rows}, lead=("*pcr*",))[0] == "latest 12:00Z: pcr 0.9"


def test_names_in_a_list_elsewhere_name_the_columns() -> None:
    rows = [[at, 5.5 + step, -1.5] for step, at in enumerate(hourly(6))]
    data = {"schema": {"columns": ["ts", "gammaFlow", "charm"]}, "rows": rows}
    assert told(data, lead=("*flow*",))[0] == "latest 12:00Z: gammaFlow 10.5"


def test_moves_prices_and_running_sums_do_not_add() -> None:
    rows = [{"expiry": expiry, "move_usd": 900.0, "nav_usd": 50.0} for expiry in _EXPIRIES]
    assert line({"rows": rows}, "total") == ""
    data = {"ts": hourly(4), "cum_flow": [1.0, -2.0, 3.0, 4.0]}
    assert not any("median" in one or "above 0" in one for one in told(data))


def test_a_panel_of_quantities_is_a_series_of_them() -> None:
    days = [f"2026-11-{day:02d}" for day in range(1, 28)]
    data = {"series": {day: [45.0, 40.0, 5.0] for day in days}, "columns": ["iv", "rv", "spread"]}
    found = told(data, lead=("spread", "iv", "rv"), units={"*v": "iv", "spread": "iv points"})
    assert found[0] == "latest 2026-11-27: spread +5.0 pts, iv 45.0%, rv 40.0%"


def test_the_close_of_candles_of_any_quantity_leads() -> None:
    bars = {f"oi_{part}": [100.0, 110.0] for part in ("open", "high", "low")}
    data = {"ts": hourly(2), **bars, "oi_close": [101.0, 105.0]}
    assert told(data, lead=("*oi*",))[0].startswith("latest 12:00Z: oi_close 105")


def test_a_running_sum_is_looked_at_on_each_side_of_spot() -> None:
    ladder = {70_000.0 + 1_000 * step: value for step, value in
              zip(range(-3, 4), (1.0, -1.0, -2.0, 0.0, 3.0, 4.0, -5.0), strict=True)}  # fmt: skip
    rows = [{"strike": price, "cum_hedge": value} for price, value in ladder.items()]
    found = line({"rows": rows}, "sign change", lead=("cum_hedge",))
    assert "above cum_hedge: from 4 at 72,000" in found and "below cum_hedge: from 1" in found


def test_nothing_served_is_told_as_nothing_served() -> None:
    assert told({"trades": []}) == ["trades: rows received 0"]
    nothing = {"t": hourly(9), "rate": [None] * 9}
    assert "first of 9 rate: n/a, n/a, n/a" in told(nothing, lead=("rate",))
    rows = {"rows": [{"ts": at, "rate": None} for at in hourly(9)]}
    assert "in all 9 rows: rate n/a" in told(rows, lead=("rate",))


def test_parts_that_mean_nothing_alone_bear_the_name_around_them() -> None:
    data = {"acceleration": {"above": {"strength": 2.0}, "below": {"strength": 3.0}}}
    assert told(data) == ["acceleration.above: strength 2", "acceleration.below: strength 3"]


def test_events_with_a_side_are_prints_though_no_two_share_an_instant() -> None:
    sides = ("long", "short")
    events = [
        {"time": at, "side": sides[step % 2], "price": 69_000.0 + step, "usd": 1e5 * step}
        for step, at in enumerate(hourly(20))
    ]
    lines = told({"events": events}, lead=("*usd*",))
    assert lines[0].startswith("window from") and lines[1] == "total of 20 rows: usd $19m"
    assert any(one.startswith("total by side usd: $9m (long) · $10m (short)") for one in lines)


def test_a_total_says_how_many_rows_it_lacks() -> None:
    data = {"ts": hourly(6), "volume_usd": [1e6, None, None, 2e6, 3e6, 4e6]}
    assert "sum of 6 rows: volume_usd $10m, n/a in 2" in told(data)
    rows = [{"venue": name, "oi_usd": x} for name, x in (("okx", 3e6), ("bybit", None))]
    assert "total of 2 rows: oi_usd $3m, n/a in 1" in told({"rows": rows})
