"""Arguments are found in what clients and models wrap around them; nothing else is guessed."""

import json
from typing import Any

import pytest

from .offered import fault, faults, prepare, sent

ETH = {"symbol": "ETHUSDT"}


@pytest.mark.parametrize(
    "wrapped",
    [
        {"input": {"symbol": "ETH"}},
        {"arguments": {"symbol": "ETH"}},
        {"kwargs": {"symbol": "ETH"}, "detail": "brief"},
        {"tool_input": {"symbol": "ETH"}},
        {"params": json.dumps({"symbol": "ETH"})},
        {"arguments": json.dumps(json.dumps({"symbol": "ETH"}))},
        {"arguments": [{"symbol": "ETH"}]},
        {"input": {"arguments": {"symbol": "ETH"}}},
        {"anything": {"symbol": "ETH"}},
        {"symbol": {"symbol": "ETH"}},
        {"symbol": {"value": "ETH"}},
        {"symbol": {"type": "string", "value": "ETH"}},
        {"name": "gex_levels", "arguments": {"symbol": "ETH"}},
        {"tool": {"name": "mcp__bq__gex_levels"}, "symbol": "ETH"},
        {"input": {"symbol": "ETH"}, "symbol": "ETH"},
        {"function": {"name": "gex_levels", "arguments": json.dumps({"symbol": "ETH"})}},
        {"id": "call_1", "type": "function", "function": {"name": "gex_levels", "input": ETH}},
        {"server_name": "bq", "tool_name": "gex_levels", "arguments": ETH},
        {"type": "object", "properties": ETH},
    ],
    ids=json.dumps,
)
def test_what_is_wrapped_around_the_arguments_is_taken_off(wrapped: dict[str, Any]) -> None:
    assert sent("gex_levels", **wrapped) == ETH


@pytest.mark.parametrize("empty", [{}, "{}", "", None, "null", [], "[]"], ids=repr)
def test_a_wrapper_around_nothing_is_nothing(empty: object) -> None:
    assert prepare("gex_levels", {"arguments": empty}).pairs == ()


@pytest.mark.parametrize("text", ["ETH", "symbol=ETH", '{"symbol":', [1, 2], 7])
def test_a_wrapper_that_holds_no_object_is_refused_with_the_way_on(text: object) -> None:
    found = fault("gex_levels", arguments=text)
    assert "not inside another" in found.reason and "symbol" in found.allowed


def test_a_wrong_name_inside_a_wrapper_is_refused_by_its_name() -> None:
    found = fault("gex_levels", input={"symbl": "ETH"})
    assert (found.param, found.closest) == ("symbl", "symbol")


def test_an_object_with_a_name_of_another_tool_is_no_wrapper() -> None:
    assert fault("gex_levels", filter={"symbol": "ETH", "strike": 1}).param == "filter"


def test_two_values_for_one_argument_are_refused() -> None:
    found = fault("gex_levels", input={"symbol": "ETH"}, symbol="BTC")
    assert (found.param, found.reason) == ("symbol", "is given twice")


def test_wrappers_of_wrappers_end() -> None:
    nested: dict[str, Any] = {"symbol": "ETH"}
    for _ in range(9):
        nested = {"input": nested}
    assert "not inside another" in fault("gex_levels", **nested).reason


@pytest.mark.parametrize(
    "name",
    ["toolCallId", "tool_call_id", "sessionId", "chatInput", "action", "task_progress", "_meta"]
    + ["random_string", "explanation", "reasoning", "thought", "thoughts", "_auth_auth_type"]
    + ["wait_for_previous", "security_context"],
)
def test_keys_that_clients_add_are_left_out_and_told(name: str) -> None:
    call = prepare("gex_levels", {"symbol": "ETH", name: "x"})
    assert dict(call.pairs) == ETH and call.ignored == (name,)


@pytest.mark.parametrize(
    "name", ["expiry", "coin", "__proto__", "_symbol", "query", "__arg1", "id", "type"]
)
def test_any_other_key_is_refused_by_name(name: str) -> None:
    assert fault("gex_levels", **{name: "ETH"}).param == name


def test_another_tools_name_is_not_passed_over() -> None:
    found = faults("gex_levels", tool="gex_max_pain", symbol="ETH")
    assert [item.param for item in found] == ["tool"]
    assert fault("gex_levels", name="multi_gex_levels").param == "name"
    call = {"name": "gex_max_pain", "arguments": {"symbol": "ETH"}}
    assert fault("gex_levels", function=call).param == "name"


def test_an_object_of_a_hundred_thousand_names_is_not_looked_into() -> None:
    found = fault("gex_levels", input=dict.fromkeys(map(str, range(100_000)), "x"))
    assert "not inside another" in found.reason
