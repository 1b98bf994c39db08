"""Payload of /gex/strike-profile."""

from datetime import datetime

import numpy as np

from bq_mcp.sandbox.answers.rounding import coin_column, usd, usd_column
from bq_mcp.sandbox.answers.scopes import Scope, scope_of
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.answers.signing import GEX_SCALE, chosen_venues, signing_extra
from bq_mcp.sandbox.answers.venue_interest import interest_by_venue
from bq_mcp.sandbox.answers.windows import StrikeFilter, StrikeWindow, strike_filter
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.exposure import StrikeProfile, venue_columns
from bq_mcp.sandbox.market.gamma_levels import strongest
from bq_mcp.sandbox.market.grouping import grouped
from bq_mcp.sandbox.market.positioning import dealer_model
from bq_mcp.sandbox.market.snapshot import Snapshot

_RANKED = 10
_NO_SPLIT = "A single expiry is not split by venue here; /options/expiry-summary has the split."


def profile(asked: Asked) -> Answer:
    """Spread dealer gamma over strikes; strike filters intersect."""
    data, extra = profile_data(
        asked.world,
        asked.symbol,
        asked.instant,
        expiry=asked.query["expiry"],
        strikes=strike_filter(asked.query),
        positioning=asked.positioning,
        venues=asked.venues,
    )
    return Answer(data, extra)


def profile_data(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    expiry: str,
    strikes: StrikeFilter,
    positioning: str,
    venues: tuple[str, ...] | None,
) -> tuple[Section, Section]:
    """Return `data` and `meta.extra` of /gex/strike-profile for an instant on its grid.

    Arrays run parallel to `strikes`, ascending: gamma in USD per 1 % move, interest in coin.
    `venues` of None means all.

    Raises: ServiceError 404 when no listed expiry answers to `expiry`.
    """
    snapshot = world.snapshot(symbol, instant)
    scope = scope_of(expiry, snapshot)
    window = strikes.window(snapshot.spot)
    chosen = chosen_venues(COIN_PARAMETERS[symbol], venues)
    model = dealer_model(snapshot, positioning, chosen)
    kept = scope.of(snapshot) & window.holds(snapshot.strike)
    units = np.where(venue_columns(chosen), snapshot.oi_units, 0)
    data: Section = {
        "expiry": scope.name,
        "dte": None if scope.single is None else scope.single.dte,
        **_by_strike(snapshot, model.quantity, units, kept),
        "positioning": model.name,
        **_venue_split(snapshot, units, kept, scope),
        "available_exchanges": VENUES,
        **_echo(window),
    }
    return data, signing_extra(model, positioning, chosen, gex_scale=GEX_SCALE)


def _by_strike(snapshot: Snapshot, quantity: Floats, units: Ints, kept: Flags) -> Section:
    exposure = grouped(snapshot, snapshot.gamma_dollars * quantity, "strike", "side", kept=kept)
    net = grouped(snapshot, snapshot.gamma_dollars * quantity, "strike", kept=kept).sums
    interest = grouped(snapshot, units.sum(axis=1), "strike", "side", kept=kept).sums
    strikes = exposure.labels[0]
    return {
        "strikes": strikes.tolist(),
        "net_gex": usd_column(net),
        "call_gex": usd_column(exposure.sums[:, 0]),
        "put_gex": usd_column(exposure.sums[:, 1]),
        "call_oi": coin_column(interest[:, 0]),
        "put_oi": coin_column(interest[:, 1]),
        "total_oi": coin_column(interest.sum(axis=1)),
        "ranked_top_10": _ranked(StrikeProfile(strikes, net)),
    }


def _ranked(profile: StrikeProfile) -> list[Section]:
    return [
        {"rank": rank, "strike": strike, "gex": usd(net), "abs_gex": usd(abs(net))}
        for rank, (strike, net) in enumerate(strongest(profile, _RANKED), start=1)
    ]


def _venue_split(snapshot: Snapshot, units: Ints, kept: Flags, scope: Scope) -> Section:
    if scope.single is not None:
        return {"by_venue": None, "by_venue_unattributed": None, "by_venue_note": _NO_SPLIT}
    calls = units[kept & snapshot.is_call].sum(axis=0)
    puts = units[kept & ~snapshot.is_call].sum(axis=0)
    return {
        "by_venue": interest_by_venue(calls, puts, snapshot.spot),
        "by_venue_unattributed": None,
        "by_venue_note": None,
    }


def _echo(window: StrikeWindow) -> Section:
    if window.is_open:
        return {}
    return {"filtered_strike_window": {"min": window.min, "max": window.max}}
