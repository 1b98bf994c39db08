"""`/gex/levels` and `/multi/gex/levels`: gamma flip and walls of one or several symbols.

Levels are prices in USD, sizes of strikes USD per 1% move, distances percent of the spot of the
computation.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..arithmetic import change, distance_pct, seconds_between
from ..read.values import derive, field_at, figure, mapping, moment, text
from ..scene import Scene
from .max_pain import pain_of
from .rows import Row, level, rows_of, top, values_of

_SETS = {"all_expiry": "all expiries", "odte": "0DTE"}
# What a level is called, and its fields here and on other routes of the service.
_LEVELS = {
    "flip": ("flip", "hvl", "gamma_flip"),
    "call": ("call wall", "call_resistance", "call_wall"),
    "put": ("put wall", "put_support", "put_wall"),
}
# So many symbols find room in a brief answer whatever its reply says of itself.
_LEADING = 2
_FURTHER = ("call_wall_2", "call_wall_3", "put_wall_2", "put_wall_3")
# A wall with spot on this side of it stands against its definition, on that side of spot.
_WRONG = {("call", "above"): "below", ("put", "below"): "above"}
_BOUNDS = ("lower_1sd", "upper_1sd", "lower_2sd", "upper_2sd")
# A zone is an object of open shape: names of its price, and of the end of a range.
_PRICES = ("strike", "price", "level", "flip", "crossing", "low", "lower", "from", "start")
_ENDS = ("high", "upper", "to", "end")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the levels of one symbol; None for a payload without either set of them."""
    return _symbol(scene, scene.root, scene.spot) if _SETS.keys() & scene.root.keys() else None


def several(scene: Scene) -> Mapping[str, Any] | None:
    """Return the levels of each symbol, in the order asked; None for another payload."""
    results, requested = mapping(scene.root.get("results")), scene.root.get("requested")
    if not results and requested is None:
        return None
    listed = requested if isinstance(requested, list) else []
    first = [name for name in listed if isinstance(name, str) and name in results]
    served = {name: results[name] for name in (*first, *results)}
    rows = [_entry(scene, *pair) for pair in served.items() if isinstance(pair[1], Mapping)]
    models = sorted({row["model"] for row in rows} - {None})
    return {
        "rows": [
            row | {"rank": "1" if place < _LEADING else "2"} for place, row in enumerate(rows)
        ],
        "empty": "" if results else "no levels served",
        "silent": [
            (name, "no data now, which is not zero" if entry is None else "entry not readable")
            for name, entry in served.items()
            if not isinstance(entry, Mapping)
        ],
        "far": int(scene.detail == "full"),
        "models": models if len(models) > 1 else None,
        "instant": scene.instant,
        "now": scene.now,
    }


def _entry(scene: Scene, symbol: str, entry: Any) -> dict[str, Any]:
    price, model = figure(entry.get("spot_price")), text(entry.get("positioning"))
    spot = price if price and price > 0 else None
    asked, computed_at = scene.query.get("positioning") or "flow", moment(entry.get("computed_at"))
    age = derive(seconds_between, computed_at, scene.now)
    found = _symbol(scene, entry, spot)
    near = (found[name][kind]["value"] for name in _SETS for kind in _LEVELS)
    gaps = ["positioning not stated"] * (model is None) + ["age n/a"] * (age is None)
    return {
        **found,
        "symbol": symbol,
        "price": spot,
        "lost": "" if spot else "spot n/a, side of spot n/a:",
        "near": [value for value in near if value is not None],
        "model": model,
        "asked": asked if model != asked else None,
        "stamped": None if computed_at == scene.instant else computed_at,
        "age": age,
        "gaps": ", ".join(gaps) or None,
        "strongest": next(iter(dict(found["ranked"]).get("all expiries", ())), None),
    }


def _symbol(scene: Scene, block: Row, spot: float | None) -> dict[str, Any]:
    """Return what one symbol's block says at its own spot."""
    asked = str(scene.query.get("include")).replace(" ", "").split(",")
    strikes = {name: rows_of(field_at(block, f"ranked.{name}_top_10")) for name in _SETS}
    sets = {name: _levels(mapping(block.get(name)), spot, strikes[name]) for name in _SETS}
    sides = {levels["flip"]["side"] for levels in sets.values()} - {None}
    sets["odte"]["opposed"] = "other side" if len(sides) > 1 else None
    many, zones = 10 if scene.detail == "full" else 3, block.get("gamma_flip_zones")
    zoned, flip = isinstance(zones, list) or "zones" in asked, sets["all_expiry"]["flip"]["value"]
    prices = mapping(block.get("spot"))
    perpetual, own = figure(prices.get("perps_price")), figure(prices.get("spot_price")) or spot
    sections = {
        "max_pain": pain_of(mapping(block.get("max_pain")), spot),
        "expected_move": _move(mapping(block.get("expected_move")), spot),
        "ranked": [(_SETS[name], top(rows, "gex", many)) for name, rows in strikes.items() if rows],
        "spot": {"perpetual": perpetual, "bps": derive(_basis_points, perpetual, own)},
        "candles": _candles(block.get("candles")),
    }
    told = {name: held if _filled(block.get(name)) else () for name, held in sections.items()}
    # What upstream itself names as unavailable is told in a caveat.
    gone = field_at(scene.extra, "unavailable_sections.sections")
    due = {*asked, *block}.difference(gone if isinstance(gone, list) else ())
    return {
        **sets,
        **told,
        "zones": _zones(zones, spot, flip, many + 1) if zoned else None,
        "unfilled": [name for name, held in told.items() if name in due and not held] or None,
        "instant": scene.instant,
    }


def _filled(section: object) -> bool:
    if isinstance(section, Mapping):
        return any(map(_filled, section.values()))
    return bool(rows_of(section)) if isinstance(section, list) else figure(section) is not None


def _levels(block: Row, spot: float | None, strikes: Sequence[Row]) -> dict[str, Any]:
    """Return the levels of one set; `listed` is False where none has a value."""
    found = {kind: level_of(block, kind, spot, strikes) for kind in _LEVELS}
    further = {name: figure(block.get(name)) for name in _FURTHER}
    values = (*further.values(), *(at["value"] for at in found.values()))
    return {**found, **further, "listed": any(value is not None for value in values)}


def level_of(block: Row, kind: str, spot: float | None, strikes: Iterable[Row] = ()) -> Any:
    """Return the flip, call or put wall of a block; `none` are words for a null one."""
    name, *keys = _LEVELS[kind]
    served = [block[key] for key in keys if key in block]
    value = next((price for price in map(figure, served) if price is not None), None)
    sizes = (figure(row.get("gex")) for row in strikes if figure(row.get("strike")) == value)
    null, found = served and all(price is None for price in served), level(value, spot)
    where = f"spot {found['side']} it" if found["side"] else "side of spot n/a"
    return {
        **found,
        "name": name,
        "where": None if value is None else where,
        "none": f"no {name}" if null else "",
        "wrong": _WRONG.get((kind, found["side"])),
        "size": None if kind == "flip" else next(sizes, None),
    }


def _move(block: Row, spot: float | None) -> dict[str, Any]:
    """Return the ends of one and two deviations, each with its distance in percent and USD."""
    found = {name: level(block.get(name), spot) for name in _BOUNDS}
    return {name: at | {"usd": derive(change, spot, at["value"])} for name, at in found.items()}


def _zones(served: object, spot: float | None, flip: float | None, many: int) -> dict[str, Any]:
    """Return the crossings nearest spot first, and what the one that is the flip says of itself."""
    listed = served if isinstance(served, list) else []
    found = sorted((_zone(zone, spot) for zone in listed), key=lambda zone: _gap(zone, spot))
    shown = [zone for zone in found if zone["fields"] or zone["value"] is not None][:many]
    here = (zone["fields"] for zone in found if _gap(zone, flip) == 0)
    texts = [value for fields in here for _, value in fields if text(value)]
    several = len(listed) > 1
    return {
        "shown": shown,
        "crossing": texts[0] if len(texts) == 1 else None,
        "rank": "2" if several else "5",
        "title": "several flips" if several else "flip zones",
        "order": "nearest spot first" if several and spot else None,
        "count": derive(len, listed) if listed is served else None,
        "left": derive(len, listed[len(shown) :]) or None,
    }


def _zone(zone: object, spot: float | None) -> dict[str, Any]:
    ends = zone if isinstance(zone, list) else [zone]
    fields = zone if isinstance(zone, Mapping) else dict(zip(("low", "high"), ends, strict=False))
    known = [name for name, value in fields.items() if figure(value) is not None]
    price, end = (next(filter(known.__contains__, names), "") for names in (_PRICES, _ENDS))
    rest = [pair for pair in fields.items() if isinstance(pair[1], str | int | float)]
    return {
        **level(fields.get(price), spot),
        "until": figure(fields.get(end)),
        "fields": [pair for pair in rest if pair[0] not in (price, end)][:4],
    }


def _gap(zone: Mapping[str, Any], price: float | None) -> float:
    """Return how far a zone lies from a price, 0 inside it; infinite where that is not known."""
    ends = [end for end in (zone["value"], zone["until"]) if end is not None]
    return math.inf if not ends or price is None else max(0.0, min(ends) - price, price - max(ends))


def _basis_points(price: object, spot: object) -> float | None:
    away = distance_pct(price, spot)
    return None if away is None else away * 100


def _candles(served: object) -> dict[str, Any] | None:
    """Return what the bars span in time and price."""
    dated = [row for row in rows_of(served) if moment(row.get("datetime"))]
    bars = sorted(dated, key=lambda row: str(row["datetime"]))
    if not bars:
        return None
    return {
        "count": derive(len, values_of(bars, "datetime")),
        "start": bars[0]["datetime"],
        "end": bars[-1]["datetime"],
        "first": figure(bars[0].get("close")),
        "last": figure(bars[-1].get("close")),
        "low": min(filter(None, map(figure, values_of(bars, "low"))), default=None),
        "high": max(filter(None, map(figure, values_of(bars, "high"))), default=None),
    }
