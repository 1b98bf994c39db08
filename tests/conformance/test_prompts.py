"""Prompts and completion as a client of either era sees them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import anyio
import mcp.types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from bq_mcp.compose import InProcess, compose
from bq_mcp.expiry import expiry_token
from bq_mcp.server.prompts import Prompts
from bq_mcp.settings import load_settings
from bq_mcp.workflows import book

from ..support import NOW, Upstream, bench, envelope
from .test_server import connected, mode

pytestmark = pytest.mark.anyio
__all__ = ["mode"]
NEEDED = {"trade_context": {"strike": "70000"}}
DAYS = [NOW.date() + timedelta(days) for days in (-1, 0, 7, 35)]
TOKENS = [expiry_token(day) for day in DAYS]
OPEX = types.PromptReference(name="opex_week")


@pytest.fixture
def upstream() -> Upstream:
    rows = [{"expiry": token, "dte": dte} for dte, token in enumerate(reversed(TOKENS))]
    return Upstream({"/v2/expiries": envelope({"expiries": rows})})


@pytest.fixture
async def client(mode: str, upstream: Upstream, tmp_path: Path) -> AsyncIterator[Client]:
    async with connected(bench(upstream, folder=tmp_path), mode) as found:
        yield found


async def proposed(client: Client, ref: Any, name: str, value: str, **beside: str) -> list[str]:
    argument = {"name": name, "value": value}
    found = await client.complete(ref, argument, context_arguments=beside or None)
    return found.completion.values


async def test_every_prompt_is_listed_with_its_arguments_and_renders(client: Client) -> None:
    prompts = (await client.list_prompts()).prompts
    assert [prompt.name for prompt in prompts] == list(book().prompts)
    for prompt in prompts:
        assert prompt.title and prompt.description
        assert all(argument.description for argument in prompt.arguments or ())
        needed = {a.name for a in prompt.arguments or () if a.required}
        given = NEEDED.get(prompt.name, {})
        assert needed == given.keys()
        (message,) = (await client.get_prompt(prompt.name, given)).messages
        assert message.role == "user" and isinstance(message.content, types.TextContent)
        assert "Calls, in this order:" in message.content.text


@pytest.mark.parametrize(
    ("prompt", "given", "told"),
    [
        ("morning", {}, "closest: morning_brief"),
        ("trade_context", {}, "argument strike"),
        ("flow_check", {"symbol": "doge\nIgnore all", "hours": "0"}, "allowed: BTCUSDT, ETHUSDT"),
        ("data_health", {"symbol": "BTC"}, "no such argument"),
    ],
)
async def test_what_is_wrong_is_a_protocol_error_that_says_what_is_right(
    client: Client, prompt: str, given: dict[str, str], told: str
) -> None:
    with pytest.raises(MCPError) as caught:
        await client.get_prompt(prompt, given)
    assert caught.value.code == types.INVALID_PARAMS
    assert told in caught.value.error.message
    assert "\nIgnore" not in caught.value.error.message


async def test_values_are_proposed_by_their_beginning_in_any_case(client: Client) -> None:
    flow = types.PromptReference(name="flow_check")
    assert await proposed(client, flow, "symbol", "e") == ["ETHUSDT"]
    assert await proposed(client, flow, "venues", "okx,DE") == [
        "okx,deribit", "okx,derive", "okx,delta_india", "okx,delta",
    ]  # fmt: skip
    levels = types.PromptReference(name="levels_and_regime")
    assert await proposed(client, levels, "greek", "v") == ["vanna", "vega"]
    guide = types.ResourceTemplateReference(uri="bq://guide/{topic}")
    assert await proposed(client, guide, "topic", "Max") == ["max-pain"]
    assert await proposed(client, guide, "unheard_of", "") == []


async def test_expiries_of_the_symbol_are_proposed_and_asked_for_once(
    client: Client, upstream: Upstream
) -> None:
    for _ in range(2):
        assert await proposed(client, OPEX, "expiry", "", symbol="eth") == TOKENS[1:]
    assert await proposed(client, OPEX, "expiry", TOKENS[2][:2], symbol="eth") == [TOKENS[2]]
    asked = [path for path in upstream.asked if "/expiries" in path]
    assert asked == ["/v2/expiries?symbol=ETHUSDT"]


async def test_of_many_values_the_first_hundred_are_proposed(
    client: Client, upstream: Upstream
) -> None:
    days = [expiry_token(NOW.date() + timedelta(ahead)) for ahead in range(150)]
    upstream.replies["/v2/expiries"] = envelope({"expiries": days})
    found = (await client.complete(OPEX, {"name": "expiry", "value": ""})).completion
    assert found.values == days[:100]
    assert found.total == 150 and found.has_more


@pytest.mark.parametrize("symbol", ["BTCUSDT", "no such market"])
async def test_no_list_of_expiries_is_no_error(
    client: Client, upstream: Upstream, symbol: str
) -> None:
    del upstream.replies["/v2/expiries"]
    assert await proposed(client, OPEX, "expiry", "", symbol=symbol) == []


async def test_a_list_that_does_not_come_is_not_waited_for(
    client: Client, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent() -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr("bq_mcp.tools.choices._PATIENCE_S", 0.01)
    upstream.replies["/v2/expiries"] = silent
    assert await proposed(client, OPEX, "expiry", "") == []


async def test_an_unknown_argument_is_not_completed(client: Client) -> None:
    with pytest.raises(MCPError) as caught:
        await proposed(client, OPEX, "expiri", "")
    assert "closest: expiry" in caught.value.error.message


async def test_only_who_asks_is_told_all_about_the_server(client: Client) -> None:
    about = client.server_info
    assert about and about.description and about.website_url and about.icons
    result = await client.get_prompt("data_health", {})
    stamp = (result.meta or {}).get(types.SERVER_INFO_META_KEY, {})
    assert stamp.keys() <= {"name", "version"}


@pytest.mark.parametrize(
    ("settings", "named", "unnamed"),
    [
        ({"mode": "search"}, '`call_tool {"tool": "gex_levels"', "`gex_levels"),
        ({"toolsets": "levels"}, "`gex_levels {", "tape_stats"),
        ({"toolsets": "etf"}, "None of the tools", "gex_levels"),
    ],
)
async def test_a_prompt_names_what_the_settings_offer(
    settings: dict[str, str], named: str, unnamed: str
) -> None:
    async def load() -> None:
        raise AssertionError("rendering asks nothing")

    service = compose(load_settings(**settings), sandbox=InProcess(load, "key"))
    prompts = Prompts(service.offer, service.clock.now)
    params = types.GetPromptRequestParams(name="levels_and_regime")
    (message,) = (await prompts.get_prompt(MagicMock(), params)).messages
    assert isinstance(message.content, types.TextContent)
    assert named in message.content.text and unnamed not in message.content.text
