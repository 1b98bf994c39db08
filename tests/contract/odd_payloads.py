"""Hand-made replies in shapes the documents allow and the sandbox never sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.unit.sandbox.asking import NOW

OLD = (NOW - timedelta(minutes=12)).isoformat()
YOUNG = (NOW - timedelta(seconds=12)).isoformat()
LEVELS: dict[str, Any] = {
    "all_expiry": {"hvl": 67_214.3, "call_resistance": 67_250, "put_support": 67_200.5},
    "odte": {"hvl": 67_300, "call_resistance": 67_250, "put_support": None},
    "positioning": "flow",
}
SECTIONS: dict[str, Any] = {
    "max_pain": {"strike": None, "value": None},
    "expected_move": dict.fromkeys(("upper_1sd", "lower_1sd", "upper_2sd", "lower_2sd")),
    "ranked": {"all_expiry_top_10": [], "odte_top_10": []},
    "gamma_flip_zones": [],
}


@dataclass(frozen=True)
class Odd:
    """A reply and the words its answers need: at every size, above brief, at brief, never."""

    path: str
    name: str
    data: Any
    every: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


def levels(name: str, data: Any, **told: Any) -> Odd:
    return Odd("/gex/levels", name, data, **told)


def entry(**changed: Any) -> dict[str, Any]:
    """Return one symbol's levels of the bundle, without a positioning, as the schema has them."""
    own = {name: LEVELS[name] for name in ("all_expiry", "odte")}
    return {**own, "spot_price": 67_214.37, "computed_at": YOUNG, **changed}


def multi(name: str, results: Mapping[str, Any], **told: Any) -> Odd:
    query = {"symbols": ",".join(results)} | told.pop("query", {})
    data = {
        "results": results,
        "requested": told.pop("requested", list(results)),
        "served": [symbol for symbol, levels in results.items() if levels],
        "missing": [symbol for symbol, levels in results.items() if not levels],
        "invalid": told.pop("invalid", []),
    }
    meta = {"symbol": None, "spot_price": None} | told.pop("meta", {})
    return Odd("/multi/gex/levels", name, data, query=query, meta=meta, **told)


def profile(name: str, many: int = 3, **told: Any) -> Odd:
    changed = told.pop("data", {})
    data = {
        "expiry": "all",
        "strikes": [67_000 + 500 * place for place in range(many)],
        "net_gex": [(-1) ** place * 1e6 * (place + 1) for place in range(many)],
        "call_gex": [2e6] * many,
        "put_gex": [-1e6] * many,
        "call_oi": [10.5] * many,
        "put_oi": [5.25] * many,
        "total_oi": [15.75] * many,
        "positioning": "flow",
    } | changed
    kept = {key: value for key, value in data.items() if value is not ...}
    return Odd("/gex/strike-profile", name, kept, **told)


def pain(expiry: str, dte: int | None, strike: float | None, value: float | None) -> dict[str, Any]:
    return {"expiry": expiry, "dte": dte, "max_pain": {"strike": strike, "value": value}}


OF_LEVELS = [
    levels(
        "spot a hair above the flip",
        LEVELS,
        every=("spot 67,214.4 ", "flip (HVL) 67,214.3, spot <0.1% above it", "67,200.5 (>-0.1%)"),
        says=("0DTE: flip 67,300, spot 0.1% below it (other side than all expiries)",),
        brief=("0DTE: flip 67,300, spot below it (other side)",),
        never=("67,214 ", "damping", "amplifying", "0.0%"),
    ),
    levels(
        "no spot",
        LEVELS,
        meta={"spot_price": None},
        every=("flip (HVL) 67,214.3, side of spot n/a", "call wall 67,250"),
        never=("%", "above it", "below it", "net gamma sign"),
    ),
    levels(
        "a spot of zero, which is no price",
        LEVELS,
        meta={"spot_price": 0},
        every=("flip (HVL) 67,214.3, side of spot n/a",),
        never=("above it", "below it", "spot n/a above", "inf"),
    ),
    levels(
        "empty sets",
        {"all_expiry": {}, "odte": None},
        every=("all expiries: flip and walls n/a", "0DTE: flip and walls n/a", "not stated"),
        never=("no flip", "no call wall", "no put wall"),
    ),
    levels(
        "levels in the spelling of the history",
        {"all_expiry": {"gamma_flip": 67_000, "call_wall": 68_000, "put_wall": None}, "odte": {}},
        every=("flip (HVL) 67,000", "call wall 68,000 (+1.2%)", "no put wall"),
    ),
    levels(
        "every section empty",
        LEVELS | SECTIONS,
        query={"include": "max_pain,expected_move,ranked,zones"},
        says=(
            "max pain (0DTE) n/a",
            "expected move, 24h: ±1σ n/a · ±2σ n/a",
            "flip zones (0)",
            "largest strikes, all expiries: no strikes listed",
            "largest strikes, 0DTE: no strikes listed",
        ),
        never=("several flips", "asked, not in this reply"),
    ),
    levels(
        "sections asked and not served",
        LEVELS,
        query={"include": "max_pain,zones,candles", "as_of": "2026-09-01T00:03:00Z"},
        meta={
            "exchanges_filtered": ["deribit"],
            "extra": {
                "as_of": {
                    "requested": "2026-09-01T00:03:00Z",
                    "snapshot_ts": "2026-09-01T00:00:00Z",
                    "lag_seconds": 180,
                },
                "unavailable_sections": {"sections": ["spot", "candles"], "reason": "as_of"},
            },
        },
        every=("as of 2026-09-01 00:00:00Z, historical", "venues deribit only", "spot, candles"),
        says=("asked, not in this reply: max_pain, zones",),
        never=("not in this reply: max_pain, zones, candles", "fresh"),
    ),
    levels(
        "zones of open shape",
        LEVELS | {"gamma_flip_zones": [66_000, [66_500, 67_000], {"low": 1, "kind": "x y"}]},
        query={"include": "zones"},
        says=('several flips (3): 66,000; 66,500 to 67,000; low 1, kind "x y"',),
        brief=("several flips",),
    ),
    levels(
        "exposures huge and tiny",
        LEVELS
        | {
            "ranked": {
                "all_expiry_top_10": [
                    {"rank": 1, "strike": 70_000, "gex": -3.456e12, "abs_gex": 3.456e12},
                    {"rank": 2, "strike": 70_500, "gex": 0.0004, "abs_gex": 0.0004},
                ],
                "odte_top_10": [{"rank": 1, "strike": 67_000, "abs_gex": 4e6}],
            }
        },
        every=("70,000 -$3,460bn",),
        says=("70,500 +$0.0004 per 1% move", "largest strikes, 0DTE: sizes n/a"),
    ),
    levels(
        "a fallback without a reason",
        LEVELS | {"positioning": "std"},
        every=("std positioning (fallback, flow asked: reason not stated)",),
        never=("flow positioning",),
    ),
    levels(
        "std as asked",
        LEVELS | {"positioning": "std"},
        query={"positioning": "std"},
        every=("· std positioning",),
        never=("fallback",),
    ),
    levels(
        "positioning null",
        LEVELS | {"positioning": None},
        meta={"extra": {"positioning": None, "positioning_requested": "flow"}},
        every=("positioning not stated",),
        never=("flow positioning", "per row"),
    ),
    levels(
        "a level below a cent",
        {
            "all_expiry": {"hvl": 1.2345678e-5, "call_resistance": 2e-5, "put_support": 0},
            "odte": {},
        },
        meta={"symbol": "HYPEUSDT", "spot_price": 1.500001e-5},
        every=("flip (HVL) 0.000012345678", "call wall 0.00002", "put wall 0 (-100.0%)"),
    ),
]
OF_SEVERAL = [
    multi(
        "an old row beside a fresh one",
        {
            "BTCUSDT": entry(positioning="flow"),
            "SOLUSDT": entry(positioning="std", computed_at=OLD),
            "HYPEUSDT": None,
        },
        every=(
            "fresh; oldest row 11:48:17Z, 12m old, stale",
            "HYPEUSDT no data now, which is not zero",
            "no data now: HYPEUSDT",
            "67,214.4",
        ),
        says=("std positioning (flow asked) · 11:48:17Z, 12m old", "do not compare"),
        brief=("std, 12m old",),
    ),
    multi(
        "rows without a positioning",
        {"BTCUSDT": entry(), "SOLUSDT": entry(spot_price=142.3, computed_at=None)},
        meta={"extra": {"positioning": "flow"}},
        invalid=["DOGEUSDT", "X"],
        every=("positioning not stated", "unknown symbols: DOGEUSDT, X", "age n/a"),
    ),
    multi(
        "the order asked, and a row without spot",
        {
            "SOLUSDT": entry(positioning="std", spot_price=None),
            "BTCUSDT": entry(positioning="flow"),
        },
        requested=["BTCUSDT", "SOLUSDT"],
        query={"include": "ranked", "exchanges": "deribit,foo"},
        meta={"exchanges_filtered": ["deribit"]},
        every=("SOLUSDT spot n/a", "side of spot n/a", "venues deribit only", "deribit, foo"),
        says=("BTCUSDT asked, not in this reply: ranked",),
    ),
    multi(
        "levels that are not there",
        {"ETHUSDT": {"all_expiry": {"hvl": None}, "odte": {}}, "SOLUSDT": "odd"},
        every=("no flip", "call wall n/a", "SOLUSDT entry not readable"),
        never=("no call wall", "SOLUSDT no data"),
    ),
]
OF_STRIKES = [
    profile(
        "one strike",
        1,
        every=("net GEX +$1m per 1% move (calls +$2m, puts -$1m), 1 strike, all expiries",),
        says=("largest +: 67,000 +$1m (-0.3%) · largest -: no strike", "Σ|net| $1m"),
    ),
    profile(
        "holes in the net",
        data={"net_gex": [None, 0, -0.0004], "call_gex": None, "put_gex": None},
        every=("net GEX -$0.0004 per 1% move, 3 strikes", "net n/a at 1", "largest +: no strike"),
        says=("67,000 n/a", "67,500 $0"),
        never=("calls +", "(calls n/a"),
    ),
    profile(
        "no net at all",
        data={"net_gex": ..., "positioning": ..., "expiry": ...},
        every=("net GEX n/a per 1% move", "expiries not stated", "positioning not stated"),
        never=("largest +", "all expiries"),
    ),
    profile(
        "a filter whose window is not told",
        data={"filtered_strike_window": {"min": None, "max": None}},
        query={"spot_window_pct": "5"},
        every=("total of the 3 strikes returned, window not stated",),
    ),
    profile(
        "one expiry, not split by venue",
        data={"expiry": "26MAR27", "dte": 3, "by_venue": None, "by_venue_note": "whole expiry"},
        every=("26MAR27 (3d)", "by_venue_note"),
        says=('by_venue_note: "whole expiry"',),
        never=("OI by venue",),
    ),
    profile(
        "venues that hold nothing",
        data={
            "by_venue": {"deribit": {"total_oi": 0}, "okx": {"total_oi": 0.0}},
            "by_venue_unattributed": {"total_oi": 3},
        },
        says=("unattributed 3",),
    ),
    profile("calls without open interest", data={"call_oi": [0, 0, 0]}, every=("OI) n/a",)),
    profile(
        "no spot",
        meta={"spot_price": None},
        every=("largest +: 68,000 +$3m",),
        never=("nearest spot", "beside spot", "(+1"),
    ),
    profile("no strikes", 0, every=("no strikes returned, all expiries",), never=("$0",)),
    profile(
        "a venue filter that was not applied",
        data={"positioning": "std"},
        query={"exchanges": "nope"},
        every=("venue filter not confirmed (asked nope)", "fallback, flow asked"),
    ),
]
OF_PAIN = [
    Odd(
        "/gex/max-pain",
        "rows out of order, one without days",
        {
            "expiry": "all",
            "per_expiry": [
                pain("25DEC26", 34, 70_000, 1e9),
                pain("27NOV26", 6, 67_214.4, 2.5e5),
                pain("21NOV26", None, 66_000, None),
            ],
        },
        every=(
            "front 21NOV26: max pain 66,000 (-1.8%)",
            "next anchor 27NOV26 (6d): max pain 67,214.4 (+<0.1%), payout $250k",
            "from open interest",
        ),
        says=("25DEC26 (34d) 70,000 (+4.1%)",),
        never=("0DTE",),
    ),
    Odd(
        "/gex/max-pain",
        "a tie at nothing",
        {
            "expiry": "27NOV26",
            "dte": 6,
            "max_pain": {"strike": 67_000, "value": 0},
            "pain_curve": [
                {"strike": 66_000, "pain": 5},
                {"strike": 67_000, "pain": 0},
                {"strike": 67_500, "pain": 0},
            ],
        },
        every=("max pain 67,000 (-0.3%), payout $0", "tie: 67,000, 67,500 all pay $0"),
        never=("times the least",),
    ),
    Odd(
        "/gex/max-pain",
        "a curve without its figure",
        {"expiry": "27NOV26", "pain_curve": [{"strike": 66_000, "pain": 5}]},
        every=("least payout of the curve at 66,000 (-1.8%): $5", "from open interest"),
    ),
    Odd(
        "/gex/max-pain",
        "nothing held",
        {"expiry": "0dte", "expiry_tokens": [], "max_pain": None},
        every=("max pain n/a · 0DTE",),
        never=("max pain 0", "$0", "because"),
    ),
    Odd("/gex/max-pain", "no expiries", {"per_expiry": []}, every=("no expiries listed",)),
]
CASES = [*OF_LEVELS, *OF_SEVERAL, *OF_STRIKES, *OF_PAIN]
LARGE = [
    profile("5,000 strikes", 5_000, every=("5,000 strikes, all expiries", "largest +: 2,566,000")),
    multi(
        "four symbols with every section",
        {
            f"{coin}USDT": entry(
                positioning="flow",
                spot_price=spot,
                all_expiry={"hvl": spot - 1, "call_resistance": spot + 1, "put_support": spot - 2},
                gamma_flip_zones=[{"strike": place} for place in range(40)],
                max_pain={"strike": 66_000, "value": 1e9},
                expected_move={"upper_1sd": 68_000, "lower_1sd": 66_000},
                ranked={
                    "all_expiry_top_10": [
                        {"rank": place, "strike": 60_000 + place, "gex": 1e8 - place}
                        for place in range(10)
                    ]
                },
            )
            for coin, spot in (("BTC", 67_214), ("ETH", 2_453), ("SOL", 143), ("HYPE", 33))
        },
        query={"include": "ranked,zones,max_pain,expected_move"},
        every=("- BTCUSDT ", "- ETHUSDT ", "- SOLUSDT ", "- HYPEUSDT ", "flip", "34", "31"),
    ),
    Odd(
        "/gex/max-pain",
        "300 expiries",
        {
            "expiry": "all",
            "per_expiry": [
                pain(f"{1 + day % 28:02}DEC{27 + day // 28}", day, 67_000 + day, 1e6 * day)
                for day in range(300)
            ],
        },
        every=("front 01DEC27 (0d, 0DTE): max pain 67,000", "of 300 expiries left out"),
    ),
    Odd(
        "/gex/max-pain",
        "5,000 points of a curve",
        {
            "expiry": "27NOV26",
            "max_pain": {"strike": 67_000, "value": 5e6},
            "pain_curve": [
                {"strike": 20.0 * place, "pain": abs(place - 3350) * 1e6 + 5e6}
                for place in range(5_000)
            ],
        },
        every=("max pain 67,000 (-0.3%), payout $5m", "payout at 67,220"),
    ),
]
