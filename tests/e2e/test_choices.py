"""What a client is offered by choice: fewer tools, or three that find the others."""

import json
import os
from collections.abc import Mapping
from typing import Any

import pytest

from ..bench.wire import INITIALIZE, Child
from .test_stdio import MODERN, SERVE, text_of

ETF = ["etf_aum", "etf_flows", "etf_premium"]


def listed(server: Child, envelope: Mapping[str, Any]) -> list[str]:
    return [tool["name"] for tool in server.request("tools/list", {**envelope})["tools"]]


@pytest.mark.parametrize("modern", [False, True])
def test_three_tools_find_describe_and_call_the_others(modern: bool) -> None:
    server = Child([*SERVE, "--sandbox", "--mode", "search"], None)
    envelope = MODERN if modern else {}
    try:
        if not modern:
            told = server.request("initialize", INITIALIZE)["instructions"]
            server.notify("notifications/initialized")
            assert "find_tools" in told and "One tool per endpoint" not in told
        assert listed(server, envelope) == ["find_tools", "describe_tool", "call_tool"]

        def ask(name: str, **arguments: Any) -> dict[str, Any]:
            return server.request("tools/call", {"name": name, "arguments": arguments, **envelope})

        assert "\ngex_levels(" in text_of(ask("find_tools", query="where is the gamma flip"))
        assert "- symbol: BTCUSDT" in text_of(ask("describe_tool", tool="gex_levels"))
        for given in ({"symbol": "eth"}, json.dumps({"symbol": "eth"})):
            answer = ask("call_tool", tool="gex_levels", arguments=given)
            assert text_of(answer).startswith("SIMULATED ETHUSDT gamma flip")
            assert answer["_meta"]["bq-mcp/answer"]["simulated"] is True
    finally:
        server.close()


@pytest.mark.parametrize(
    ("options", "env", "names"),
    [
        (["--toolsets", "etf"], {}, ETF),
        ([], {"BACKQUANT_TOOLSETS": "ETF, levels", "BACKQUANT_EXCLUDE_TOOLS": "gex_levels"}, None),
        (["--toolsets", "etf"], {"BACKQUANT_TOOLSETS": "levels"}, ETF),
    ],
)
def test_what_is_left_out_is_neither_listed_nor_called(
    options: list[str], env: dict[str, str], names: list[str] | None
) -> None:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("BACKQUANT_")}
    server = Child([*SERVE, "--sandbox", *options], {**clean, **env})
    try:
        found = listed(server, MODERN)
        assert found == names or (names is None and set(ETF) < set(found))
        assert "gex_levels" not in found
        server.send("tools/call", {"name": "gex_levels", "arguments": {}, **MODERN})
        refused = server.receive()
        assert "left out by the settings" in refused["error"]["message"]
    finally:
        server.close()
