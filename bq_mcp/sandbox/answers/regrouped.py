"""Payloads that are one figure of the book, summed along strikes, expiries, sides and venues."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.rounding import coin_column, coins, matrix, usd
from bq_mcp.sandbox.answers.signing import GEX_SCALE
from bq_mcp.sandbox.answers.venue_interest import interest_by_venue
from bq_mcp.sandbox.answers.windows import strike_filter
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Snapshot
from bq_mcp.sandbox.market.arrays import Flags
from bq_mcp.sandbox.market.exposure import venue_columns
from bq_mcp.sandbox.market.grouping import exposure, greek, grouped
from bq_mcp.sandbox.service_errors import no_data
from bq_mcp.sandbox.vocabulary import VENUES

_GREEK_DECIMALS = 4
_CELLS_MOST = 5_000


def expiry_profile(asked: Asked) -> Answer:
    """Split dealer gamma by expiry, USD per 1 % move."""
    snapshot = asked.snapshot
    kept = expiry_filter(snapshot, asked.query)
    sums = grouped(
        snapshot, snapshot.gamma_dollars * asked.model.quantity, "expiry", "side", kept=kept
    )
    rows = [
        {
            "expiry": snapshot.expiries[place].token,
            "expiry_date": snapshot.expiries[place].date.isoformat(),
            "dte": snapshot.expiries[place].dte,
            "net_gex": usd(call + put),
            "call_gex": usd(call),
            "put_gex": usd(put),
        }
        for place, (call, put) in zip(sums.labels[0].tolist(), sums.sums.tolist(), strict=True)
    ]
    data = {
        "expiries": rows,
        "total_net_gex": usd(float(sums.sums.sum())),
        "positioning": asked.model.name,
    }
    return Answer(data, asked.signing(gex_scale=GEX_SCALE))


def strike_expiry_heatmap(asked: Asked) -> Answer:
    """Lay net dealer gamma out as rows of strikes and columns of expiries, near to far.

    The caps come after the filters: strikes nearest spot and nearest expiries survive.
    """
    snapshot = asked.snapshot
    kept = expiry_filter(snapshot, asked.query)
    kept &= strike_filter(asked.query).window(snapshot.spot).holds(snapshot.strike)
    listed = np.unique(snapshot.expiry_index[kept])[: asked.query["max_expiries"]]
    kept &= np.isin(snapshot.expiry_index, listed)
    kept &= np.isin(snapshot.strike, _nearest(snapshot, kept, asked.query["max_strikes"]))
    net = snapshot.gamma_dollars * asked.model.quantity
    sums = grouped(snapshot, net, "strike", "expiry", kept=kept)
    data = {
        "strikes": sums.labels[0].tolist(),
        **_tenors(snapshot, sums.labels[1].tolist()),
        "net_gex": matrix(sums.sums, 2),
        "positioning": asked.model.name,
    }
    return Answer(data, asked.signing(gex_scale=GEX_SCALE))


def greek_profile(asked: Asked) -> Answer:
    """Spread one dealer greek over strikes; delta in USD, the others as `exposure` has them."""
    snapshot, name = asked.snapshot, asked.query["greek"]
    kept = expiry_filter(snapshot, asked.query)
    kept &= strike_filter(asked.query).window(snapshot.spot).holds(snapshot.strike)
    signed = exposure(snapshot, name) * asked.model.quantity
    sums = grouped(snapshot, signed, "strike", "side", kept=kept)
    call, put = matrix(sums.sums.T, _GREEK_DECIMALS)
    data = {
        "greek": name,
        "strikes": sums.labels[0].tolist(),
        "net_exposure": matrix(sums.sums.sum(axis=1)[None, :], _GREEK_DECIMALS)[0],
        "call_exposure": call,
        "put_exposure": put,
        "total_exposure": round(float(sums.sums.sum()), _GREEK_DECIMALS),
        "positioning": asked.model.name,
    }
    return Answer(data, asked.signing())


def surface_3d(asked: Asked) -> Answer:
    """Sum greek times open interest in coin by strike and expiry, without a dealer sign."""
    snapshot, name = asked.snapshot, asked.query["greek"]
    kept = np.ones_like(snapshot.is_call)
    most = _CELLS_MOST // len(snapshot.expiries)
    kept &= np.isin(snapshot.strike, _nearest(snapshot, kept, most))
    values = greek(snapshot, name) * snapshot.oi
    sums = grouped(snapshot, values, "expiry", "strike", kept=kept)
    data = {
        "greek": name,
        "expiries": [snapshot.expiries[place].token for place in sums.labels[0].tolist()],
        "x": sums.labels[1].tolist(),
        "y": [snapshot.expiries[place].dte for place in sums.labels[0].tolist()],
        "Z": matrix(sums.sums, 6),
    }
    return Answer(data)


def oi_by_expiry(asked: Asked) -> Answer:
    """Split open interest in coin by expiry, side and venue, over the rows the filters leave."""
    snapshot = asked.snapshot
    kept = expiry_filter(snapshot, asked.query)
    units = np.where(venue_columns(asked.chosen), snapshot.oi_units, 0)
    sums = grouped(snapshot, units, "expiry", "side", kept=kept)
    split = sums.sums.astype(np.int64)
    call_units, put_units = split[:, 0].sum(axis=1), split[:, 1].sum(axis=1)
    shown = asked.venues or VENUES
    total = call_units + put_units
    data = {
        **_tenors(snapshot, sums.labels[0].tolist()),
        "call_oi": coin_column(call_units),
        "put_oi": coin_column(put_units),
        "total_oi": coin_column(total),
        "oi_cdf": matrix(total.cumsum()[None, :] / max(int(total.sum()), 1), 4)[0],
        "by_venue": [
            {name: block for name, block in blocks.items() if name in shown}
            for blocks in (interest_by_venue(calls, puts, snapshot.spot) for calls, puts in split)
        ],
        "by_venue_unattributed": [None] * len(split),
        "total_call_oi": coins(int(call_units.sum())),
        "total_put_oi": coins(int(put_units.sum())),
    }
    return Answer(data)


def expiry_filter(snapshot: Snapshot, query: Mapping[str, Any]) -> Flags:
    """Mark the contracts whose expiry passes `dte_min`, `dte_max` and `weekly_only`.

    Raises: ServiceError 404 where none is left.
    """
    low, high = query.get("dte_min") or 0, query.get("dte_max")
    passes = np.array(
        [
            low <= each.dte
            and (high is None or each.dte <= high)
            and not (query.get("weekly_only") and each.is_anchor)
            for each in snapshot.expiries
        ]
    )
    if not passes.any():
        raise no_data(f"{snapshot.symbol} with these days to expiry")
    kept: Flags = passes[snapshot.expiry_index]
    return kept


def _nearest(snapshot: Snapshot, kept: Flags, most: int) -> list[float]:
    strikes = np.unique(snapshot.strike[kept])
    order = np.argsort(np.abs(strikes - snapshot.spot), kind="stable")
    nearest: list[float] = strikes[order[:most]].tolist()
    return nearest


def _tenors(snapshot: Snapshot, places: list[int]) -> dict[str, Any]:
    return {
        "expiries": [snapshot.expiries[place].token for place in places],
        "dtes": [snapshot.expiries[place].dte for place in places],
    }
