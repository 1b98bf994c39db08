"""Any JSON gives forms, and the same figures give the same forms in any layout."""

import json
import random
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.views.read.normalise import read_forms
from tests.property.form_layouts import AT, World, layouts, styles, worlds

Rows = dict[tuple[object, ...], tuple[float, ...]]
_NAMES = """
    25DEC26 29NOV26 2026-11-28 60000 61000 7 30 1795863900000 strikes expiry time t iv rows columns
    frames deribit BTC call put -5 0 1 7d gex a.b
"""
_KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(_NAMES.split()),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    _KEYS,
    st.sampled_from([1795863900000, 1795863900, 70_000, 61_000.5]),
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(_KEYS, inner, max_size=6),
        st.lists(st.dictionaries(st.sampled_from(["t", "strike", "iv"]), inner), max_size=6),
        st.lists(st.lists(inner, min_size=3, max_size=3), max_size=6),
    ),
    max_leaves=40,
)
_FORMS = [
    "series",
    "ladder",
    "curve",
    "cross_section",
    "panel",
    "time_price",
    "expiry_price",
    "time_expiry",
    "contracts",
]


@given(_JSON, st.sampled_from([None, 70_000.0, 89.0, 0.5]))
@settings(max_examples=300)
def test_any_json_gives_forms_that_fit_together(data, spot):
    forms = read_forms(data, spot, AT)

    for table in forms.tables:
        columns = [*table.key, *table.columns]
        assert {len(column.values) for column in columns} == {table.size}
        assert all(len(axis.places) == table.size for axis in table.key)
    for grid in forms.grids:
        for cells in grid.layers.values():
            assert grid.down is None or len(cells) == len(grid.down.values)
            assert grid.across is None or {len(row) for row in cells} == {len(grid.across.values)}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(_FORMS))
@settings(max_examples=150)
def test_the_same_figures_give_the_same_forms_in_any_layout(seed, manner, form):
    world, style = worlds(seed, form), styles(manner)
    for name, data in layouts(world, style).items():
        forms = read_forms(json.loads(json.dumps(data)), world.spot, AT)
        assert _told(forms) == _expected(world), name


@given(st.integers(0, 10**6), st.sampled_from([1, 1_000, 1_000_000]), st.integers(3, 60))
@settings(max_examples=60)
def test_prints_are_the_same_in_any_layout(seed, unit, size):
    chance = random.Random(seed)
    now = int(AT.timestamp()) * unit
    instants = sorted(now - chance.randrange(10**4) * unit for _ in range(size // 2 + 1))
    times = [instants[place // 2] for place in range(size)]
    sides = [chance.choice(["buy", "sell"]) for _ in times]
    sizes = [round(chance.expovariate(1e-5), 2) for _ in times]
    names, rows = ["ts", "side", "premium"], list(zip(times, sides, sizes, strict=True))
    for data in (
        [dict(zip(names, row, strict=True)) for row in reversed(rows)],
        {"fields": names, "items": [list(row) for row in rows]},
        {"tape": dict(zip(names, (times, sides, sizes), strict=True))},
    ):
        found: Any = read_forms(data, 70_000.0, AT).tables[0]
        columns: Any = [list(column.values) for column in found.columns]
        assert found.form == "prints"
        assert [when.timestamp() * unit for when in columns[0]] == times
        assert sorted(zip(times, *columns[1:], strict=True)) == sorted(rows)


def _expected(world: World) -> list[tuple[str, Rows]]:
    form = "grid" if "_" in world.form and world.form != "cross_section" else world.form
    rows = {tuple(map(_place, places)): tuple(sorted(figures)) for places, figures in world.rows}
    return [(form, rows)]


def _told(forms: Any) -> list[tuple[str, Rows]]:
    """Return the form and the rows, by place, of every part that holds figures."""
    tables: list[tuple[str, Rows]] = [
        (table.form, _by_place(table.key, [c for c in table.columns if c.numeric]))
        for table in forms.tables
        if any(column.numeric for column in table.columns)
    ]
    grids: list[tuple[str, Rows]] = [
        (
            "grid",
            {
                (_place(lower), _place(upper)): tuple(
                    sorted(cells[row][place] for cells in grid.layers.values())
                )
                for row, lower in enumerate(grid.down.places)
                for place, upper in enumerate(grid.across.places)
            },
        )
        for grid in forms.grids
    ]
    return tables + grids


def _by_place(key: Any, figures: Any) -> Rows:
    places = zip(*(axis.places for axis in key), strict=True)
    rows = zip(*(column.values for column in figures), strict=True)
    return {
        tuple(map(_place, place)): tuple(sorted(row))
        for place, row in zip(places, rows, strict=True)
    }


def _place(place: object) -> object:
    if isinstance(place, datetime):
        return place.timestamp()
    if isinstance(place, date):
        return datetime.combine(place, time(8), UTC).timestamp()
    return place
