"""Payload of /options/iv/skew."""

from datetime import datetime

from bq_mcp.sandbox.answers.expiry_summary import skew_points
from bq_mcp.sandbox.answers.rounding import IV_DECIMALS, iv_pct, rounded
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market import Expiry, World
from bq_mcp.sandbox.market.term import atm_volatility
from bq_mcp.sandbox.market.wings import Wing, wings


def skew(asked: Asked) -> Answer:
    """Measure the skew of every expiry."""
    return Answer(skew_data(asked.world, asked.symbol, asked.instant))


def skew_data(world: World, symbol: str, instant: datetime) -> Section:
    """Return `data` for an instant on its grid: one row per expiry, nearest first.

    Volatilities in percent, skews and butterfly in points; skew is put less call, of the figures
    as served. None where no listed options bracket the delta closely.
    """
    snapshot = world.snapshot(symbol, instant)
    rows = zip(snapshot.expiries, atm_volatility(snapshot).tolist(), wings(snapshot), strict=True)
    return {
        "expiries": [_row(expiry, atm, put, call) for expiry, atm, (put, call) in rows],
        "spot_price": snapshot.spot,
        "ts": iso(instant),
    }


def _row(expiry: Expiry, atm: float, put: Wing, call: Wing) -> Section:
    put_25, call_25 = iv_pct(put.at(0.25)), iv_pct(call.at(0.25))
    put_10, call_10 = iv_pct(put.at(0.10)), iv_pct(call.at(0.10))
    middle = iv_pct(atm)
    return {
        "expiry": expiry.token,
        "expiry_label": expiry.date.strftime("%d %b %Y"),
        "dte": expiry.dte,
        "atm_iv": middle,
        "put_25d_iv": put_25,
        "call_25d_iv": call_25,
        "skew_25d": skew_points(put_25, call_25),
        "put_10d_iv": put_10,
        "call_10d_iv": call_10,
        "skew_10d": skew_points(put_10, call_10),
        "butterfly_25d": _butterfly(put_25, call_25, middle),
    }


def _butterfly(put: float | None, call: float | None, atm: float | None) -> float | None:
    if put is None or call is None or atm is None:
        return None
    return rounded((put + call) / 2 - atm, IV_DECIMALS)
