"""The option chain: what matches, what it adds up to, the strikes beside spot, the largest ones."""

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import Any

from .. import records
from ..arithmetic import missing, put_call, total
from ..digest.sheet import Figure
from ..read.units import IvScale, iv_scale, unit_of
from ..read.values import Row, derive, figure, mapping
from ..records import read
from ..scene import Scene

_NO_FILTER = ("symbol", "fields", "include", "max_contracts", "as_of")
_MOST_CONTRACTS = 5_000
_STRIKES_SHOWN = 10
_QUOTES = ("bid", "ask")
# What a contract tells first, and what it tells in a full answer.
_FIRST = ("iv", "delta", "oi", *_QUOTES, "mark")
_GREEKS = ("gamma", "theta", "vega", "vanna", "charm")
_THEN = (*_GREEKS, "volume", "trade_count", "notional_volume", "gex")
# What no name says by itself.
_HINTS = {"delta": "ratio", "notional_volume": "USD", "gex": "USD per 1% move", "*": "coin"}
_UNITS = {name: unit_of(name, _HINTS) for name in (*_FIRST, *_THEN)}
_WORDS = {"iv": "IV", "oi": "OI"}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return counts, filters, totals, the strikes nearest spot of the front and the largest."""
    root, spot = scene.root, scene.spot or 0
    listed = scene.data if isinstance(scene.data, list) else root.get("contracts")
    rows = records.rows_of(listed)
    sums = {name: read(value) for name, value in mapping(root.get("aggregates")).items()}
    if not (rows or sums or root.get("available_expiries") or "total_matching_count" in root):
        return None
    matching = figure(root.get("total_matching_count"))
    returned = derive(len, rows) if isinstance(listed, list) else None
    empty = not rows and 0 in (matching, figure(sums.get("contract_count")))
    cut = returned is not None and returned < (matching or 0)
    heads = [
        {"expiry": held[0].get("expiry"), "dte": read(held[0].get("dte")), "rows": held}
        for held in records.grouped(rows, "expiry")
    ]
    front: Mapping[str, Any] = next(iter(records.by_expiry(heads, scene.instant)[0]), {"rows": ()})
    scale = iv_scale(records.values_of(front["rows"], "iv")) or iv_scale([sums.get("atm_iv")])
    names, notes = _columns(front["rows"], scene)
    placed = records.measured(front["rows"], "strike") if spot and names else ()
    legs = records.grouped(placed, "strike")
    near = nsmallest(_STRIKES_SHOWN, legs, lambda of: abs((figure(of[0]["strike"]) or 0) - spot))
    strikes = [
        records.level(held[0]["strike"], spot)
        | {"legs": [_contract(row, names, scale) for row in held]}
        for held in near
    ]
    return {
        # In few words the caveat counts what the flag says.
        "cut_rank": 4 if root.get("truncated") is True else 1,
        "returned": returned if cut else None,
        "matching": matching,
        "most": matching if (matching or 0) <= _MOST_CONTRACTS else None,
        "count": None if cut else returned if matching is None else matching,
        "counted": "returned" if matching is None else "match, all returned" if rows else "match",
        "scope": " (scope after the cut not stated)" if cut or root.get("truncated") else "",
        "filters": _filters(scene.query),
        "filtered": "no contract passes " if empty else "filtered by ",
        "front": front,
        "atm": None if empty else _atm(sums, scale, strikes[:1]),
        "sums": {} if empty else sums,
        "own": _sums([] if sums else rows),
        "notes": notes,
        "nearest": next(iter(strikes), None),
        "others": records.placed(records.ordered(strikes[1:], "value"), strikes[1:]),
        "other_count": max(len(legs) - 1, 0),
        "largest": [_contract(row, ("oi", "iv"), scale) for row in records.top(rows, "oi", 3)],
        "of": " of those returned" if cut else "",
        "unmeasured": bool(rows) and all(row.get("volume", 0) is None for row in rows),
        "available": root.get("available_expiries"),
        "available_rank": 7 if rows else 3,
    }


def _filters(query: Row) -> Row:
    """Return the filters asked for that can leave out a contract."""
    asked = {name: value for name, value in query.items() if name not in _NO_FILTER}
    lows = {name for name, value in asked.items() if name.endswith("_min") and figure(value) == 0}
    return {name: asked[name] for name in asked if name not in lows and asked[name] != "both"}


def _columns(front: Sequence[Row], scene: Scene) -> tuple[Sequence[str], str]:
    """Return what the contracts of one expiry tell, and what to say of it."""
    served = {name for row in front for name in row}
    known = {name for row in front for name, value in row.items() if value is not None}
    # Quotes that were not recorded are 0, which a caveat says.
    told = [name for name in _FIRST if name not in _QUOTES or "quotes_note" not in scene.extra]
    first = [name for name in told if name in known]
    # Who asks for greeks or volume by name wants to see them.
    wide = scene.detail == "full" or "include" in scene.query or not first
    then = [name for name in _THEN if name in known and wide]
    null = [_WORDS.get(name, name) for name in _FIRST if name in served - known]
    unit = "in coin" if scene.envelope.meta.symbol in ("BTCUSDT", "ETHUSDT") else "unit not stated"
    notes = {
        ", OI coin, all venues": "oi" in first,
        f", Deribit quotes {unit}, 0 = no quote": "mark" in first or "bid" in first,
        f", {', '.join(null)} n/a": bool(null),
        ", greeks as served, gex per 1% move, volume in contracts": bool(then),
    }
    said = "".join(words for words, holds in notes.items() if holds)
    return [*first, *then], said


def _contract(row: Row, names: Sequence[str], scale: IvScale | None) -> Row:
    """Return a contract with some of its figures."""
    told = [
        Figure(name, read(row.get(name)), _UNITS[name], _WORDS.get(name, name), scale=scale)
        for name in names
    ]
    side = row.get("type") if row.get("type") in ("call", "put") else "side n/a"
    contract = {"strike": read(row.get("strike")), "side": side, "expiry": row.get("expiry")}
    return {**contract, "told": told}


def _atm(sums: Row, scale: IvScale | None, nearest: Sequence[Mapping[str, Any]]) -> Row | None:
    """Return the volatility at the money, whose expiry upstream does not state.

    `like` is the strike beside spot where all contracts have the same.
    """
    if "atm_iv" not in sums:
        return None
    iv, own = figure(sums["atm_iv"]), iv_scale([sums["atm_iv"]])
    alike = [at["value"] for at in nearest if {of["told"][0].value for of in at["legs"]} == {iv}]
    like = next(iter(alike if iv else ()), None)
    # In few words the strike beside spot tells it.
    rank = 4 if like else 1
    return {"iv": iv, "scale": own if own == scale else None, "like": like, "rank": rank}


def _sums(rows: Sequence[Row]) -> Row:
    """Return the open interest of the contracts that came, and how many of them lack a figure."""
    oi = [figure(row.get("oi")) for row in rows]
    pcr = derive(put_call, oi, records.values_of(rows, "type"))
    return {"oi": derive(total, oi), "pcr": pcr, "no_oi": derive(missing, oi) or None}
