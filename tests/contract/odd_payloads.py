"""Hand-made replies in shapes the documents allow and the sandbox never sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.sandbox.asking import NOW

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
        "call_gex": [(-1) ** place * 1e6 * (place + 1) + 1e6 for place in range(many)],
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
        every=(
            "spot 67,214.37 ",
            "flip (HVL) 67,214.3 (about 0%), spot above it",
            "67,200.5 (about 0%)",
        ),
        says=("0DTE: flip 67,300 (+0.1%), spot below it (other side than all expiries)",),
        brief=("0DTE: flip 67,300, spot below it (other side)",),
        never=("67,214 ", "damping", "amplifying", "0.0%"),
    ),
    levels(
        "no spot",
        LEVELS,
        meta={"spot_price": None},
        every=(
            "flip (HVL) 67,214.3, side of spot n/a",
            "call wall 67,250",
            "net gamma sign not in",
        ),
        never=("%", "above it", "below it"),
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
        every=("no all-expiry levels served", "no 0DTE levels served", "not stated"),
        never=("no flip", "no call wall", "no put wall"),
    ),
    levels(
        "no expiry of today",
        LEVELS | {"odte": dict.fromkeys(LEVELS["odte"])},
        every=("no 0DTE levels served", "flip (HVL) 67,214.3", "net gamma sign not in this answer"),
        never=("0DTE: ", "no flip", "no call wall", "no put wall", "sign change"),
    ),
    levels(
        "a set without its flip",
        LEVELS | {"all_expiry": {"hvl": None, "call_resistance": 70_000, "put_support": None}},
        every=(
            "no flip",
            "call wall 70,000 (+4.1%)",
            "no put wall",
            "net gamma sign not in this answer",
        ),
        says=("all expiries: no flip reported", "no put wall reported"),
        never=("positive net gamma", "sign change"),
    ),
    levels(
        "a flip far above a small spot",
        LEVELS | {"all_expiry": {"hvl": 155, "call_resistance": 160, "put_support": None}},
        meta={"symbol": "SOLUSDT", "spot_price": 89.0},
        every=("flip (HVL) 155 (+74.2%), spot below it",),
        never=("% below", "% above"),
    ),
    levels(
        "walls on the wrong side of spot",
        LEVELS | {"all_expiry": {"hvl": 70_000, "call_resistance": 69_000, "put_support": 71_000}},
        meta={"spot_price": 70_000.0},
        every=(
            "flip (HVL) 70,000 (0.0%), spot at it",
            "call wall 69,000 (-1.4%), below spot against its definition",
            "put wall 71,000 (+1.4%), above spot against its definition",
        ),
    ),
    levels(
        "levels written as text",
        {"all_expiry": {"hvl": "68000", "call_resistance": "7e4", "put_support": "66000.5"}},
        every=("flip (HVL) 68,000 (+1.2%), spot below it", "call wall 70,000", "put wall 66,000.5"),
        never=("flip (HVL) n/a",),
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
            "no figures served for: max_pain, expected_move, ranked",
            "flip zones (0): filled only where net gamma crosses zero more than once",
        ),
        never=("several flips", "max pain (0DTE)", "±1σ", "largest strikes"),
    ),
    levels(
        "zones null beside a flip",
        LEVELS | {"gamma_flip_zones": None},
        query={"include": "zones"},
        says=("flip zones: filled only where net gamma crosses zero more than once",),
        never=("several flips", "no figures served", "not in this reply", "(0)"),
    ),
    levels(
        "a move with two sides, and the size of walls",
        LEVELS
        | {
            "all_expiry": {"hvl": 67_000, "call_resistance": 70_000, "put_support": 65_000},
            "expected_move": {"upper_1sd": 72_030, "lower_1sd": 66_990, "upper_2sd": 74_060},
            "ranked": {"all_expiry_top_10": [{"strike": 70_000, "gex": 1.06e8}]},
        },
        meta={"spot_price": 70_000.0},
        query={"include": "expected_move,ranked"},
        says=(
            "expected move, 24h: ±1σ 66,990 to 72,030 (-4.3%/+2.9%)",
            "±2σ n/a to 74,060",
            "call wall 70,000 (0.0%, +$106m per 1% move) · put wall 65,000 (-7.1%)",
        ),
        never=("standard deviation",),
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
        says=("no figures served for: max_pain", "flip zones: filled only where"),
        never=("no figures served for: max_pain, ", "fresh"),
    ),
    levels(
        "zones of open shape",
        LEVELS | {"gamma_flip_zones": [66_000, [66_500, 67_000], {"low": 1, "kind": "x y"}]},
        query={"include": "zones"},
        says=(
            "several flips (3), nearest spot first: 66,500 (-1.1%) high 67,000; 66,000 (-1.8%);"
            ' 1 (-100.0%) kind "x y"',
        ),
        brief=("several flips (3), nearest 66,500, 66,000",),
    ),
    levels(
        "six flips",
        LEVELS
        | {
            "all_expiry": {"hvl": 69_500, "call_resistance": 75_000, "put_support": 65_000},
            "gamma_flip_zones": [
                {"strike": strike, "direction": "negative_to_positive"}
                for strike in (40_000, 55_000, 68_000, 69_500, 71_000, 90_000)
            ],
        },
        meta={"spot_price": 70_000.0},
        query={"include": "zones"},
        every=("flip (HVL) 69,500 (-0.7%), spot above it; crossing negative_to_positive",),
        says=("several flips (6), nearest spot first: 69,500 (-0.7%) direction",),
        brief=("several flips (6), nearest 69,500, 71,000",),
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
        says=("70,000 -$3,460bn, 70,500 +$0.0004 per 1% move", "largest strikes, 0DTE: sizes n/a"),
    ),
    levels(
        "a fallback without a reason",
        LEVELS | {"positioning": "std"},
        every=("std positioning (fallback",),
        says=("std positioning (fallback from flow",),
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
        every=("flip (HVL) 0.00001234568 (-17.7%)", "call wall 0.00002", "put wall 0 (-100.0%)"),
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
        every=("11:48", "12m old, stale", "67,214.37"),
        says=(
            "missing symbols: HYPEUSDT",
            "HYPEUSDT no levels served, which is not zero",
            "std positioning (flow asked) · 11:48Z, 12m old",
            "two models (flow, std), whose figures do not compare",
        ),
        brief=("missing symbols",),
    ),
    multi(
        "rows without a positioning",
        {"BTCUSDT": entry(), "SOLUSDT": entry(spot_price=142.3, computed_at=None)},
        meta={"extra": {"positioning": "flow"}},
        invalid=["DOGEUSDT", "X"],
        every=("positioning not stated", "invalid symbols: DOGEUSDT, X", "age n/a"),
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
        every=("SOLUSDT spot n/a", "venues deribit only", "deribit, foo"),
        says=("BTCUSDT no figures served for: ranked",),
    ),
    multi(
        "levels that are not there",
        {"ETHUSDT": {"all_expiry": {"hvl": None}, "odte": {}}, "SOLUSDT": "odd"},
        every=("no flip", "SOLUSDT no levels served"),
        never=("no call wall",),
    ),
    multi(
        "a wall on the wrong side and a flip far from spot",
        {
            "BTCUSDT": entry(positioning="flow", spot_price=70_000),
            "SOLUSDT": entry(
                positioning="std",
                spot_price=89.0,
                all_expiry={"hvl": "155", "call_resistance": 160, "put_support": 50},
                odte=dict.fromkeys(LEVELS["odte"]),
            ),
        },
        says=(
            "SOLUSDT spot 89 · flip 155 (+74.2%), spot below it",
            "call wall 67,250 (-3.9%), below spot against its definition",
            "SOLUSDT no 0DTE levels served",
            "net gamma sign not in this answer",
        ),
        brief=("call 67,250 (below spot)", "SOLUSDT 89 below flip 155"),
        never=("% below",),
    ),
]
OF_STRIKES = [
    profile(
        "one strike",
        1,
        every=("net GEX +$1m per 1% move (calls +$2m, puts -$1m), 1 strike, all expiries",),
        says=("largest +: 67,000 (-0.3%) +$1m", "largest -: no strike", "Σ|net| $1m"),
        never=("add to",),
    ),
    profile(
        "holes in the net",
        data={"net_gex": [None, 0, -0.0004], "call_gex": None, "put_gex": None},
        every=("net GEX -$0.0004 per 1% move, 3 strikes", "net n/a at 1", "largest +: no strike"),
        says=("67,000 (-0.3%) n/a", "67,500 (+0.4%) $0"),
        never=("calls +$", "(calls n/a"),
    ),
    profile(
        "holes at different strikes",
        data={
            "net_gex": [1e6, -2e6, 8e6],
            "call_gex": [2e6, None, 6e6],
            "put_gex": [-1e6, -9e6, None],
            "call_oi": [10, None, 30],
            "put_oi": [5, 6, None],
        },
        every=("net GEX +$7m per 1% move", "calls n/a at 1, puts n/a at 1"),
        says=("PCR (put/call OI) 0.50 over the 1 strikes with both",),
        never=("add to",),
    ),
    profile(
        "parts that do not add",
        data={"call_gex": [2e6] * 3},
        every=("calls and puts add to +$3m, not to this net",),
    ),
    profile(
        "strikes that leave spot out",
        data={"strikes": [60_000, 61_000, 62_000], "filtered_strike_window": {"min": 60_000}},
        meta={"spot_price": 52_846.0},
        query={"strike_min": "60000"},
        every=("3 strikes returned, from 60,000, all expiries",),
        says=("nearest of the strikes returned: net GEX", "60,000 (+13.5%) +$1m"),
        brief=("nearest of the strikes returned: 60,000 (+13.5%) +$1m",),
        never=("nearest spot", "beside spot"),
    ),
    profile(
        "figures written as text",
        data={"strikes": ["67000", "67500", "68000"], "net_gex": ["1e6", "-2000000", "3e6"]},
        every=("net GEX +$2m per 1% move (calls +$5m, puts -$3m), 3 strikes",),
    ),
    profile(
        "eight venues",
        data={
            "by_venue": {
                name: {"total_oi": 1_000 / (place + 1)}
                for place, name in enumerate(("a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8"))
            }
        },
        says=("OI by venue, coin: a1 1,000, b2 500, c3 333.33",),
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
        every=("of 3 strikes returned, all expiries",),
        says=("total of 3 strikes returned",),
    ),
    profile(
        "one expiry, not split by venue",
        data={"expiry": "26MAR27", "dte": 3, "by_venue": None, "by_venue_note": "whole expiry"},
        every=("26MAR27", "by_venue_note"),
        says=("26MAR27 (3d)", 'by_venue_note "whole expiry"'),
        never=("OI by venue",),
    ),
    profile("calls without open interest", data={"call_oi": [0, 0, 0]}, says=("OI) n/a",)),
    profile(
        "no spot",
        meta={"spot_price": None},
        every=("largest +: 68,000 +$3m",),
        says=("largest: net GEX per 1% move",),
        never=("nearest", "beside spot", "(+1"),
    ),
    profile("no strikes", 0, every=("no strikes returned, all expiries",), never=("$0",)),
    profile(
        "a venue filter that was not applied",
        data={"positioning": "std"},
        query={"exchanges": "nope"},
        every=("venues not as asked: asked (nope), served n/a", "fallback"),
    ),
]
OF_PAIN = [
    Odd(
        "/gex/max-pain",
        "rows out of order, one without days",
        {
            "expiry": "all",
            "per_expiry": [
                pain("30OCT26", 49, 70_000, 1e9),
                pain("25SEP26", 14, 67_214.4, 2.5e5),
                pain("12SEP26", None, 66_000, None),
                pain("09SEP26", -1, 65_000, 1e6),
            ],
        },
        every=(
            "front 12SEP26 (1d): max pain 66,000 (-1.8%)",
            "next anchor 25SEP26 (14d): max pain 67,214.4 (about 0%), payout $250k",
            "from open interest",
        ),
        says=("30OCT26 (49d) 70,000 (+4.1%)", "1 settled left out"),
        never=("0DTE", "09SEP26"),
    ),
    Odd(
        "/gex/max-pain",
        "the morning of an anchor",
        {
            "expiry": "all",
            "per_expiry": [pain("25SEP26", 0, 68_000, 1e6), pain("30OCT26", 35, 70_000, 1e9)],
        },
        every=("front and next anchor 25SEP26 (0d, 0DTE): max pain 68,000",),
        never=("next anchor 30OCT26",),
    ),
    Odd(
        "/gex/max-pain",
        "a curve that is least elsewhere",
        {
            "expiry": "25SEP26",
            "dte": 14,
            "max_pain": {"strike": "75000", "value": 9e8},
            "pain_curve": [
                {"strike": 65_000, "pain": 1.2e9},
                {"strike": 70_000, "pain": "890000000"},
                {"strike": 75_000, "pain": 9.5e8},
            ],
        },
        meta={"spot_price": 70_000.0},
        every=(
            "max pain 75,000 (+7.1%), payout $900m · 25SEP26 (14d)",
            "the curve is least at 70,000 ($890m), not there",
            "the curve pays $950m there",
        ),
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
        every=("max pain 67,000 (-0.3%), payout $0", "tie: 67,000, 67,500 · all pay $0"),
        never=("times the least", "not there"),
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
    Odd("/gex/max-pain", "no expiries", {"per_expiry": []}, every=("per_expiry: rows received 0",)),
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
        every=("BTCUSDT ", "ETHUSDT ", "SOLUSDT ", "HYPEUSDT ", "flip", "34", "31"),
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
        every=("front 01DEC27 (0d, 0DTE): max pain 67,000", "298"),
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
