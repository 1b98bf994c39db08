"""The option chain: what matches, what it adds up to, the strikes beside spot, the largest ones."""

from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest, nsmallest
from typing import Any

from ..arithmetic import distance_pct, missing, put_call, total
from ..digest.sheet import Figure
from ..read.units import IvScale, Kind, Unit, iv_scale
from ..read.values import derive, figure, mapping
from ..scene import Scene
from . import rows as table
from .rows import Row, read

_NO_FILTER = ("symbol", "fields", "include", "max_contracts", "as_of")
_MOST_CONTRACTS = 5_000
_STRIKES_SHOWN, _LARGEST_SHOWN = 10, 3
_QUOTES = ("bid", "ask")
# What a contract tells first, and what it tells where there is room.
_FIRST = ("iv", "delta", "oi", *_QUOTES, "mark")
_GREEKS = ("gamma", "theta", "vega", "vanna", "charm")
_THEN = (*_GREEKS, "volume", "trade_count", "notional_volume", "gex")
# The others are in coin.
_KINDS: Mapping[str, Kind] = {
    "iv": "iv",
    "delta": "ratio",
    "trade_count": "count",
    "notional_volume": "usd",
    "gex": "exposure",
}
_WORDS = {"iv": "IV", "oi": "OI"}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return counts, filters, totals, the strikes nearest spot of the front and the largest."""
    root = scene.root
    listed = scene.data if isinstance(scene.data, list) else root.get("contracts")
    rows = table.rows_of(listed)
    sums = {name: read(value) for name, value in mapping(root.get("aggregates")).items()}
    if not (rows or sums or root.get("available_expiries") or "total_matching_count" in root):
        return None
    matching = figure(root.get("total_matching_count"))
    returned = derive(len, rows) if isinstance(listed, list) else None
    empty = not rows and 0 in (matching, figure(sums.get("contract_count")))
    cut = returned is not None and returned < (matching or 0)
    flagged = root.get("truncated") is True
    whole = "match, all returned" if rows and matching == returned else "match"
    expiries = _expiries(rows, scene)
    front = expiries[0]["rows"] if expiries else []
    scale = iv_scale(table.values_of(front, "iv")) or iv_scale([sums.get("atm_iv")])
    first, then, notes = _columns(front, scene)
    placed = table.measured(front, "strike") if scene.spot else []
    legs = _grouped(placed, lambda row: figure(row["strike"]))
    near = nsmallest(_STRIKES_SHOWN, legs, key=lambda strike: abs(strike - (scene.spot or 0)))
    strikes = [
        {
            "strike": strike,
            "away": derive(distance_pct, strike, scene.spot),
            "legs": [_contract(row, first, scale) for row in legs[strike]],
            "more": [_contract(row, then, scale) for row in legs[strike] if then],
        }
        for strike in near
        if first
    ]
    return {
        # In few words the caveat counts what the flag says.
        "cut_rank": 4 if flagged else 1,
        "returned": returned if cut else None,
        "matching": matching,
        "cap": root.get("max_contracts"),
        "most": matching if (matching or 0) <= _MOST_CONTRACTS else None,
        "count": None if cut else returned if matching is None else matching,
        "counted": "returned" if matching is None else whole,
        "scope": " (scope after the cut not stated)" if cut or flagged else "",
        "filters": _filters(scene.query),
        "filtered": "no contract passes " if empty else "filtered by ",
        "expiries": expiries,
        "expiry_count": table.counted(expiries, "expiry"),
        "atm": _atm(sums, scale, strikes[:1]) if "atm_iv" in sums and not empty else None,
        "sums": {} if empty else sums,
        "own": _sums([] if sums else rows),
        "notes": notes,
        "nearest": next(iter(strikes), None),
        "strikes": table.placed(table.ordered(strikes, "strike"), strikes),
        "other_count": len(legs) - 1 if strikes else 0,
        "deep_count": len(legs) if strikes and then else 0,
        "tops": _tops(rows, scale, " of those returned" if cut else ""),
        "unmeasured": bool(rows) and all(row.get("volume", 0) is None for row in rows),
        "available": root.get("available_expiries"),
        "available_rank": 7 if rows else 3,
    }


def _filters(query: Row) -> Row:
    """Return the filters asked for that can leave out a contract."""
    asked = {name: value for name, value in query.items() if name not in _NO_FILTER}
    lows = {name for name, value in asked.items() if name.endswith("_min") and figure(value) == 0}
    return {name: asked[name] for name in asked if name not in lows and asked[name] != "both"}


def _grouped(rows: Sequence[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _expiries(rows: Sequence[Row], scene: Scene) -> Sequence[Mapping[str, Any]]:
    """Return the contracts of each expiry that has not settled, the nearest first."""
    groups = _grouped(rows, lambda row: str(row.get("expiry") or row.get("dte")))
    heads = [
        {**table.paired(held[:1], expiry="expiry", dte="dte")[0], "rows": held}
        for held in groups.values()
    ]
    return table.by_expiry(heads, scene.instant)[0]


def _columns(front: Sequence[Row], scene: Scene) -> tuple[Sequence[str], Sequence[str], str]:
    """Return what the contracts of one expiry tell first and then, and what to say of it."""
    served = {name for row in front for name in row}
    known = {name for row in front for name, value in row.items() if value is not None}
    noted = "quotes_note" in scene.extra
    quotes = [figure(row.get(name)) for row in front for name in _QUOTES if not noted]
    first = [name for name in _FIRST if name in known and (any(quotes) or name not in _QUOTES)]
    then = [name for name in _THEN if name in known]
    null = [_WORDS.get(name, name) for name in _FIRST if name in served - known]
    unit = "in coin" if scene.envelope.meta.symbol in ("BTCUSDT", "ETHUSDT") else "unit not stated"
    notes = {
        ", OI coin, all venues": "oi" in first,
        f", Deribit quotes {unit}, 0 = no quote": "mark" in first or "bid" in first,
        ", bid and ask 0 throughout (no quote, or not recorded)": 0 in quotes and not any(quotes),
        f", {', '.join(null)} n/a": bool(null),
    }
    said = "".join(words for words, holds in notes.items() if holds)
    return first or then, then if first else [], said


def _contract(row: Row, names: Sequence[str], scale: IvScale | None) -> Row:
    """Return a contract with some of its figures."""
    kinds = [(name, Unit(_KINDS.get(name, "coin")), _WORDS.get(name, name)) for name in names]
    told = [Figure(name, read(row.get(name)), unit, of, scale=scale) for name, unit, of in kinds]
    side = row.get("type") if row.get("type") in ("call", "put") else "side n/a"
    contract = {"strike": read(row.get("strike")), "side": side, "expiry": row.get("expiry")}
    return {**contract, "told": told}


def _atm(sums: Row, scale: IvScale | None, nearest: Sequence[Mapping[str, Any]]) -> Row:
    """Return the volatility at the money, whose expiry upstream does not state.

    `like` is the strike beside spot where all contracts have the same.
    """
    iv, own = figure(sums["atm_iv"]), iv_scale([sums["atm_iv"]])
    like = [at["strike"] for at in nearest if {of["told"][0].value for of in at["legs"]} == {iv}]
    notes = {"tenor not stated": not like, "IV scale not stated": own != scale}
    return {
        "iv": iv,
        "scale": own if own == scale else None,
        "like": next(iter(like), None) if iv else None,
        "notes": ", ".join(words for words, holds in notes.items() if holds and iv) or None,
        "rank": 4 if like and iv else 1,
    }


def _sums(rows: Sequence[Row]) -> Row:
    """Return the totals of the contracts that came, and how many of them lack a figure."""
    oi, gex = ([figure(row.get(name)) for row in rows] for name in ("oi", "gex"))
    return {
        "oi": derive(total, oi),
        "pcr": derive(put_call, oi, table.values_of(rows, "type")),
        "gex": derive(total, gex),
        "no_oi": derive(missing, oi) or None,
        "no_gex": derive(missing, gex) or None,
    }


def _tops(rows: Sequence[Row], scale: IvScale | None, of: str) -> Mapping[str, Sequence[Row]]:
    """Return the contracts with most open interest, or else exposure, and the most traded."""

    def largest(name: str, beside: str) -> Sequence[Row]:
        held = nlargest(_LARGEST_SHOWN, rows, key=lambda row: abs(figure(row.get(name)) or 0.0))
        return [_contract(row, (name, beside), scale) for row in held if figure(row.get(name))]

    oi = largest("oi", "iv")
    return {
        f"largest OI{of}, coin": oi,
        f"largest gex{of}, per 1% move": () if oi else largest("gex", "iv"),
        "most traded in 24h, notional_volume (USD premium)": largest("notional_volume", "volume"),
    }
