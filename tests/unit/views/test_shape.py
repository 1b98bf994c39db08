"""Reading payloads nobody has described."""

from typing import Any

import pytest

from bq_mcp.views.shape import Shape, Table, read_shape


def only_table(data: object) -> Table:
    (table,) = read_shape(data).tables
    return table


def test_single_values_get_dotted_paths() -> None:
    shape = read_shape({"a": 1, "b": {"c": None, "d": {"e": "x"}}})
    assert shape.scalars == {"a": 1, "b.c": None, "b.d.e": "x"}
    assert shape.scalar("e") == "x"
    assert shape.scalar("c", "nothing") is None


@pytest.mark.parametrize("data", [3, "text", None, True, 1.5])
def test_a_bare_value_is_a_figure(data: object) -> None:
    assert read_shape(data).scalars == {"value": data}


@pytest.mark.parametrize(("data", "name"), [([], "data"), ({}, "data"), ({"a": []}, "a")])
def test_empty_lists_are_named(data: object, name: str) -> None:
    assert read_shape(data).empty == [name]


def test_parallel_lists_pair_along_their_axis() -> None:
    table = only_table({"strikes": [1, 2, 3], "net_gex": [5, None, 7], "call_oi": [1, 2, 3]})
    assert table.axis == "strikes"
    assert table.rows[1] == {"strikes": 2, "net_gex": None, "call_oi": 2}


def test_a_list_of_another_length_is_not_paired() -> None:
    shape = read_shape({"strikes": [1, 2, 3], "net_gex": [5, 6, 7], "oi": [1, 2]})
    assert shape.uneven == ["oi"]
    assert "oi" not in shape.tables[0].columns
    assert [item.path for item in shape.listings] == ["oi"]


def test_lists_without_an_axis_are_not_paired() -> None:
    shape = read_shape({"available_expiries": ["27MAR26", "26JUN26"], "notes": ["a", "b"]})
    assert not shape.tables
    assert [item.path for item in shape.listings] == ["available_expiries", "notes"]


def test_listed_names_never_join_an_axis_of_the_same_length() -> None:
    data = {"strikes": [1, 2], "net_gex": [3, 4], "available_venues": ["okx", "deribit"]}
    assert only_table(data).columns == ("strikes", "net_gex")


def test_columns_in_records_join_the_axis_above_them() -> None:
    table = only_table(
        {
            "timestamps": [1795180000000, 1795183600000],
            "candles": {"close": [1, 2], "high": [3, 4]},
            "funding": {"rate_open": [0.1, None]},
        }
    )
    assert table.axis == "timestamps"
    assert set(table.columns) == {
        "timestamps",
        "candles.close",
        "candles.high",
        "funding.rate_open",
    }


def test_rows_of_records_keep_nested_fields_as_dotted_columns() -> None:
    table = only_table([{"expiry": "27MAR26", "oi": {"call": 1, "put": 2}}])
    assert table.columns == ("expiry", "oi.call", "oi.put")
    assert table.axis == "expiry"


@pytest.mark.parametrize(
    ("keys", "axis"),
    [
        (("27MAR26", "26JUN26"), "expiry"),
        (("60000", "65000.5"), "strike"),
        (("BTCUSDT", "ETHUSDT"), "symbol"),
        (("BTC", "ETH"), "symbol"),
        (("deribit", "okx", "bybit"), "key"),
    ],
)
def test_maps_of_records_are_tables_by_their_keys(keys: tuple[str, ...], axis: str) -> None:
    table = only_table({"data": {key: {"call_oi": 1, "put_oi": 2} for key in keys}})
    assert table.axis == axis
    assert table.column(axis) == list(keys)


def test_two_unlike_records_stay_records() -> None:
    shape = read_shape({"all_expiry": {"hvl": 1}, "odte": {"hvl": 2}})
    assert shape.scalars == {"all_expiry.hvl": 1, "odte.hvl": 2}


def test_grid_finds_its_axes_by_length() -> None:
    (grid,) = read_shape(
        {"x_grid": [60, 65, 70], "y_grid": [7, 30], "z_grid": [[1, 2, 3], [4, None, 6]]}
    ).grids
    assert grid.size == (2, 3)
    assert grid.rows is not None and grid.rows.name == "y_grid"
    assert grid.columns is not None and grid.columns.name == "x_grid"
    assert grid.missing == 1
    highest = grid.highest()
    assert highest is not None
    assert (highest.row, highest.column, highest.value) == (30, 70, 6)


def test_square_grid_does_not_claim_to_know_its_axes() -> None:
    (grid,) = read_shape({"a": [1, 2], "b": [3, 4], "z": [[1, 2], [3, 4]]}).grids
    assert not grid.oriented


def test_long_lists_inside_rows_become_tables_of_their_own() -> None:
    row = {"expiry": "27MAR26", "strikes": list(range(1, 20)), "pdf": [0.1] * 19}
    paths = [table.path for table in read_shape({"expiries": [row, row]}).tables]
    assert paths == ["expiries", "expiries.0", "expiries.1"]


def test_stamp_of_a_row_is_no_axis() -> None:
    rows = [{"symbol": name, "updated_at": "2026-11-20T14:00:00Z"} for name in ("BTC", "ETH")]
    assert only_table(rows).axis == "symbol"


def test_table_with_role_is_the_longest_one() -> None:
    shape = read_shape(
        {"a": [{"expiry": "27MAR26"}], "b": [{"expiry": "27MAR26"}, {"expiry": "26JUN26"}]}
    )
    table = shape.table_with("expiry")
    assert table is not None and table.path == "b"
    assert shape.table_with("venue") is None


def nested(depth: int) -> Any:
    node: Any = 1
    for _ in range(depth):
        node = {"a": [node]}
    return node


def test_deep_payloads_are_read_to_a_depth_and_the_rest_counted() -> None:
    assert read_shape(nested(500)).more == 1


def test_many_single_values_are_counted_beyond_the_limit() -> None:
    shape: Shape = read_shape({f"k{index}": index for index in range(1000)})
    assert len(shape.scalars) + shape.more == 1000


def test_mixed_lists_keep_every_kind() -> None:
    shape = read_shape({"m": [1, {"a": 2}, None, [3, 4], [5]]})
    assert shape.tables[0].rows == [{"a": 2}]
    assert [list(item.values) for item in shape.listings] == [[1, None], [3, 4], [5]]
