"""How old each category of data is, and which venues deliver: the status and symbols payloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bq_mcp.sandbox.envelope import API_VERSION, SOURCE
from bq_mcp.sandbox.instants import floor_to, iso
from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES

if TYPE_CHECKING:
    from bq_mcp.sandbox.market import World


@dataclass(frozen=True)
class Category:
    """Refresh step of a data category and the ages up to which it is graded, in seconds.

    The service publishes its limits for gex only (60 and 300); the others follow from the steps.
    """

    refresh: int
    healthy_max: int
    degraded_max: int


CATEGORIES: Mapping[str, Category] = {
    "gex": Category(30, 60, 300),
    "options": Category(30, 60, 300),
    "chain": Category(30, 60, 300),
    "liquidation": Category(300, 600, 1800),
}
_GRADES = ("healthy", "degraded", "unhealthy", "unavailable")


def age_seconds(category: str, now: datetime, worked: datetime) -> float:
    """Return the age of the newest snapshot of a category whose worker came as far as `worked`."""
    written_at = floor_to(worked, CATEGORIES[category].refresh)
    return round((now - written_at).total_seconds(), 3)


def status_data(now: datetime, worked: datetime, world: "World") -> dict[str, Any]:
    """Return the payload of the status route: the grid, its thresholds, its worst cell, venues.

    `now` is what the service's clock shows, `worked` the instant up to which there is data.
    """
    row = {name: _cell(name, now, worked) for name in CATEGORIES}
    return {
        "service": SOURCE,
        "version": API_VERSION,
        "current_time": iso(now),
        "overall_status": _worst(cell["status"] for cell in row.values()),
        "symbols": dict.fromkeys(SYMBOLS, row),
        "thresholds": {name: _threshold(category) for name, category in CATEGORIES.items()},
        "venues": _venues(world, floor_to(worked, CATEGORIES["chain"].refresh)),
    }


def symbols_data(
    now: datetime, worked: datetime, world: "World", symbol_routes: list[str]
) -> dict[str, Any]:
    """Return the payload of the symbols route; `symbol_routes` are the paths that take one.

    `now` is what the service's clock shows, `worked` the instant up to which there is data.
    """
    categories = tuple(CATEGORIES)
    instant = floor_to(worked, CATEGORIES["gex"].refresh)
    rows = [
        {
            "symbol": symbol,
            "categories_live": categories,
            "freshness_seconds": {name: age_seconds(name, now, worked) for name in categories},
            "spot_price": world.spot(symbol, instant),
            "active_expiries": len(world.expiries(symbol, instant)),
        }
        for symbol in SYMBOLS
    ]
    return {"symbols": rows, "count": len(rows), "endpoints": symbol_routes}


def _cell(category: str, now: datetime, worked: datetime) -> dict[str, Any]:
    age = age_seconds(category, now, worked)
    return {"status": _grade(age, CATEGORIES[category]), "freshness_seconds": age}


def _grade(age: float, category: Category) -> str:
    if age <= category.healthy_max:
        return "healthy"
    return "degraded" if age <= category.degraded_max else "unhealthy"


def _threshold(category: Category) -> dict[str, int]:
    return {
        "healthy_max_seconds": category.healthy_max,
        "degraded_max_seconds": category.degraded_max,
    }


def _worst(grades: Iterable[str]) -> str:
    return max(grades, key=_GRADES.index)


def _venues(world: "World", instant: datetime) -> dict[str, Any]:
    holders = {
        symbol: (world.snapshot(symbol, instant).oi_units > 0).sum(axis=0).tolist()
        for symbol in SYMBOLS
    }
    return {
        venue: {
            "chain": "on",
            "tape": "on",
            "chain_symbols": [symbol for symbol in SYMBOLS if holders[symbol][place]],
            "chain_contracts": sum(holders[symbol][place] for symbol in SYMBOLS),
        }
        for place, venue in enumerate(VENUES)
    }
