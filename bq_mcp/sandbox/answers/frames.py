"""Payloads that follow exposure by strike through several snapshots."""

from collections.abc import Sequence

import numpy as np

from bq_mcp.sandbox.answers.histories import instants
from bq_mcp.sandbox.answers.rounding import matrix
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market import VENUES, Snapshot
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.exposure import std_quantity
from bq_mcp.sandbox.market.grouping import exposure, grouped
from bq_mcp.sandbox.market.positioning import dealer_model
from bq_mcp.sandbox.moments import STORE_STEP_S

_FRAMES = 48
_SURFACE_FRAMES = 24
_SURFACE_STEP_S = 3_600
_GREEKS = {"gex": "gamma", "dex": "delta", "vex": "vega", "charm": "charm", "vanna": "vanna"}
_DECIMALS = 2


def time_heatmap(asked: Asked) -> Answer:
    """Follow one dealer greek by strike through the last snapshots, each signed as of its time."""
    greek = _GREEKS[asked.query["greek"]]
    times = instants(asked.instant, STORE_STEP_S, _FRAMES)[::-1]
    frames = [asked.world.snapshot(asked.symbol, time) for time in times]
    signed = [
        exposure(frame, greek) * dealer_model(frame, asked.positioning, asked.chosen).quantity
        for frame in frames
    ]
    strikes, rows = _stacked(frames, signed, [_passing(frame, asked) for frame in frames])
    data = {
        "greek": asked.query["greek"],
        "timestamps": [iso(time) for time in times],
        "strikes": strikes.tolist(),
        "exposure": matrix(rows, _DECIMALS),
        "spot_price": [frame.spot for frame in frames],
        "positioning": asked.model.name,
    }
    return Answer(data, asked.signing())


def greek_surface(asked: Asked) -> Answer:
    """Follow charm or vega by strike through a day, calls counted + and puts -."""
    greek = asked.query["greek"]
    times = instants(asked.instant, _SURFACE_STEP_S, _SURFACE_FRAMES)[::-1]
    frames = [asked.world.snapshot(asked.symbol, time) for time in times]

    def by_strike(venues: Sequence[str]) -> tuple[Floats, Floats]:
        signed = [exposure(frame, greek) * std_quantity(frame, tuple(venues)) for frame in frames]
        return _stacked(frames, signed, [np.ones_like(frame.is_call) for frame in frames])

    strikes, rows = by_strike(VENUES)
    data = {
        "greek": greek,
        "strikes": strikes.tolist(),
        "timestamps": [iso(time) for time in times],
        "surface": matrix(rows.T, _DECIMALS),
    }
    if asked.query["include"] == "exchange_breakdown":
        data["exchange_breakdown"] = {
            venue: matrix(by_strike([venue])[1].T, _DECIMALS) for venue in asked.chosen
        }
    return Answer(data, {"positioning": "std"})


def _passing(frame: Snapshot, asked: Asked) -> Flags:
    query = asked.query
    days = np.array([expiry.dte for expiry in frame.expiries])[frame.expiry_index]
    kept: Flags = (days >= query["dte_min"]) & (days <= query["dte_max"])
    kept &= frame.oi >= query["min_oi"]
    percent = 100 * frame.iv
    kept &= (percent >= query["iv_min"]) & (percent <= query["iv_max"])
    return kept


def _stacked(
    frames: Sequence[Snapshot], values: Sequence[Floats], kept: Sequence[Flags]
) -> tuple[Floats, Floats]:
    """Return all strikes of the frames, and a row of sums a frame, 0 for what is not listed."""
    sums = [
        grouped(frame, value, "strike", kept=flags)
        for frame, value, flags in zip(frames, values, kept, strict=True)
    ]
    strikes = np.unique(np.concatenate([each.labels[0] for each in sums]))
    rows = np.zeros((len(frames), len(strikes)))
    for row, each in zip(rows, sums, strict=True):
        row[np.searchsorted(strikes, each.labels[0])] = each.sums
    return strikes, rows
