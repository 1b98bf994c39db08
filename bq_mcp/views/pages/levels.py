"""`/gex/levels` and `/multi/gex/levels`: gamma flip and walls of one or several symbols.

Levels are prices in USD, sizes of strikes USD per 1% move, distances percent of the spot of the
computation.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..arithmetic import distance_pct, seconds_between
from ..read.values import Row, derive, field_at, figure, mapping, moment, text
from ..records import level, rows_of, top
from ..scene import Scene
from .max_pain import pain_of

_SETS = {"all_expiry": "all expiries", "odte": "0DTE"}
_NEAR = 0.0001
# What a level is called, and its fields here and on other routes of the service.
_LEVELS = {
    "flip": ("flip", "hvl", "gamma_flip"),
    "call": ("call wall", "call_resistance", "call_wall"),
    "put": ("put wall", "put_support", "put_wall"),
}
_FURTHER = ("call_wall_2", "call_wall_3", "put_wall_2", "put_wall_3")
# A wall with spot on this side of it stands against its definition, on that side of spot.
_WRONG = {("call", "above"): "below", ("put", "below"): "above"}
_BOUNDS = ("lower_1sd", "upper_1sd", "lower_2sd", "upper_2sd")
# A zone is an object of open shape: names of its price.
_PRICES = ("strike", "price", "level", "flip", "crossing", "low", "lower", "from", "start")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the levels of one symbol; None for a payload without either set of them."""
    return _symbol(scene, scene.root, scene.spot) if _SETS.keys() & scene.root.keys() else None


def several(scene: Scene) -> Mapping[str, Any] | None:
    """Return the levels of each symbol, in the order asked; None for another payload."""
    results, requested = mapping(scene.root.get("results")), scene.root.get("requested")
    listed = filter(None, map(text, requested if isinstance(requested, list) else ()))
    served = {name: results[name] for name in (*listed, *results) if name in results}
    rows = [_entry(scene, *pair) for pair in served.items() if isinstance(pair[1], Mapping)]
    models = list(dict.fromkeys(row["model"] for row in rows if row["model"]))
    found = {
        "rows": rows,
        "silent": [name for name, entry in served.items() if not isinstance(entry, Mapping)],
        "models": models if len(models) > 1 else None,
        "instant": scene.instant,
        "now": scene.now,
    }
    return found if served else None


def _entry(scene: Scene, symbol: str, entry: Any) -> dict[str, Any]:
    price, model = figure(entry.get("spot_price")), text(entry.get("positioning"))
    spot = price if price and price > 0 else None
    asked, computed_at = scene.query.get("positioning") or "flow", moment(entry.get("computed_at"))
    found = _symbol(scene, entry, spot)
    levels = (found[name][kind]["value"] for name in _SETS for kind in _LEVELS)
    return {
        **found,
        "symbol": symbol,
        "price": spot,
        # Rounding must not move spot to the other side of a level.
        "near": any(at and spot and abs(at / spot - 1) < _NEAR for at in levels),
        "model": model,
        "asked": asked if model and model != asked else None,
        "stamped": None if computed_at == scene.instant else computed_at,
        "age": derive(seconds_between, computed_at, scene.now),
    }


def _symbol(scene: Scene, block: Row, spot: float | None) -> dict[str, Any]:
    """Return what one symbol's block says at its own spot."""
    asked = str(scene.query.get("include")).replace(" ", "").split(",")
    strikes = {name: rows_of(field_at(block, f"ranked.{name}_top_10")) for name in _SETS}
    # In few words, and of several symbols, there is no room for sizes.
    sized = strikes if block is scene.root and scene.detail != "brief" else {}
    sets = {name: _levels(block.get(name), spot, sized.get(name, ())) for name in _SETS}
    sides = {levels["flip"]["side"] for levels in sets.values()} - {None}
    sets["odte"]["opposed"] = "other side" if len(sides) > 1 else None
    zones, flip = block.get("gamma_flip_zones"), sets["all_expiry"]["flip"]["value"]
    prices, move = mapping(block.get("spot")), mapping(block.get("expected_move"))
    perpetual, own = figure(prices.get("perps_price")), figure(prices.get("spot_price")) or spot
    bps, pain = derive(_basis_points, perpetual, own), pain_of(mapping(block.get("max_pain")), spot)
    moved = any(figure(value) is not None for value in move.values())
    many = 10 if scene.detail == "full" else 3
    told = {
        "max_pain": pain if pain["value"] is not None else None,
        "expected_move": {of: level(move.get(of), spot) for of in _BOUNDS} if moved else None,
        "ranked": {_SETS[name]: top(rows, "gex", many) for name, rows in strikes.items() if rows},
        "spot": {"value": perpetual, "bps": bps} if perpetual else None,
        "candles": derive(len, rows_of(block.get("candles"))) or None,
    }
    # What upstream itself names as unavailable is told in a caveat.
    gone = field_at(scene.extra, "unavailable_sections.sections")
    due = {*asked, *block}.difference(gone if isinstance(gone, list) else ())
    return {
        **sets,
        **told,
        "zones": _zones(zones, spot, flip) if isinstance(zones, list) or "zones" in asked else None,
        "unfilled": [name for name, held in told.items() if name in due and not held] or None,
    }


def _levels(served: object, spot: float | None, strikes: Sequence[Row]) -> dict[str, Any]:
    """Return the levels of one set; `listed` is False where none has a value."""
    block = mapping(served)
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
    found = level(value, spot)
    where = f"spot {found['side']} it" if found["side"] else "side of spot n/a"
    return {
        **found,
        "name": name,
        "where": None if value is None or kind != "flip" else where,
        "none": f"no {name}" if served and all(figure(price) is None for price in served) else "",
        "wrong": _WRONG.get((kind, found["side"])),
        "size": None if kind == "flip" else next(sizes, None),
    }


def _zones(served: object, spot: float | None, flip: float | None) -> dict[str, Any]:
    """Return the crossings nearest spot first, and what the one that is the flip says of itself."""
    listed = served if isinstance(served, list) else []
    found = [{**level(price, spot), "rest": rest} for price, rest in map(_zone, listed)]
    found.sort(key=lambda zone: abs((zone["value"] or 0) - (spot or 0)))
    here = (mapping(zone["rest"]) for zone in found if flip is not None and zone["value"] == flip)
    several = len(listed) > 1
    return {
        "shown": found[:4],
        "crossing": next((x for rest in here for x in rest.values() if text(x)), None),
        "rank": "2" if several else "5",
        "title": "several flips" if several else "flip zones",
        "order": "nearest spot first" if several and spot else None,
        "count": derive(len, listed) if listed is served else None,
        "left": derive(len, listed[4:]) or None,
    }


def _zone(zone: object) -> tuple[object, Mapping[str, object] | None]:
    """Return the price of a zone, the first of a list, and what else it holds."""
    ends = zone if isinstance(zone, list) else [zone]
    fields = zone if isinstance(zone, Mapping) else dict(zip(("low", "high"), ends, strict=False))
    name = next((name for name in _PRICES if figure(fields.get(name)) is not None), "")
    return fields.get(name), {key: value for key, value in fields.items() if key != name} or None


def _basis_points(price: object, spot: object) -> float | None:
    away = distance_pct(price, spot)
    return None if away is None else away * 100
