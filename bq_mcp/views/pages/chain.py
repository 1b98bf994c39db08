"""The option chain: what matches, what it adds up to, the strikes beside spot, the largest ones."""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from typing import Any

from ..arithmetic import days_left, distance_pct, missing, put_call, total
from ..digest.sheet import Figure
from ..read.units import IvScale, Kind, Unit, iv_scale
from ..read.values import derive, figure, mapping, text
from ..scene import Scene
from .rows import Row, ordered, placed, read, rows_of, values_of

_NO_FILTER = ("symbol", "fields", "include", "max_contracts", "as_of")
_MOST_CONTRACTS = 5_000
_STRIKES_SHOWN, _LARGEST_SHOWN = 12, 3
# The two contracts of a strike take as much room as so many plain rows.
_LEGS_A_ROW = 15
# What a contract tells first, and what it tells where there is room; each with its unit.
_FIRST: Mapping[str, Kind] = {
    "iv": "iv",
    "delta": "ratio",
    "oi": "coin",
    **dict.fromkeys(("bid", "ask", "mark"), "coin"),
}
_THEN: Mapping[str, Kind] = {
    **dict.fromkeys(("gamma", "theta", "vega", "vanna", "charm", "volume"), "coin"),
    "trade_count": "count",
    "notional_volume": "usd",
    "gex": "exposure",
}
_UNITS = {**_FIRST, **_THEN}
_WORDS = {"iv": "IV", "oi": "OI"}
_QUOTES = ("bid", "ask")
_NOT_RECORDED = "bid and ask 0 throughout (no quote, or not recorded)"
_NO_VOLUME = "24h volume n/a: not measured"


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return counts, filters, totals, the strikes nearest spot of the front and the largest."""
    root = scene.root
    rows = rows_of(scene.data if isinstance(scene.data, list) else root.get("contracts"))
    sums = {name: read(value) for name, value in mapping(root.get("aggregates")).items()}
    if not (rows or sums or root.get("available_expiries") or "total_matching_count" in root):
        return None
    matching = figure(root.get("total_matching_count"))
    empty = not rows and 0 in (matching, figure(sums.get("contract_count")))
    expiries = _by_expiry(rows, scene)
    front = expiries[0] if expiries else {"rows": []}
    scale = iv_scale(values_of(front["rows"], "iv")) or iv_scale([sums.get("atm_iv")])
    ladder = _ladder(front["rows"], rows, scene, scale)
    atm = None if empty else _atm(sums, scale, ladder["nearest"])
    counts, filters = _counts(scene, rows, matching), _filters(scene, empty)
    return {
        **counts,
        "filters": filters,
        "filtered": "no contract passes" if empty else "filtered by",
        "few": [(name, value if len(filters) <= 2 else None) for name, value in filters[:4]],
        "venues": None if filters or counts["cut"] else "all venues",
        "expiries": values_of(expiries, "expiry"),
        "expiry_count": derive(len, values_of(expiries, "expiry")) if len(expiries) > 1 else None,
        "front": front,
        **ladder,
        "atm": atm,
        "beside": _beside(ladder["nearest"], atm) if ladder["nearest"] else None,
        "sums": None if empty else {"served": True, **sums} if sums else _sums(rows),
        "tops": _tops(rows, scene, scale, " of those returned" if counts["cut"] else ""),
        "unmeasured": _NO_VOLUME if _is_unmeasured(rows) else None,
        "available": root.get("available_expiries"),
        "available_rank": "7" if rows else "3",
    }


def _counts(scene: Scene, rows: Sequence[Row], matching: float | None) -> dict[str, Any]:
    """Return how many contracts match and how many came; a cut needs no flag."""
    root, flagged = scene.root, scene.root.get("truncated") is True
    served = isinstance(root.get("contracts", scene.data), list)
    returned = derive(len, rows) if served else None
    cut = served and matching is not None and matching > len(rows)
    within = matching is not None and matching <= _MOST_CONTRACTS
    all_of = "match, all returned" if rows and matching == len(rows) else "match"
    return {
        "cut": {"returned": returned, "matching": matching} if cut else None,
        "cap": root.get("max_contracts"),
        "brings_all": matching if within else None,
        # In few words the caveat counts what the flag says.
        "cut_rank": "4" if flagged else "1",
        "known": None if cut else returned if matching is None else matching,
        "counted": "returned" if matching is None else all_of,
        "unscoped": "scope after the cut not stated" if cut or flagged else None,
        "unscoped_few": "scope not stated" if cut or flagged else None,
    }


def _filters(scene: Scene, empty: bool) -> list[tuple[str, object]]:
    """Return the filters asked for; of an empty answer those that can have emptied it."""
    asked = {name: value for name, value in scene.query.items() if name not in _NO_FILTER}
    told = [(name, value) for name, value in asked.items() if value != "both"]
    can = [(name, value) for name, value in told if name[-4:] != "_min" or figure(value) != 0]
    return can if empty and can else told


def _by_expiry(rows: Sequence[Row], scene: Scene) -> list[dict[str, Any]]:
    """Return the contracts of each expiry that has not settled, the nearest first.

    One look at each contract; the days are those of the first of an expiry.
    """
    groups: dict[object, list[Row]] = {}
    for row in rows:
        expiry = row.get("expiry")
        key = expiry if type(expiry) is str else figure(row.get("dte"))
        groups.setdefault(key, []).append(row)
    found = []
    for held in groups.values():
        expiry, days = text(held[0].get("expiry")), figure(held[0].get("dte"))
        left = derive(days_left, expiry, scene.instant)
        if min(days or 0, left or 0) >= 0:
            found.append({"expiry": expiry, "dte": left if days is None else days, "rows": held})
    return sorted(found, key=lambda held: (held["dte"] is None, held["dte"] or 0.0))


def _ladder(
    front: Sequence[Row], rows: Sequence[Row], scene: Scene, scale: IvScale | None
) -> dict[str, Any]:
    """Return the strikes nearest spot of one expiry, each with what its contracts tell."""
    noted = text(scene.extra.get("quotes_note"))
    quoted = not noted and any((figure(row.get(name)) or 0) > 0 for row in rows for name in _QUOTES)
    served = [name for name in _UNITS if any(name in row for row in front)]
    known = [name for name in served if any(row.get(name) is not None for row in front)]
    shown = [name for name in known if quoted or name not in _QUOTES]
    first = [name for name in shown if name in _FIRST] or shown
    then = [name for name in shown if name not in first]
    near, full = _nearest(front, scene.spot) if shown else [], scene.detail == "full"
    told = [
        {
            "strike": strike,
            "away": derive(distance_pct, strike, scene.spot),
            "legs": [_leg(row, first, scale) for row in legs],
            "more": [_leg(row, then, scale) for row in legs if full],
        }
        for strike, legs in near[: min(scene.most_rows // _LEGS_A_ROW, _STRIKES_SHOWN)]
    ]
    coin = scene.envelope.meta.symbol in ("BTCUSDT", "ETHUSDT")
    missed = [_WORDS.get(name, name) for name in _FIRST if name in served and name not in known]
    notes = {
        "OI coin, all venues": "oi" in known,
        f"Deribit quotes {'in coin' if coin else 'unit not stated'}": "mark" in known or quoted,
        "0 = no quote": quoted,
        _NOT_RECORDED: not quoted and not noted and "bid" in known,
        f"{', '.join(missed)} n/a": bool(missed),
    }
    return {
        "nearest": told[0] if told else None,
        "strikes": placed(ordered(told[1:], "strike"), told),
        "deep": placed(ordered(told, "strike"), told) if then and full else [],
        "strike_count": str(max(len(near) - 1, 0)),
        "deep_count": str(len(near)) if then and full else "0",
        "notes": [words for words, holds in notes.items() if holds],
    }


def _nearest(front: Sequence[Row], spot: float | None) -> list[tuple[float, list[Row]]]:
    """Return the strikes of one expiry, nearest spot first, each with its call and put."""
    legs: dict[float, list[Row]] = {}
    for row in front if spot is not None else ():
        if (strike := figure(row.get("strike"))) is not None:
            legs.setdefault(strike, []).append(row)
    near = sorted(legs.items(), key=lambda pair: abs(pair[0] - (spot or 0.0)))
    return [(strike, sorted(held, key=_side_of)) for strike, held in near]


def _side_of(row: Row) -> str:
    return {"call": "call", "put": "put"}.get(str(row.get("type")), "side n/a")


def _leg(row: Row, names: Sequence[str], scale: IvScale | None) -> tuple[str, list[Figure]]:
    return _side_of(row), [_figure(row, name, scale) for name in names]


def _figure(row: Row, name: str, scale: IvScale | None) -> Figure:
    words, kind = _WORDS.get(name, name), _UNITS[name]
    return Figure(name, read(row.get(name)), Unit(kind), words, scale=scale)


def _atm(
    sums: Row, scale: IvScale | None, nearest: Mapping[str, Any] | None
) -> Mapping[str, object] | None:
    """Return the volatility at the money, whose expiry upstream does not state.

    `like` is the strike beside spot where all contracts have the same.
    """
    if "atm_iv" not in sums:
        return None
    atm, found = figure(sums["atm_iv"]), nearest or {"legs": (), "strike": None}
    beside = {of.value for _, held in found["legs"] for of in held if of.name == "iv"}
    same, own = atm is not None and beside == {atm}, iv_scale([atm])
    return {
        "iv": atm,
        "scale": own if own == scale else None,
        "like": found["strike"] if same else None,
        "unlike": None if same or atm is None else "tenor not stated",
        "unstated": "IV scale not stated" if atm and own != scale else None,
        "rank": "4" if same else "1",
    }


def _beside(nearest: Mapping[str, Any], atm: Row | None) -> Row:
    """Return the strike beside spot in few words: one contract and the first it tells."""
    side, figures = nearest["legs"][0]
    at = bool(atm and atm["like"] is not None)
    away = None if at else nearest["away"]
    return {
        "strike": nearest["strike"],
        "away": away,
        "side": "ATM" if at else side,
        "figure": figures[0],
    }


def _sums(rows: Sequence[Row]) -> Mapping[str, object]:
    """Return the totals of the contracts that came."""
    oi, gex = ([figure(row.get(name)) for row in rows] for name in ("oi", "gex"))
    return {
        "total_oi": derive(total, oi),
        "pcr": derive(put_call, oi, values_of(rows, "type")),
        "net_gex": derive(total, gex),
        "no_oi": derive(missing, oi) or None,
        "no_gex": derive(missing, gex) or None,
    }


def _tops(rows: Sequence[Row], scene: Scene, scale: IvScale | None, of: str) -> list[Row]:
    """Return the contracts with most open interest, or else exposure, and the most traded."""
    largest, more = _top(rows, "oi", "iv", scale)
    exposed, _ = ([], []) if largest else _top(rows, "gex", "iv", scale)
    traded, _ = _top(rows, "notional_volume", "volume", scale)
    old = scene.envelope.meta.symbol == "HYPEUSDT"
    premium = "premium, before 2.10.1 contracts x spot" if old else "USD premium"
    lists = (
        ("4", f"largest OI{of}, coin", largest),
        ("8", "then", more if scene.detail == "full" else []),
        ("4", f"largest gex{of}, per 1% move", exposed),
        ("4", f"most traded in 24h, notional_volume ({premium})", traded),
    )
    return [{"rank": rank, "title": title, "rows": held} for rank, title, held in lists if held]


def _top(
    rows: Sequence[Row], name: str, beside: str, scale: IvScale | None
) -> tuple[list[Row], list[Row]]:
    """Return the contracts with the largest figures that are not zero, and those after them.

    Each carries the figure it was chosen for and the one beside it.
    """
    sizes = ((abs(figure(row.get(name)) or 0.0), -place) for place, row in enumerate(rows))
    held = [rows[-place] for size, place in nlargest(10, sizes) if size]
    told: list[Row] = [
        {
            "strike": read(row.get("strike")),
            "side": _side_of(row),
            "expiry": row.get("expiry"),
            "size": _figure(row, name, scale),
            "beside": [_figure(row, beside, scale)] if row.get(beside) is not None else [],
        }
        for row in held
    ]
    return told[:_LARGEST_SHOWN], told[_LARGEST_SHOWN:]


def _is_unmeasured(rows: Sequence[Row]) -> bool:
    """Tell whether activity was asked for and not measured; zero is measured."""
    return "volume" in next(iter(rows), {}) and all(row.get("volume") is None for row in rows)
