"""What the sandbox answers has the fields the fact sheet knows, and no others."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.contract.facts import endpoint
from tests.sandbox.asking import ask, sandbox

MAP_KEYS = {
    "SYMBOL": set(SYMBOLS),
    "VENUE": set(VENUES),
    "CATEGORY": {"gex", "options", "chain", "liquidation"},
}
TOKEN = re.compile(r"\d{2}[A-Z]{3}\d{2}")
EVERY_SECTION = "spot,candles,zones,max_pain,expected_move,ranked"
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
ANSWERS: list[tuple[str, str, dict[str, Any]]] = [
    ("/status", "status", {}),
    ("/changelog", "changelog", {}),
    ("/gex/levels", "gex/levels", {"include": EVERY_SECTION}),
    ("/gex/levels", "gex/levels", {"include": EVERY_SECTION, "symbol": "HYPEUSDT"}),
    ("/gex/levels", "gex/levels", {"positioning": "std"}),
    (
        "/multi/gex/levels",
        "multi/gex/levels",
        {"symbols": ",".join(SYMBOLS), "include": "ranked,max_pain,expected_move,zones"},
    ),
    ("/gex/strike-profile", "gex/strike-profile", {"spot_window_pct": 20}),
    ("/gex/strike-profile", "gex/strike-profile", {"expiry": "25SEP26", "exchanges": "okx"}),
    ("/gex/max-pain", "gex/max-pain", {}),
    ("/gex/max-pain", "gex/max-pain", {"expiry": "0dte"}),
    ("/gex/max-pain", "gex/max-pain", {"expiry": "2026-09-25", "symbol": "SOLUSDT"}),
    ("/options/expiry-summary", "options/expiry-summary", {}),
    ("/options/expiry-summary", "options/expiry-summary", {"symbol": "HYPEUSDT"}),
    ("/options/opex", "options/opex", {"horizon": 365}),
    ("/options/opex", "options/opex", {"types": "weekly", "symbol": "SOLUSDT"}),
    ("/options/chain", "options/chain", {}),
    ("/options/chain", "options/chain", {"symbol": "HYPEUSDT", "max_contracts": 5}),
    ("/options/chain", "options/chain", {"as_of": "2026-08-30T00:00:00Z", "strike_max": 1}),
    ("/options/iv/skew", "options/iv/skew", {}),
    ("/options/iv/skew", "options/iv/skew", {"as_of": "2026-05-01T00:00:00Z"}),
    ("/options/iv/term-structure", "options/iv/term-structure", {"historical_compare_days": 30}),
    (
        "/options/iv/term-structure",
        "options/iv/term-structure",
        {"historical_compare_days": 365, "dte_max": 30, "exchanges": "okx", "symbol": "SOLUSDT"},
    ),
    ("/options/probability/density", "options/probability/density", {"confidence_band": 0.68}),
    (
        "/options/probability/density",
        "options/probability/density",
        {"confidence_band": 0.999, "expiry": "11sep26", "dte_max": 9},
    ),
    ("/options/greeks/trace/{greek}", "options/greeks/trace/gamma", {}),
    ("/options/greeks/trace/{greek}", "options/greeks/trace/delta_change", {"expiry": "25SEP26"}),
]
SPLIT = ("call_oi", "put_oi", "total_oi", "notional_oi_usd")
PATHS = sorted({path for path, _, _ in ANSWERS})
NOT_NEEDED = {
    # Null as long as the split adds up, which it always does here.
    *(f"by_venue_unattributed.{name}" for name in SPLIT),
    *(f"expiries[].by_venue_unattributed.{name}" for name in SPLIT),
}
# Objects whose keys are not published.
OPEN_FIELDS = {"filtered_dte_window", "gamma_flip_zones", "results.{SYMBOL}.gamma_flip_zones"}


@cache
def service() -> FastAPI:
    return sandbox()


def map_key(key: str, path: str) -> str:
    """Return the kind of a key in a map, or the key itself in an object."""
    if TOKEN.fullmatch(key):
        return "{EXPIRY}"
    name = next((f"{{{kind}}}" for kind, keys in MAP_KEYS.items() if key in keys), key)
    # `chain` is a category and also a field of a venue; `delta` is a venue and also a greek.
    holders = {"{CATEGORY}": ("symbols.", "thresholds"), "{VENUE}": ("venues", "by_venue")}
    if name in holders and not any(holder in path for holder in holders[name]):
        return key
    return name


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field below `value` with its path in the notation of the facts."""
    if isinstance(value, dict):
        for key, item in value.items():
            name = map_key(key, path)
            below = f"{path}.{name}" if path else name
            yield below, item
            if below not in OPEN_FIELDS:
                yield from leaves(item, below)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{path}[]")


def fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("|null")
    base = kind.removesuffix("|null").split("<")[0]
    accepted = JSON_TYPES[base]
    return isinstance(value, accepted) and (bool in accepted or not isinstance(value, bool))


def documented(fields: dict[str, str]) -> set[str]:
    """Return the fields and every parent of theirs."""
    paths = set()
    for field in fields:
        parts = field.split(".")
        paths |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return paths | {path.removesuffix("[]") for path in paths}


@pytest.mark.parametrize(("path", "route", "query"), ANSWERS)
def test_answer_has_only_documented_fields_of_the_documented_type(path, route, query):
    facts = endpoint(path)["fields"]
    data = ask(service(), route, **query).json()["data"]
    known = documented(facts)
    for field, value in leaves(data):
        assert field in known, field
        # A cold category has no age to show; the sources print warm ones only.
        is_cold_cell = value is None and field == "symbols.{SYMBOL}.{CATEGORY}.freshness_seconds"
        if field in facts and not is_cold_cell:
            assert fits(value, facts[field]), (field, value)


@pytest.mark.parametrize(("path", "route", "query"), ANSWERS)
def test_answer_has_every_required_field(path, route, query):
    found = list(leaves(ask(service(), route, **query).json()["data"]))
    objects = {field for field, value in found if isinstance(value, dict)}
    objects |= {f"{field}[]" for field, value in found if isinstance(value, list) and value}
    for field in endpoint(path)["required_fields"]:
        parent, _, _ = field.rpartition(".")
        # The keys that a filter can leave out altogether are required of what it leaves in.
        if not parent or parent in objects:
            assert field in {name for name, _ in found}, field


SIGNING = {
    "positioning",
    "positioning_requested",
    "positioning_fallback_reason",
    "aggregation",
}
STORED = {"as_of", "history_clamp", "flow_unavailable_before", "flow_coverage_note"}
# The chain, the summary and the calendar say in addition by which model they are signed.
EXTRA_KEYS = {
    "/gex/levels": SIGNING | STORED | {"unavailable_sections"},
    "/gex/strike-profile": SIGNING | STORED,
    "/multi/gex/levels": SIGNING,
    "/options/greeks/trace/{greek}": SIGNING,
    "/options/chain": STORED | {"filter_hash", "activity_rebuilt", "quotes_note", "positioning"},
    "/options/expiry-summary": {"positioning"},
    "/options/opex": {"positioning", "expiry_count"},
    "/options/iv/skew": STORED,
    "/options/iv/term-structure": STORED,
}
STORED_ANSWERS = [
    ("/gex/levels", "gex/levels", {"as_of": "2026-05-01T00:00:00Z", "include": EVERY_SECTION}),
    ("/gex/strike-profile", "gex/strike-profile", {"as_of": "2026-05-01T00:00:00Z"}),
]


@pytest.mark.parametrize(("path", "route", "query"), [*ANSWERS, *STORED_ANSWERS])
def test_meta_extra_has_only_the_keys_known_of_the_endpoint(path, route, query):
    extra = ask(service(), route, **query).json()["meta"]["extra"] or {}
    assert set(extra) <= EXTRA_KEYS.get(path, set())
    if "as_of" in query:
        assert set(extra["as_of"]) == {"requested", "snapshot_ts", "lag_seconds", "resolution"}


@pytest.mark.parametrize("path", PATHS)
def test_every_documented_field_can_be_had(path):
    served = {
        field
        for asked, route, query in ANSWERS
        if asked == path
        for field, _ in leaves(ask(service(), route, **query).json()["data"])
    }
    assert set(endpoint(path)["fields"]) - NOT_NEEDED <= served
