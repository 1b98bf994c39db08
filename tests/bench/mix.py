"""What the load asks: five tools that settle most questions, for each market in turn."""

from typing import Any

# The path behind each tool; a quarter of a kilobyte to fifteen.
TOOLS = {
    "gex_levels": "/gex/levels",
    "gex_strike_profile": "/gex/strike-profile",
    "options_expected_move": "/options/expected-move",
    "options_iv_skew": "/options/iv/skew",
    "options_iv_term_structure": "/options/iv/term-structure",
}
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
# Stands for a past instant that no call before has named.
INSTANT = "YYYY-MM-DDTHH:MM:SSZ"


def questions(*, new: bool) -> list[tuple[str, dict[str, str]]]:
    """Return tools with arguments; `new` ones are of the past, each time of another instant."""
    past = {"as_of": INSTANT} if new else {}
    return [(tool, {"symbol": symbol, **past}) for symbol in SYMBOLS for tool in TOOLS]


def calls(*, new: bool) -> list[dict[str, Any]]:
    """Return the questions as calls of our tools."""
    return [{"name": tool, "arguments": given} for tool, given in questions(new=new)]


def bare_calls(*, new: bool) -> list[dict[str, Any]]:
    """Return the questions as calls of the bare server's one tool."""
    return [
        {"name": "ask", "arguments": {"path": TOOLS[tool], **given}}
        for tool, given in questions(new=new)
    ]
