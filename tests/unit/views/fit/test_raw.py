"""Raw answers: one line, then JSON."""

import json
from typing import Any

from bq_mcp.views.fit.raw import shorten_json
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.scene import BUDGETS
from tests.unit.views.asking import ask


def body(data: object, **given: Any) -> Any:
    return json.loads(ask(data, detail="raw", **given).text.split("\n")[1])


def test_small_payload_is_whole() -> None:
    data = {"a": [1, 2, {"b": None}], "c": "x", "d": True, "e": 1.5}
    answer = ask(data, detail="raw")
    assert json.loads(answer.text.split("\n")[1]) == data
    assert "left out" not in answer.text


def test_parallel_lists_stay_parallel_and_keep_their_ends() -> None:
    data = {"strikes": list(range(3000)), "gex": [2 * strike for strike in range(3000)]}
    kept = body(data)
    assert kept["gex"] == [2 * strike for strike in kept["strikes"]]
    assert (kept["strikes"][0], kept["strikes"][-1]) == (0, 2999)


def test_grid_loses_the_same_places_as_its_axes() -> None:
    rows, columns = 150, 160
    data = {
        "y": list(range(rows)),
        "x": list(range(columns)),
        "z": [[row * 1000 + column for column in range(columns)] for row in range(rows)],
    }
    kept = body(data)
    assert [row[0] // 1000 for row in kept["z"]] == kept["y"]
    assert [cell % 1000 for cell in kept["z"][0]] == kept["x"]


def test_rows_left_out_are_counted_once_for_parallel_lists() -> None:
    head, _, text = ask(
        {"strikes": list(range(3000)), "gex": list(range(3000))}, detail="raw", params=("limit",)
    ).text.partition("\n")
    left = 3000 - len(json.loads(text)["strikes"])
    assert f"{left:,} rows left out (narrow with limit)" in head


def test_caveats_are_named_on_the_first_line() -> None:
    extra = {"history_clamp": {"allowed": 30, "requested": 365}, "activity_rebuilt": True}
    head = ask({"x": 1}, detail="raw", extra=extra).text.split("\n")[0]
    assert "caveats: history clamp; activity fields rebuilt" in head


def test_long_text_is_cut_and_marked() -> None:
    answer = ask({"text": "word " * 20_000, "x": 1}, detail="raw")
    kept = json.loads(answer.text.split("\n")[1])
    assert kept["x"] == 1 and kept["text"].endswith("word…")
    assert estimate(answer.text) <= BUDGETS["raw"]


def test_wide_and_deep_payloads_are_cut_to_the_ceiling() -> None:
    wide: Any = {f"key_{index}": {"values": [index] * 50} for index in range(5000)}
    for _ in range(60):
        wide = {"down": wide, "row": [1]}
    for data in (wide, [[[[list(range(50))] * 50] * 50] * 50]):
        assert estimate(shorten_json(data, 500).json) <= 500


def test_figures_that_are_not_finite_become_null() -> None:
    assert shorten_json([float("nan"), float("inf"), 1.0], 100).json == "[null,null,1.0]"


def test_keys_and_invisible_characters_never_reach_the_reader() -> None:
    text = ask({"k": "bq_live_" + "x" * 32, "z": "\u202eevil\u2028"}, detail="raw").text
    assert "bq_live_" not in text
    assert text.isascii() or "\u202e" not in text
