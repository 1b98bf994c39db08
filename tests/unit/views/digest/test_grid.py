"""Grids: over time, exposures and volatility."""

from itertools import product
from typing import Any

from tests.unit.views.digest.asking import NOW, figures_of, line, sheet_of, told

_DAYS = ["29NOV26", "04DEC26", "25DEC26", "26FEB27"]
_STRIKES = [60_000.0 + 1_000 * step for step in range(21)]
_GEX: dict[str, Any] = {"units": {"*gex*": "USD per 1% move"}, "lead": ("*gex*",)}


def _map(peaks: dict[tuple[int, int], float]) -> list[list[float]]:
    return [
        [peaks.get((i, j), 1e3 * (1 if (i + j) % 2 else -1)) for j in range(4)] for i in range(21)
    ]


def test_a_map_of_expiries_and_strikes_is_a_grid_in_any_layout() -> None:
    cells = _map({(3, 2): 8e6, (15, 1): -6e6, (18, 3): 4e6})
    keyed = {
        day: {f"{k:.0f}": cells[i][j] for i, k in enumerate(_STRIKES)}
        for j, day in enumerate(_DAYS)
    }
    matrix = {"strikes": _STRIKES, "expiries": _DAYS, "net_gex": cells}
    rows = [
        {"strike": k, "expiry": day, "net_gex": cells[i][j]}
        for (i, k), (j, day) in product(enumerate(_STRIKES), enumerate(_DAYS))
    ]
    found = {told(data, **_GEX)[0].partition(": ")[2] for data in (keyed, matrix, {"cells": rows})}
    assert found == {
        "+$8m at 63,000 (-10.0%) 25DEC26 (26d) · -$6m at 75,000 (+7.1%) 04DEC26 (5d)"
        " · +$4m at 78,000 (+11.4%) 26FEB27 (89d) · USD per 1% move"
    }


def test_a_map_of_exposures_is_told_at_the_price_nearest_spot() -> None:
    cells = _map({(3, 2): 8e6, (10, 1): -6e5})
    data = {"strikes": _STRIKES, "expiries": _DAYS, "net_gex": cells}
    found = line(data, "nearest spot", **_GEX)
    assert found.startswith("nearest spot 70,000 (0.0%) net_gex: -$600k (04DEC26, 5d) · ")


def test_the_largest_cells_are_the_largest_though_they_are_neighbours() -> None:
    cells = _map({(3, 2): 8e6, (4, 2): 7e6, (3, 1): 6e6, (15, 1): -5e6, (18, 3): 4e6})
    data = {"strikes": _STRIKES, "expiries": _DAYS, "net_gex": cells}
    found = told(data, **_GEX)[0]
    assert [size in found for size in ("+$8m", "+$7m", "+$6m", "-$5m")] == [True, True, True, False]


def test_the_heaviest_expiry_has_its_total() -> None:
    data = {"strikes": _STRIKES, "expiries": _DAYS, "net_gex": _map({(3, 2): 8e6, (9, 2): -2e6})}
    found = line(data, "heaviest expiry", **_GEX)
    wanted = "heaviest expiry by gross 25DEC26 (26d): gross net_gex +$10m, total net_gex +$6m"
    assert found.startswith(wanted)


def _frames() -> dict[str, object]:
    frames = [
        {"t": int((NOW.timestamp() - 300 * back) * 1000),
         "exposure": [1e5 * (k - 70_000) / 1_000 * (4 - back) for k in _STRIKES]}
        for back in reversed(range(4))
    ]  # fmt: skip
    return {"frames": frames, "strikes": _STRIKES}


def test_frames_are_a_grid_over_time() -> None:
    lines = told(_frames())
    assert lines[0] == (
        "latest, largest 12:00Z exposure: -4,000,000 at 60,000 (-14.3%)"
        " · 4,000,000 at 80,000 (+14.3%) · -3,600,000 at 61,000 (-12.9%)"
    )
    assert "window from 11:45Z · to 12:00Z" in lines
    assert line(_frames(), "nearest spot") == "nearest spot 70,000 (0.0%): exposure 0, change 0"


def _smile(scale: float = 1.0) -> list[list[float]]:
    return [[scale * (40 + abs(i - 10) + j) for j in range(4)] for i in range(21)]


def test_volatility_stands_at_the_nearest_listed_strike_by_tenor() -> None:
    for scale in (1.0, 0.01):
        data = {"strikes": _STRIKES, "expiries": _DAYS, "iv": _smile(scale)}
        assert told(data)[0] == (
            "nearest spot 70,000 (0.0%) iv: front 40.0% (29NOV26, 0d) · ~7d 41.0% (04DEC26, 5d)"
            " · next anchor, ~30d 42.0% (25DEC26, 26d) · ~90d 43.0% (26FEB27, 89d)"
        )


def test_holes_of_a_smile_move_to_the_next_listed_strike() -> None:
    cells: list[list[float | None]] = [list(line) for line in _smile()]
    cells[10][2] = None
    data = {"strikes": _STRIKES, "expiries": _DAYS, "iv": cells}
    found = "nearest spot 69,000 (-1.4%) iv: next anchor, ~30d 43.0% (25DEC26, 26d)"
    assert line(data, "nearest spot 69,000") == found


def test_nothing_is_told_near_spot_where_no_strike_is() -> None:
    far = [90_000.0 + 1_000 * step for step in range(21)]
    data = {"strikes": far, "expiries": _DAYS, "iv": _smile()}
    assert not any("nearest" in one for one in told(data))


def test_a_square_matrix_has_no_places_and_no_row_sums() -> None:
    size = 12
    cells = [[float(i * size + j) for j in range(size)] for i in range(size)]
    data = {"a": list(range(5, 5 + size)), "b": list(range(7, 7 + size)), "net_gex": cells}
    sheet = sheet_of(data, **_GEX)
    assert all(not figure.places for figure in figures_of(sheet))
    assert not any("heaviest" in one for one in told(data, **_GEX))


def test_the_one_quantity_of_an_endpoint_needs_no_name() -> None:
    keyed = {day: {f"{k:.0f}": 0.4 + j / 100 for k in _STRIKES} for j, day in enumerate(_DAYS)}
    assert "front 40.0%" in told({"value": keyed}, lead=("*iv*",), units={"*iv*": "iv"})[0]


def test_modes_are_prices() -> None:
    pdf = [[1.0 / (1 + abs(i - 8 - j)) for j in range(4)] for i in range(21)]
    data = {"strikes": _STRIKES, "expiries": _DAYS, "pdf": pdf}
    found = told(data, lead=("*pdf*",), picks=("mode", "spot"))[0]
    assert found.startswith("mode: front $68,000 (29NOV26, 0d) · ~7d $69,000 (04DEC26, 5d)")


def test_cells_without_a_figure_are_counted() -> None:
    cells: list[list[float | None]] = [[*line] for line in _map({(3, 2): 8e6})]
    cells[0] = [None, None, None, 5.0]
    data = {"strikes": _STRIKES, "expiries": _DAYS, "net_gex": cells}
    assert "cells without a figure: 3" in told(data, **_GEX)
