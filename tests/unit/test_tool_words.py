"""The words and facts in `prompts/tools.toml`, and the server's own instructions."""

import re
import warnings
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from bq_mcp.catalog.hints import Hint, bundled_hints
from bq_mcp.words import prompts_root

PATHS = [
    "/changelog",
    "/endpoints",
    "/etf/aum",
    "/etf/flows",
    "/etf/premium",
    "/expiries",
    "/gex/dealer-flow",
    "/gex/dealer-flow/by-level",
    "/gex/delta-flow",
    "/gex/expiry-profile",
    "/gex/gamma-flow",
    "/gex/history",
    "/gex/levels",
    "/gex/max-pain",
    "/gex/stress-history",
    "/gex/strike-expiry-heatmap",
    "/gex/strike-profile",
    "/gex/time-heatmap",
    "/health",
    "/liquidation/distribution",
    "/liquidation/heatmap",
    "/market/bundle",
    "/market/candles",
    "/market/cvd",
    "/market/funding",
    "/market/liquidations",
    "/market/open-interest",
    "/meta",
    "/multi/gex/levels",
    "/options/chain",
    "/options/expected-move",
    "/options/expiry-summary",
    "/options/futures/term-structure",
    "/options/greeks/3d/surface",
    "/options/greeks/surfaces/{greek}",
    "/options/greeks/trace/{greek}",
    "/options/greeks/trace/{greek}/summary",
    "/options/greeks/{greek}",
    "/options/iv/curves",
    "/options/iv/iv-rv",
    "/options/iv/skew",
    "/options/iv/smile",
    "/options/iv/surface",
    "/options/iv/term-structure",
    "/options/oi/by-expiry",
    "/options/oi/history",
    "/options/opex",
    "/options/pcr",
    "/options/premium-tide",
    "/options/probability/density",
    "/options/probability/surface",
    "/options/venue-book",
    "/options/vrp",
    "/status",
    "/symbols",
    "/tape",
    "/tape/flow-by-strike",
    "/tape/imbalance",
    "/tape/recent",
    "/tape/stats",
    "/tape/strike-heat",
    "/tape/whale",
]

TOOLSETS = {
    "levels",
    "exposure",
    "flow",
    "vol",
    "distribution",
    "structure",
    "tape",
    "perps",
    "etf",
    "discovery",
}

VENUES = {"deribit", "bybit", "okx", "binance", "derive", "thalex", "delta_india", "delta"}
VENUE_LISTS = {
    "exchanges": [
        "/gex/expiry-profile",
        "/gex/levels",
        "/gex/strike-expiry-heatmap",
        "/gex/strike-profile",
        "/multi/gex/levels",
        "/options/expected-move",
        "/options/greeks/{greek}",
        "/options/iv/term-structure",
        "/options/oi/by-expiry",
    ],
    "venues": [
        "/tape",
        "/tape/flow-by-strike",
        "/tape/imbalance",
        "/tape/recent",
        "/tape/stats",
        "/tape/strike-heat",
        "/tape/whale",
    ],
}
OTHER_LISTS = {
    ("/gex/levels", "include"): "candles expected_move max_pain ranked spot zones",
    ("/market/bundle", "series"): "candles open_interest funding cvd_perp cvd_spot liquidations",
    ("/multi/gex/levels", "include"): "expected_move max_pain ranked zones",
    ("/multi/gex/levels", "symbols"): "BTCUSDT ETHUSDT SOLUSDT HYPEUSDT",
    ("/options/chain", "expiries"): "",
    ("/options/chain", "fields"): "aggregates available_expiries contracts",
    ("/options/chain", "include"): "bid_ask gex greeks iv oi volume",
    ("/options/opex", "types"): "daily weekly monthly quarterly",
    ("/options/venue-book", "expiries"): "",
    ("/tape", "tags"): "0dte whale atm",
    ("/tape/flow-by-strike", "expiries"): "",
}
CSV_MEMBERS = {
    **{(path, name): VENUES for name, paths in VENUE_LISTS.items() for path in paths},
    **{key: set(members.split()) for key, members in OTHER_LISTS.items()},
}

SIGNED = [
    "/gex/dealer-flow",
    "/gex/dealer-flow/by-level",
    "/gex/expiry-profile",
    "/gex/gamma-flow",
    "/gex/levels",
    "/gex/strike-expiry-heatmap",
    "/gex/strike-profile",
    "/gex/time-heatmap",
    "/multi/gex/levels",
    "/options/greeks/trace/{greek}",
    "/options/greeks/trace/{greek}/summary",
    "/options/greeks/{greek}",
]
CLOSED_SINGLES = {
    **{(path, "positioning"): {"flow", "std"} for path in SIGNED},
    ("/gex/dealer-flow", "include"): {"by_venue"},
    ("/options/greeks/surfaces/{greek}", "include"): {"exchange_breakdown"},
    ("/options/pcr", "include"): {"exchange_breakdown"},
    ("/tape/flow-by-strike", "include"): {"by_venue"},
}

EXPIRY_FORMS = {
    ("/gex/max-pain", "expiry"): "token_or_iso",
    ("/gex/strike-profile", "expiry"): "token_or_iso",
    ("/options/chain", "expiries"): "token",
    ("/options/greeks/trace/{greek}", "expiry"): "token",
    ("/options/greeks/trace/{greek}/summary", "expiry"): "token",
    ("/options/iv/smile", "expiry"): "token",
    ("/options/probability/density", "expiry"): "token",
    ("/options/venue-book", "expiries"): "token",
    ("/tape/flow-by-strike", "expiry"): "iso",
    ("/tape/flow-by-strike", "expiries"): "iso",
}

SLOWER = {
    "/etf/aum": 86400,
    "/etf/flows": 86400,
    "/etf/premium": 86400,
    "/liquidation/distribution": 300,
    "/liquidation/heatmap": 300,
    "/options/iv/iv-rv": 86400,
    "/options/pcr": 300,
    "/options/vrp": 86400,
    # Made when asked: how long their answers are kept.
    "/health": 30,
    "/status": 30,
    "/symbols": 30,
    "/tape/flow-by-strike": 90,
}
SNAPSHOT_FAMILIES = ("/gex/", "/multi/", "/options/")
NO_STATED_CADENCE = {
    "/gex/dealer-flow",
    "/gex/dealer-flow/by-level",
    "/gex/delta-flow",
    "/gex/gamma-flow",
    "/gex/stress-history",
    "/options/futures/term-structure",
    "/options/venue-book",
}

# What an answer must not say, tools included: advice, forecasts, and levels as if they held price.
AVOIDED = re.compile(
    r"\b(support holds|resistance|targets?|magnets?|guaranteed?|safe|floor|ceiling|will|likely"
    r"|expect price|probability that it happens|bullish|bearish|buy|sell|cheap|rich|opportunit\w+"
    r"|arbitrage|squeeze is coming|smart money|whales think|dealers must)\b",
    re.IGNORECASE,
)
WHEN_TOKENS = 50
WORDS_TOKENS = 2_200
NOTE_WORDS = 12
INSTRUCTIONS_TOKENS = 250


@cache
def o200k() -> Any:
    with warnings.catch_warnings():
        # bpe_openai reads its vocabulary through a deprecated part of importlib.resources.
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("bpe_openai").get_encoding("o200k_base")


def tokens(text: str) -> int:
    return len(o200k().encode(text))


def tool_name(path: str) -> str:
    parts = [part for part in path.split("/") if part and "{" not in part]
    return "_".join(parts).replace("-", "_")


def hint_of(path: str) -> Hint:
    return bundled_hints()[path]


def instructions(simulated: bool) -> str:
    source = (prompts_root() / "instructions.md.jinja").read_text("utf-8")
    template = Environment(undefined=StrictUndefined, autoescape=False).from_string(source)
    return template.render(simulated=simulated)


def test_the_hints_cover_the_known_endpoints_and_no_other() -> None:
    assert len(PATHS) == 62
    assert sorted(bundled_hints()) == sorted(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_every_endpoint_has_its_words(path: str) -> None:
    hint = hint_of(path)
    assert 0 < len(hint.title) <= 40
    assert 2 <= len(hint.title.split()) <= 5
    assert hint.when.endswith(".")
    assert hint.toolset in TOOLSETS
    assert hint.age_rule
    assert tokens(hint.when) <= WHEN_TOKENS


def test_titles_are_unique() -> None:
    titles = [hint.title for hint in bundled_hints().values()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("path", PATHS)
def test_next_leads_to_other_known_endpoints(path: str) -> None:
    following = hint_of(path).next
    assert 1 <= len(following) <= 3
    assert set(following) <= set(PATHS) - {path}
    assert len(set(following)) == len(following)


@pytest.mark.parametrize("path", PATHS)
def test_the_same_figures_are_looked_for_at_other_known_endpoints(path: str) -> None:
    for place in hint_of(path).instead:
        other, _, argument = place.partition("?")
        assert other in set(PATHS) - {path}
        name, _, value = argument.partition("=")
        taken = hint_of(other).params.get(name)
        assert not argument or (taken and value in (taken.members or (value,)))


@pytest.mark.parametrize("path", PATHS)
def test_a_tool_named_in_the_words_exists_and_is_another_one(path: str) -> None:
    names = {tool_name(other) for other in PATHS}
    named = set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", hint_of(path).when))
    assert named <= names - {tool_name(path)}


@pytest.mark.parametrize("path", PATHS)
def test_the_words_give_no_advice_and_no_forecast(path: str) -> None:
    hint = hint_of(path)
    notes = [param.note for param in hint.params.values()]
    for text in (hint.title, hint.when, *notes):
        assert not AVOIDED.search(text), text


def test_notes_are_short() -> None:
    for path in PATHS:
        for name, param in hint_of(path).params.items():
            assert len(param.note.split()) <= NOTE_WORDS, (path, name)


def test_the_descriptions_together_stay_in_their_budget() -> None:
    assert sum(tokens(hint_of(path).when) for path in PATHS) <= WORDS_TOKENS


def test_comma_lists_have_the_documented_members() -> None:
    found = {
        (path, name): set(param.members)
        for path in PATHS
        for name, param in hint_of(path).params.items()
        if param.csv
    }
    assert found == CSV_MEMBERS


def test_single_strings_known_to_be_closed_have_the_documented_members() -> None:
    found = {
        (path, name): set(param.members)
        for path in PATHS
        for name, param in hint_of(path).params.items()
        if param.members and not param.csv
    }
    assert found == CLOSED_SINGLES


def test_expiries_are_spelled_as_each_endpoint_takes_them() -> None:
    found = {
        (path, name): param.expiry
        for path in PATHS
        for name, param in hint_of(path).params.items()
        if param.expiry
    }
    assert found == EXPIRY_FORMS


@pytest.mark.parametrize("path", PATHS)
def test_cadences_are_the_documented_ones(path: str) -> None:
    every_30_seconds = path.startswith(SNAPSHOT_FAMILIES) and path not in NO_STATED_CADENCE
    assert hint_of(path).cadence_seconds == SLOWER.get(path, 30 if every_30_seconds else None)


def test_age_rules_follow_the_kind_of_data() -> None:
    by_rule: dict[str, set[str]] = {}
    for path in PATHS:
        by_rule.setdefault(hint_of(path).age_rule, set()).add(path)
    assert by_rule["daily"] == {"/options/iv/iv-rv", "/options/vrp"}
    assert by_rule["business_days"] == {path for path in PATHS if path.startswith("/etf/")}
    assert by_rule["history"] == {path for path in PATHS if path.startswith("/market/")} | {
        "/gex/history",
        "/gex/stress-history",
        "/options/oi/history",
        "/options/pcr",
    }
    assert by_rule["static"] == {
        "/changelog",
        "/endpoints",
        "/health",
        "/meta",
        "/status",
        "/symbols",
    }


def test_only_health_needs_no_key() -> None:
    assert [path for path in PATHS if hint_of(path).public] == ["/health"]


def test_gamma_exposure_has_its_unit_everywhere() -> None:
    for path in PATHS:
        assert hint_of(path).answer.units["net_gex"] == "USD per 1% move"


@pytest.mark.parametrize("path", ["/options/oi/history", "/options/pcr", "/market/open-interest"])
def test_open_interest_without_a_stated_unit_gets_none(path: str) -> None:
    assert not {"oi", "call_oi", "put_oi", "total_oi"} & set(hint_of(path).answer.units)


@pytest.mark.parametrize("field", ["iv", "atm_iv", "skew_25d", "butterfly_25d", "rv", "spread"])
def test_analytic_vol_gets_no_unit_because_its_scale_is_not_stated(field: str) -> None:
    for path in PATHS:
        if not path.startswith("/tape"):
            assert field not in hint_of(path).answer.units


@pytest.mark.parametrize("simulated", [True, False])
def test_instructions_fit_their_budget_and_name_the_simulated_mark(simulated: bool) -> None:
    text = instructions(simulated)
    assert tokens(text) <= INSTRUCTIONS_TOKENS
    assert "SIMULATED" in text
    assert "multi_gex_levels" in text
    assert all(word in text for word in ("brief", "standard", "full", "raw", "n/a", "std", "age"))
    assert not AVOIDED.search(text)


def test_simulated_instructions_say_so_in_the_first_sentence() -> None:
    first = instructions(simulated=True).split(".")[0]
    assert "SIMULATED" in first


def test_live_instructions_never_call_the_data_simulated() -> None:
    text = instructions(simulated=False)
    assert text.count("SIMULATED") == 1
    assert "begins with SIMULATED is not market data" in text
