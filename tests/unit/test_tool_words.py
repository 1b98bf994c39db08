"""The words and facts in `prompts/tools.toml`, and the server's own instructions."""

import re
import warnings
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from bq_mcp.catalog import SNAPSHOT, bundled_hints, load_catalog
from bq_mcp.catalog.hints import Hint
from bq_mcp.views import render_instructions

CATALOG = load_catalog(SNAPSHOT, "snapshot").by_path()
PATHS = sorted(CATALOG)
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
INSTRUCTIONS_TOKENS = 350


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


def instructions(simulated: bool, search: bool = False) -> str:
    offered = ["compare_symbols", "market_brief", "multi_gex_levels"]
    return render_instructions(simulated, search=search, offered=offered)


def test_the_hints_cover_the_known_endpoints_and_no_other() -> None:
    assert sorted(bundled_hints()) == PATHS


@pytest.mark.parametrize("path", PATHS)
def test_every_endpoint_has_its_words(path: str) -> None:
    hint = hint_of(path)
    assert 0 < len(hint.title) <= 40
    assert 2 <= len(hint.title.split()) <= 5
    assert hint.when.endswith(".")
    assert hint.toolset and hint.age_rule
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


@pytest.mark.parametrize("path", PATHS)
def test_closed_sets_hold_what_upstream_says_itself(path: str) -> None:
    for name, told in hint_of(path).params.items():
        if (param := CATALOG[path].param(name)) is not None:
            words = f"{param.description} {CATALOG[path].description}".casefold()
            assert all(member.casefold() in words for member in told.members), name


def test_daily_figures_are_not_judged_by_the_minute() -> None:
    for path in PATHS:
        hint = hint_of(path)
        assert (hint.cadence_seconds == 86_400) == (hint.age_rule in ("daily", "business_days")), (
            path
        )


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


@pytest.mark.parametrize("search", [True, False])
@pytest.mark.parametrize("simulated", [True, False])
def test_instructions_fit_their_budget_and_name_the_simulated_mark(
    simulated: bool, search: bool
) -> None:
    text = instructions(simulated, search)
    assert ("call_tool" in text) == search
    assert tokens(text) <= INSTRUCTIONS_TOKENS
    assert "SIMULATED" in text
    assert all(name in text for name in ("market_brief", "compare_symbols", "multi_gex_levels"))
    assert "market_brief" not in render_instructions(simulated, search=search)
    assert all(word in text for word in ("brief", "standard", "full", "raw", "n/a", "std", "age"))
    assert not AVOIDED.search(text)


def test_simulated_instructions_say_so_in_the_first_sentence() -> None:
    first = instructions(simulated=True).split(".")[0]
    assert "SIMULATED" in first


def test_live_instructions_never_call_the_data_simulated() -> None:
    text = instructions(simulated=False)
    assert text.count("SIMULATED") == 1
    assert "begins with SIMULATED is not market data" in text
