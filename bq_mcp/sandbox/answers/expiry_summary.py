"""Payload of /options/expiry-summary."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from bq_mcp.sandbox.answers.max_pain import pain_block
from bq_mcp.sandbox.answers.rounding import IV_DECIMALS, coins, iv_pct, ratio, rounded, usd
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.answers.venue_interest import interest_by_venue
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Expiry, World
from bq_mcp.sandbox.market.by_expiry import ExpiryFigures, expiry_figures
from bq_mcp.sandbox.market.calendar import ExpiryKind

EXPIRY_KINDS: tuple[ExpiryKind, ...] = get_args(ExpiryKind)


def expiry_summary(asked: Asked) -> Answer:
    """Tabulate the expiries of the newest snapshot."""
    return Answer(*expiry_summary_data(asked.world, asked.symbol, asked.instant))


def expiry_summary_data(world: World, symbol: str, instant: datetime) -> tuple[Section, Section]:
    """Return `data` and `meta.extra` of /options/expiry-summary.

    Volatilities are percent a year, open interest is coin, gamma USD per 1 % move under std.
    """
    snapshot = world.snapshot(symbol, instant)
    figures = expiry_figures(snapshot)
    data = {
        "expiries": [_row(each, snapshot.spot) for each in figures],
        "anchor_count": sum(each.expiry.is_anchor for each in figures),
        "type_counts": type_counts(each.expiry for each in figures),
    }
    return data, {"positioning": "std"}


def volatility_block(figures: ExpiryFigures) -> Section:
    """Return the volatilities of one expiry in percent, null where no options bracket a delta.

    Skew is put less call of the figures served, so above zero where puts cost more.
    """
    put, call = iv_pct(figures.put_25d_iv), iv_pct(figures.call_25d_iv)
    return {
        "atm_iv": iv_pct(figures.atm_iv),
        "skew_25d": skew_points(put, call),
        "put_25d_iv": put,
        "call_25d_iv": call,
    }


def interest_block(figures: ExpiryFigures, spot: float) -> Section:
    """Return the open interest of one expiry in coin, its put-call ratio and its worth in USD."""
    calls, puts = int(figures.call_units.sum()), int(figures.put_units.sum())
    total = coins(calls + puts)
    return {
        "call_oi": coins(calls),
        "put_oi": coins(puts),
        "total_oi": total,
        "pcr": ratio(puts, calls),
        "notional_oi_usd": usd(total * spot),
    }


def calendar_block(expiry: Expiry) -> Section:
    """Return the place of one expiry in the calendar."""
    return {
        "expiry": expiry.token,
        "expiry_date": expiry.date.isoformat(),
        "dte": expiry.dte,
        "type": expiry.kind,
        "is_anchor": expiry.is_anchor,
    }


def type_counts(expiries: Iterable[Expiry]) -> dict[str, int]:
    """Count expiries by calendar class, zeros included."""
    counts = Counter(expiry.kind for expiry in expiries)
    return {kind: counts[kind] for kind in EXPIRY_KINDS}


def _row(figures: ExpiryFigures, spot: float) -> Section:
    return {
        **calendar_block(figures.expiry),
        **volatility_block(figures),
        **interest_block(figures, spot),
        "net_gex": usd(figures.net_gex),
        "max_pain": pain_block(figures.pain),
        "by_venue": interest_by_venue(figures.call_units, figures.put_units, spot),
        "by_venue_unattributed": None,
    }


def skew_points(put: float | None, call: float | None) -> float | None:
    """Return put less call, None where one of them is not quoted."""
    return None if put is None or call is None else rounded(put - call, IV_DECIMALS)
