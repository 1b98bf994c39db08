"""Payloads of estimated dealer hedging: through the session, and if spot walks to a strike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.histories import instants
from bq_mcp.sandbox.answers.rounding import usd, usd_column
from bq_mcp.sandbox.answers.signing import GEX_SCALE
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.calendar import HOUR_S, session_at, session_start
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.exposure import flow_quantity, strike_profile
from bq_mcp.sandbox.market.grouping import greek
from bq_mcp.sandbox.market.positioning import dealer_model
from bq_mcp.sandbox.moments import STORE_STEP_S
from bq_mcp.sandbox.service_errors import no_data

FORMULA = (
    "gamma_flow = spot move in % x previous net GEX (USD per 1%); charm_flow = -hours / 8760 x "
    "previous net charm x previous spot (USD); vanna_flow reserved; total_flow = gamma_flow + "
    "charm_flow; cumulative_flow = running sum of the session"
)
_YEAR_HOURS = 8_760


def dealer_flow(asked: Asked) -> Answer:
    """Estimate hedging between snapshots since the session opened, in USD.

    Raises: ServiceError 404 where fewer than two snapshots are stored.
    """
    rows = _intervals(asked)
    data: dict[str, Any] = {"flow": rows, "positioning": asked.model.name}
    extra = {"formula": FORMULA, **asked.signing()}
    if asked.query["include"] == "by_venue":
        data["by_venue"] = _by_venue(asked)
        extra |= venue_disagreement(asked)
    return Answer(data, extra)


def gamma_flow(asked: Asked) -> Answer:
    """Return the gamma part alone, with its running sum."""
    rows, cumulative = [], 0.0
    for row in _intervals(asked):
        cumulative = usd(cumulative + row["gamma_flow"])
        kept = {name: row[name] for name in ("timestamp", "gamma_flow")}
        rows.append({**kept, "cumulative_flow": cumulative})
    return Answer({"points": rows, "positioning": asked.model.name}, asked.signing())


def by_level(asked: Asked) -> Answer:
    """Add net gamma up from spot out to each strike, both ways."""
    snapshot = asked.snapshot
    profile = strike_profile(snapshot, asked.model.quantity, np.ones_like(snapshot.is_call))
    below = profile.strikes < snapshot.spot
    down = profile.net[below][::-1].cumsum()[::-1]
    cumulative = np.concatenate([down, profile.net[~below].cumsum()])
    columns = (profile.strikes.tolist(), usd_column(profile.net), usd_column(cumulative))
    rows = [
        {"strike": strike, "net_gex": net, "cumulative_gex": total}
        for strike, net, total in zip(*columns, strict=True)
    ]
    data = {"levels": rows, "positioning": asked.model.name}
    return Answer(data, asked.signing(gex_scale=GEX_SCALE))


def venue_disagreement(asked: Asked) -> dict[str, Any]:
    """Count the contracts that takers on several venues traded, and those they traded both ways."""
    units = asked.snapshot.dealer_units
    if units is None:
        return {}
    long, short = (units > 0).any(axis=1), (units < 0).any(axis=1)
    traded = np.count_nonzero(units, axis=1) > 1
    opposite = int(np.count_nonzero(long & short & traded))
    compared = int(np.count_nonzero(traded))
    share = round(opposite / compared, 4) if compared else None
    return {"venue_disagreement": {"contracts": compared, "opposite": opposite, "share": share}}


def _intervals(asked: Asked) -> list[dict[str, Any]]:
    """Return one row for each pair of neighbouring snapshots, oldest first."""
    # Just after the opening there is no interval yet: then the session before is shown.
    opened = _opened(asked.instant - timedelta(seconds=2 * STORE_STEP_S))
    count = int((asked.instant - opened).total_seconds()) // STORE_STEP_S + 2
    times = [each for each in instants(asked.instant, STORE_STEP_S, count) if each >= opened]
    if len(times) < 2:
        raise no_data(f"{asked.symbol}: fewer than two snapshots")
    books = [asked.world.kept(_book, asked.symbol, time, asked.positioning) for time in times[::-1]]
    rows, cumulative = [], 0.0
    for (before, spot, gex, charm), (time, moved_to, _, _) in zip(books, books[1:], strict=False):
        hours = (time - before).total_seconds() / HOUR_S
        gamma_part = usd(100 * (moved_to / spot - 1) * gex)
        charm_part = usd(-hours / _YEAR_HOURS * charm * spot)
        cumulative = usd(cumulative + gamma_part + charm_part)
        rows.append(
            {
                "timestamp": iso(time),
                "spot_price": moved_to,
                "gamma_flow": gamma_part,
                "charm_flow": charm_part,
                "vanna_flow": None,
                "total_flow": usd(gamma_part + charm_part),
                "cumulative_flow": cumulative,
            }
        )
    return rows


def _opened(instant: datetime) -> datetime:
    return datetime.fromtimestamp(session_start(session_at(instant.timestamp())), UTC)


def _book(
    world: World, symbol: str, instant: datetime, positioning: str
) -> tuple[datetime, float, float, float]:
    """Return spot, net gamma in USD per 1 % move and net charm in coin of delta per year."""
    snapshot = world.snapshot(symbol, instant)
    quantity = dealer_model(snapshot, positioning, COIN_PARAMETERS[symbol].venues).quantity
    charm = float(greek(snapshot, "charm") @ quantity)
    return instant, snapshot.spot, float(snapshot.gamma_dollars @ quantity), charm


def _by_venue(asked: Asked) -> dict[str, Any]:
    snapshot = asked.snapshot
    split = {venue: flow_quantity(snapshot, (venue,)) for venue in VENUES}
    return {
        venue: {"net_gex": None if held is None else usd(float(snapshot.gamma_dollars @ held))}
        for venue, held in split.items()
    }
