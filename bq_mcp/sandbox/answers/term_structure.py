"""Payload of /options/iv/term-structure."""

from datetime import datetime, timedelta

import numpy as np

from bq_mcp.sandbox.answers.rounding import iv_pct
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import floor_to, iso
from bq_mcp.sandbox.market import Snapshot, World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.calendar import YEAR_DAYS
from bq_mcp.sandbox.market.term import at_the_money, constant_maturity, years_left
from bq_mcp.sandbox.moments import CHAIN_FLOOR, STORE_STEP_S
from bq_mcp.sandbox.vocabulary import VENUES

BUCKETS_DAYS = (7, 14, 30, 60, 90, 180, 365)
VenueFilter = tuple[str, ...] | None


def term_structure(asked: Asked) -> Answer:
    """Line up at-the-money volatility by tenor."""
    data = term_structure_data(
        asked.world,
        asked.symbol,
        asked.instant,
        venues=asked.venues,
        dte_max=asked.query["dte_max"],
        compare_days=asked.query["historical_compare_days"],
    )
    return Answer(data)


def term_structure_data(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    venues: VenueFilter,
    dte_max: int | None,
    compare_days: int | None,
) -> Section:
    """Return `data` for an instant on its grid; volatilities in percent, nearest expiry first.

    `venues` of None, or all that list the coin, is the reference surface; else what they mark.
    """
    snapshot = world.snapshot(symbol, instant)
    volatility = _at_the_money(world, snapshot, venues)
    kept = [
        place
        for place, expiry in enumerate(snapshot.expiries)
        if dte_max is None or expiry.dte <= dte_max
    ]
    data: Section = {
        "expiries": [snapshot.expiries[place].token for place in kept],
        "dtes": [snapshot.expiries[place].dte for place in kept],
        "days_to_expiry": None,
        "atm_iv": [iv_pct(value) for value in volatility[kept].tolist()],
        "ts": iso(instant),
        "spot_price": snapshot.spot,
        "filtered_dte_window": None if dte_max is None else {"dte_max": dte_max},
    }
    if compare_days is not None:
        data["compare"] = _compare(world, symbol, instant, venues, compare_days)
    return data


def _compare(
    world: World, symbol: str, instant: datetime, venues: VenueFilter, days_ago: int
) -> Section:
    past = floor_to(instant - timedelta(days=days_ago), STORE_STEP_S)
    historical = [] if past < CHAIN_FLOOR else _buckets(world, symbol, past, venues)
    matched = sum(bucket["atm_iv"] is not None for bucket in historical)
    return {
        "days_ago": days_ago,
        "target_date": past.date().isoformat(),
        "historical": historical,
        "shape": "constant_maturity",
        "matched_count": matched,
        "available": matched > 0,
        "reason": None if matched else f"No stored IV before {iso(CHAIN_FLOOR)}",
    }


def _buckets(world: World, symbol: str, past: datetime, venues: VenueFilter) -> list[Section]:
    snapshot = world.snapshot(symbol, past)
    volatility = constant_maturity(
        years_left(snapshot),
        _at_the_money(world, snapshot, venues),
        np.array(BUCKETS_DAYS) / YEAR_DAYS,
    )
    return [
        {"dte_bucket": bucket, "atm_iv": iv_pct(value), "ts": iso(past)}
        for bucket, value in zip(BUCKETS_DAYS, volatility.tolist(), strict=True)
    ]


def _at_the_money(world: World, snapshot: Snapshot, venues: VenueFilter) -> Floats:
    return at_the_money(snapshot, world.seed, VENUES if venues is None else venues)
