"""Keys: which columns place the rows of a table, and the form that follows."""

import random

import pytest

from tests.unit.views.read.reading import AT, column, grid, iso, keys, ms, table

CHANCE = random.Random(5)
EXPIRIES = ["29NOV26", "04DEC26", "25DEC26", "26MAR27"]
STRIKES = [60_000 + 1_000 * place for place in range(12)]
VENUES = ["deribit", "okx", "bybit"]
HOURS = range(12, 0, -1)


def some() -> float:
    return CHANCE.gauss(0, 1e6)


def test_time_beats_the_close_of_a_candle():
    rows = [{"time": ms(hour), "open": 1, "close": 70_000 + hour} for hour in HOURS]
    found = table(rows)
    assert (found.form, keys(found)) == ("series", ["time"])
    assert column(found, "close").values[-1] == 70_001


def test_rows_are_ordered_by_time_oldest_first():
    found = table([{"recordedAt": iso(hour), "v": hour} for hour in range(1, 9)])
    assert column(found, "v").values == list(range(8, 0, -1))
    assert found.key[0].values[-1] == AT.replace(hour=9)


def test_expiries_with_distinct_prices_are_a_curve():
    rows = [{"expiry": e, "max_pain": 70_000 + n, "dte": n} for n, e in enumerate(EXPIRIES)]
    found = table(rows[::-1])
    assert (found.form, keys(found)) == ("curve", ["expiry"])
    assert list(found.key[0].values) == EXPIRIES
    assert [column.name for column in found.columns] == ["max_pain", "dte"]


def test_a_futures_curve_is_placed_by_the_expiry_in_the_instrument():
    rows = [{"instrument": f"BTC-{e}", "price": 70_000 + n} for n, e in enumerate(EXPIRIES)]
    found = table([{"instrument": "BTC-PERPETUAL", "price": 69_990}, *rows])
    assert found.form == "curve"
    assert list(found.key[0].values) == [*(f"BTC-{e}" for e in EXPIRIES), "BTC-PERPETUAL"]


@pytest.mark.parametrize("axis", ["strike", "price", "level"])
def test_levels_with_a_stamp_are_a_ladder(axis):
    rows = [{axis: k, "net": some(), "updated_at": iso(CHANCE.random())} for k in STRIKES]
    CHANCE.shuffle(rows)
    found = table(rows)
    assert (found.form, list(found.key[0].values)) == ("ladder", STRIKES)


def test_venues_with_own_prices_and_stamps_are_a_cross_section():
    rows = [{"venue": v, "last_price": 70_000 + n, "ts": ms(n / 999)} for n, v in enumerate(VENUES)]
    found = table(rows)
    assert (found.form, list(found.key[0].values)) == ("cross_section", VENUES)


def test_named_levels_are_told_by_their_names():
    rows = [{"type": "call_wall", "price": 75_000}, {"type": "put_wall", "price": 65_000}]
    assert table(rows).form == "cross_section"


def test_a_date_all_rows_share_is_no_axis():
    rows = [{"date": "2026-11-27", "fund": fund, "flow": some()} for fund in ("IBIT", "FBTC")]
    assert table(rows).form == "cross_section"


def test_days_and_funds_are_a_panel():
    rows = [
        {"date": f"2026-11-{day}", "fund": fund, "premium": some(), "price": 60 + some()}
        for day in range(10, 20)
        for fund in ("IBIT", "FBTC", "ARKB")
        if (day, fund) != (19, "ARKB")
    ]
    found = table(rows)
    assert (found.form, keys(found), found.size) == ("panel", ["time", "name"], 29)


def test_prints_share_instants_and_ids_are_no_axis():
    rows = [
        {
            "id": f"t{n}",
            "ts": ms(n // 2 * CHANCE.random()),
            "side": CHANCE.choice(["buy", "sell"]),
            "instrument": f"BTC-25DEC26-{60_000 + n % 9 * 1_000}-C",
            "premium_usd": some(),
        }
        for n in range(60)
    ]
    found = table(rows)
    assert (found.form, list(found.key)) == ("prints", [])
    instants = list(column(found, "ts").values)
    assert instants == sorted(instants)


def test_a_few_prints_with_distinct_strikes_are_prints():
    rows = [
        {"t": ms(n * n / 99), "direction": "buy", "strike": 60_000 + 500 * n, "size": 1}
        for n in range(6)
    ]
    assert table(rows).form == "prints"


def test_names_at_scattered_instants_are_prints():
    rows = [
        {"t": ms(n // 3 * 0.1), "contract": f"BTC-25DEC26-{n * 37 % 100}000-C", "size": n}
        for n in range(90)
    ]
    assert table(rows).form == "prints"


def test_a_chain_is_contracts_and_its_instruments_and_stamps_are_not():
    rows = [
        {
            "instrument": f"BTC-{e}-{k}-{t}",
            "expiry": e,
            "strike": k,
            "type": t,
            "at": ms(some() / 1e9),
        }
        for e in EXPIRIES
        for k in STRIKES
        for t in ("call", "put")
    ]
    found = table(rows)
    assert (found.form, keys(found)) == ("contracts", ["expiry", "price", "name"])


def test_a_chain_of_one_expiry_is_contracts():
    rows = [{"strike": k, "type": t, "iv": some()} for k in STRIKES for t in "CP"]
    found = table(rows)
    assert (found.form, keys(found)) == ("contracts", ["price", "name"])


def test_strikes_by_venue_are_a_grid():
    rows = [{"strike": k, "venue": v, "oi": some()} for k in STRIKES for v in VENUES]
    found = grid(rows)
    assert (found.down.role, found.across.role) == ("price", "name")


def test_cells_no_row_speaks_of_are_missing():
    rows = [{"expiry": e, "strike": k, "iv": 1.0} for e in EXPIRIES for k in STRIKES]
    found = grid(rows[1:])
    assert found.layers["iv"][0][0] is None
    assert found.layers["iv"][3][11] == 1.0


def test_expiries_with_own_prices_are_a_sparse_grid():
    surface = [
        {"expiry": e, "points": [[40_000 + n * 10 + 700 * p, some()] for p in range(50)]}
        for n, e in enumerate(EXPIRIES)
    ]
    found = grid({"surface": surface})
    assert len(found.across.values) == 200
    assert sum(cell is not None for row in next(iter(found.layers.values())) for cell in row) == 200


def test_strikes_that_name_their_largest_expiry_are_a_ladder():
    rows = [{"strike": k, "net": some(), "top_expiry": CHANCE.choice(EXPIRIES)} for k in STRIKES]
    assert table(rows).form == "ladder"


def test_tenors_by_moneyness_are_a_grid():
    rows = [
        {"tenor": f"{t}d", "moneyness": m, "iv": some()} for t in (7, 30) for m in (0.9, 1, 1.1)
    ]
    found = grid(rows)
    assert (found.down.role, found.across.name) == ("days", "moneyness")


def test_repeated_rows_do_not_end_a_series():
    rows = [{"t": ms(hour), "v": some()} for hour in range(200)]
    assert table([*rows, rows[7]]).form == "series"


def test_a_time_nobody_can_read_is_told_as_served():
    found = table([{"week": "W1", "date": f"week {n}", "v": some()} for n in range(5)])
    assert (found.form, found.as_served) == ("rows", True)


def test_rows_without_an_axis_are_rows():
    found = table([{"a": 1.5, "b": 2}, {"a": 0.5, "b": 9}])
    assert (found.form, list(found.key), found.as_served) == ("rows", [], False)


def test_what_has_no_place_comes_last():
    rows = [{"expiry": None, "oi": 9}, *({"expiry": e, "oi": n} for n, e in enumerate(EXPIRIES))]
    assert list(column(table(rows), "oi").values) == [0, 1, 2, 3, 9]
