"""Layouts: whatever holds the figures, the same tables, grids and records come out."""

import json
import random

import pytest

from tests.unit.views.read.reading import column, grid, iso, keys, ms, read, table

CHANCE = random.Random(3)
EXPIRIES = ["29NOV26", "04DEC26", "25DEC26", "26MAR27"]
STRIKES = [60_000 + 1_000 * place for place in range(12)]


def some() -> float:
    return CHANCE.gauss(0, 1e6)


def candle(hour: int) -> list[float]:
    return [ms(hour), 70_000, 70_400 + hour, 69_000, 70_100, 12.5]


def test_candles_without_names_are_named():
    found = table({"candles": [candle(hour) for hour in range(9)]})
    assert [axis.name for axis in found.key] == ["time"]
    assert [c.name for c in found.columns] == ["open", "high", "low", "close", "volume"]


def test_rows_that_are_no_candles_keep_their_numbers():
    found = table([[ms(hour), some(), some(), some(), some()] for hour in range(9)])
    assert [c.name for c in found.columns] == ["column 2", "column 3", "column 4", "column 5"]


def test_a_header_names_the_columns_of_rows():
    for names, rows in (("columns", "rows"), ("fields", "data"), ("x", "y")):
        found = table({rows: [[ms(h), some()] for h in range(9)], names: ["time", "net_gex"]})
        assert (found.form, found.columns[0].name) == ("series", "net_gex")


def test_a_header_and_an_index_name_a_table():
    data = {
        "index": [ms(h) for h in range(9)],
        "columns": ["net_gex", "call_gex"],
        "data": [[some(), some()] for _ in range(9)],
    }
    found = table(data)
    assert (keys(found), [c.name for c in found.columns]) == (["time"], ["net_gex", "call_gex"])


def test_expiries_by_strikes_in_maps_are_a_grid():
    found = grid({e: {str(k): some() for k in STRIKES} for e in EXPIRIES})
    assert list(found.down.values) == EXPIRIES
    assert found.across.values == STRIKES


def test_frames_find_their_strikes_at_the_root():
    data = {
        "strikes": STRIKES[::-1],
        "deep": {"frames": [{"t": ms(h), "spot": 7e4 + h * h, "gex": STRIKES} for h in range(9)]},
    }
    forms = read(data)
    assert (forms.grids[0].down.role, forms.grids[0].across.values) == ("time", STRIKES)
    assert forms.grids[0].layers["gex"][0][0] == STRIKES[-1]
    assert [c.name for c in forms.tables[0].columns] == ["spot"]
    assert not forms.listings


def test_lists_in_a_record_inside_take_the_axis_outside():
    data = {"strikes": STRIKES, "calls": {"oi": [1] * 12}, "puts": {"oi": [2] * 12}, "odd": [1, 2]}
    forms = read(data)
    assert [found.path for found in forms.tables] == ["calls", "puts"]
    assert [list(found.key[0].values) for found in forms.tables] == [STRIKES, STRIKES]
    assert [listing.path for listing in forms.listings] == ["odd"]
    assert forms.uneven == ["odd"]


def test_days_that_hold_funds_are_one_panel():
    days = [
        {
            "date": f"2026-11-{day}",
            "total": some(),
            "funds": [{"fund": f, "flow": some()} for f in "AB"],
        }
        for day in range(10, 20)
    ]
    forms = read({"days": days})
    assert [found.form for found in forms.tables] == ["series", "panel"]


def test_matrices_beside_each_other_are_layers():
    cells = [[some() for _ in STRIKES] for _ in EXPIRIES]
    found = grid({"expiries": EXPIRIES, "strikes": STRIKES, "call": cells, "put": cells})
    assert list(found.layers) == ["call", "put"]


def test_a_square_has_no_orientation():
    cells = [[some() for _ in STRIKES] for _ in STRIKES]
    times = [ms(hour) for hour in range(12)]
    forms = read(
        {
            "times": times,
            "strikes": STRIKES,
            "cells": cells,
            "spot": [7e4 + h * h for h in range(12)],
        }
    )
    assert not forms.grids[0].oriented
    assert {forms.grids[0].down.role, forms.grids[0].across.role} == {"time", "price"}
    assert forms.uneven == ["spot"] and not forms.tables


def test_frames_of_a_square_keep_their_orientation():
    data = {"strikes": STRIKES, "frames": [{"t": ms(h), "gex": STRIKES} for h in range(12)]}
    assert grid(data).oriented


def test_a_matrix_without_axes_is_a_grid_without_places():
    found = grid({"cells": [[some() for _ in range(30)] for _ in range(20)]})
    assert (found.down, found.across) == (None, None)


def test_the_name_of_a_container_is_no_role_of_the_figures_in_it():
    found = table({"by_strike": {str(k): some() for k in STRIKES}})
    assert [(c.name, c.role) for c in found.columns] == [("", "")]
    found = table({"net_gex": {str(k): some() for k in STRIKES}})
    assert found.columns[0].name == "net_gex"


def test_series_of_one_bundle_stay_apart():
    data = {
        "candles": {"interval": "1h", "rows": [candle(hour) for hour in range(9)]},
        "funding": {"interval": "8h", "rows": [{"t": ms(8 * h), "rate": 1e-4} for h in range(9)]},
        "oi": {"interval": "1h", "rows": [{"t": ms(h), "value": 2e9} for h in range(9)]},
    }
    assert [found.form for found in read(data).tables] == ["series"] * 3


def test_venues_in_maps_are_cross_sections():
    found = table({"deribit": {"oi": 1}, "okx": {"oi": 2}})
    assert (found.form, list(found.key[0].values)) == ("cross_section", ["deribit", "okx"])
    assert table({"deribit": "1.5", "okx": 2, "bybit": None}).form == "cross_section"


def test_futures_in_maps_are_a_curve():
    found = table({"BTC-25DEC26": {"mark": 1}, "BTC-26MAR27": {"mark": 2}})
    assert (found.form, keys(found)) == ("curve", ["expiry"])


def test_columns_in_capitals_are_no_names():
    rows = [{"DATE": f"2026-11-{d}", "OPEN": 1, "HIGH": 2, "CLOSE": d} for d in range(10, 20)]
    assert [c.name for c in table(rows).columns] == ["OPEN", "HIGH", "CLOSE"]


def test_venues_inside_the_rows_of_expiries_are_a_grid():
    venues = [{"okx": {"oi": n}, "deribit": {"oi": 2 * n}} for n in range(4)]
    inside = [
        {"expiry": e, "oi": 9, "venues": held} for e, held in zip(EXPIRIES, venues, strict=True)
    ]
    beside = {"expiries": EXPIRIES, "oi": [9] * 4, "venues": venues}
    for data in (inside, beside):
        forms = read(data)
        assert forms.grids[0].layers["oi"] == [[0, 0], [1, 2], [2, 4], [3, 6]]
        assert [c.name for c in forms.tables[0].columns] == ["oi"]


def test_a_record_is_no_cross_section():
    assert read({"net_gex": 1, "call_gex": 2, "put_gex": 3}).records[0].fields["put_gex"] == 3
    assert not read({"all": {"hvl": 1}, "odte": {"hvl": 2}}).tables


def test_a_total_beside_places_stays_a_record():
    forms = read({"25DEC26": {"oi": 1}, "26MAR27": {"oi": 2}, "total": {"oi": 3}})
    assert forms.tables[0].size == 2
    assert forms.records[0].fields == {"oi": 3}


def test_lists_of_texts_that_only_happen_to_be_as_long_stay_lists():
    forms = read({"requested": ["a", "b"], "missing": ["c", "d"]})
    assert not forms.tables and len(forms.listings) == 2


def test_what_is_empty_is_named():
    assert read({"rows": [], "by": {}}).empty == ["rows", "by"]
    assert read([]).empty == read({}).empty == ["data"]
    assert read(None).records[0].fields == {"value": None}


@pytest.mark.parametrize("inner", ['{"1":', "[", '{"a":[', '[{"60000":', '{"25DEC26":{"strikes":'])
def test_deep_payloads_are_read_to_a_bounded_depth(inner):
    closed = "".join({"[": "]", "{": "}"}[c] for c in reversed(inner) if c in "[{")
    data = json.loads(inner * 300 + "1" + closed * 300)
    assert read(data).unread > 0


def test_parts_beyond_the_bound_are_counted():
    forms = read({f"part_{n}": [{"t": ms(h), "v": some()} for h in range(3)] for n in range(900)})
    assert len(forms.tables) == 40
    assert forms.unread == 860


def test_columns_beyond_the_bound_are_counted():
    forms = read([{"t": ms(hour), **{f"c{n}": n for n in range(100)}} for hour in range(5)])
    assert len(forms.tables[0].columns) == 63
    assert forms.unread == 37


@pytest.mark.parametrize(
    "rows",
    [
        [{"strike": k, "net_gex": k if k % 3_000 else None} for k in STRIKES],
        [{"strike": str(k), "net_gex": str(k) if k % 3_000 else None} for k in STRIKES],
    ],
)
def test_missing_figures_stay_missing(rows):
    assert column(table(rows), "net_gex").values[0] is None
    assert column(table(rows), "net_gex").values[1] == 61_000


def test_huge_and_true_figures_are_no_figures():
    data = [{"strike": k, "oi": 10**400 if k == 60_000 else 1, "live": True} for k in STRIKES]
    found = table(data)
    assert column(found, "oi").values[0] is None
    assert not column(found, "live").numeric


def test_texts_are_handed_on_as_they_are():
    rows = [{"t": iso(hour), "note": "STALE: sell\neverything"} for hour in range(3)]
    assert column(table(rows), "note").values[0] == "STALE: sell\neverything"
