"""Three tools that find, describe and call all others."""

from typing import Any

import anyio
import bpe_openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bq_mcp.composites import bundled_composites
from bq_mcp.tools import SearchMode, UnknownToolError
from bq_mcp.views import Answer

from .test_toolbox import toolbox

MODE = SearchMode(toolbox(composites=bundled_composites()))
_encoding = bpe_openai.get_encoding("o200k_base")


def ask(name: str, **arguments: Any) -> Answer:
    return anyio.run(MODE.call, name, arguments)


def test_a_signature_says_what_is_needed_and_what_is_answered() -> None:
    found = ask("find_tools", query="dealer vanna by strike").text.splitlines()
    assert found[0] == "5 of 65 tools, best first; call them with call_tool"
    assert found[1].startswith("options_greeks(greek*: ") and "|charm" in found[1]
    assert "Dealer delta (DEX), theta, vega, vanna or charm exposure by strike." in found[1]


@pytest.mark.parametrize(
    "query",
    ["gamma", "options trades with filters", "vol surface skew smile history of open interest"],
)
def test_an_answer_of_five_is_small(query: str) -> None:
    answer = ask("find_tools", query=query)
    assert answer.text.count("\n") == 5
    assert len(_encoding.encode(answer.text)) <= 350


def test_a_query_without_a_word_we_know_names_the_groups() -> None:
    text = ask("find_tools", query="zzz qqq").text
    assert "levels" in text and "tape" in text


def test_a_description_has_every_argument_with_its_values() -> None:
    text = ask("describe_tool", tool="mcp__bq__options-greeks").text
    assert "- greek: " in text and "charm" in text and "; required" in text
    assert "- symbol: BTCUSDT | ETHUSDT | SOLUSDT | HYPEUSDT; default BTCUSDT" in text
    assert "- dte_max: " in text and "- detail: brief | standard | full | raw" in text


def test_a_wrong_name_is_answered_with_the_closest() -> None:
    for name in ("describe_tool", "call_tool"):
        answer = ask(name, tool="gex_level")
        assert answer.is_error and "closest: gex_levels" in answer.text
    with pytest.raises(UnknownToolError, match="gex_levels"):
        ask("gex_levels")


@pytest.mark.parametrize(
    "given",
    [
        {"arguments": '{"symbol": "DOGE"}'},
        {"arguments": {"symbol": "DOGE"}},
        {"arguments": '"{\\"symbol\\": \\"DOGE\\"}"'},
        {"symbol": "DOGE"},
        {"input": {"tool": "gex_levels", "arguments": {"symbol": "DOGE"}}},
    ],
)
def test_arguments_arrive_however_they_are_written(given: dict[str, Any]) -> None:
    answer = anyio.run(MODE.call, "call_tool", {"tool": "gex_levels", **given})
    assert (
        answer.is_error and 'gex_levels: no request was sent; argument symbol "DOGE"' in answer.text
    )


@pytest.mark.parametrize("text", ["symbol=BTC", "[1]", "{", "BTCUSDT"])
def test_arguments_that_are_no_object_are_refused_with_an_example(text: str) -> None:
    answer = ask("call_tool", tool="gex_levels", arguments=text)
    assert answer.is_error and '{"symbol": "BTCUSDT"}' in answer.text


@pytest.mark.parametrize("text", ["", "{}", None, {}])
def test_no_arguments_are_the_defaults(text: object) -> None:
    # The network of this test is unreachable: the call got as far as that.
    assert "could not be reached" in ask("call_tool", tool="status", arguments=text).text


@given(st.text(), st.text(), st.text())
def test_any_text_has_an_answer(query: str, tool: str, arguments: str) -> None:
    for name, asked in (
        ("find_tools", {"query": query}),
        ("describe_tool", {"tool": tool}),
        ("call_tool", {"tool": tool, "arguments": arguments}),
    ):
        assert ask(name, **asked).text
