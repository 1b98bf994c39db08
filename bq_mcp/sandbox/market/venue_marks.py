"""What each venue marks a contract at: the reference volatility and the venue's own error.

A venue quotes the contracts it holds open interest in. Its error moves smoothly in time, is zero on
Deribit and grows towards the wings. Marks and blends of marks are not free of arbitrage; only the
reference surface is.
"""

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.calendar import HOUR_S, epoch_seconds
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.exposure import venue_columns
from bq_mcp.sandbox.market.placement import contract_numbers
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.vocabulary import VENUES

_ERROR_SD_POINTS = {
    "deribit": 0.0,
    "bybit": 0.35,
    "okx": 0.35,
    "binance": 0.3,
    "derive": 0.5,
    "thalex": 0.6,
    "delta_india": 0.5,
    "delta": 0.6,
}
"""At the money, in volatility points."""

_WING_GROWTH = 0.4
"""Part by which the error grows per standard deviation away from the forward."""
_WING_MOST = 2.0
_PER_EXPIRY = 2**24
"""More than any contract number within an expiry."""


def venue_marks(snapshot: Snapshot, seed: int) -> Floats:
    """Return volatilities of shape (contracts, venues), decimal a year; NaN where none is quoted.

    Venues are in the order of VENUES.
    """
    marks: Floats = snapshot.iv[:, None] + _wings(snapshot)[:, None] * _errors(snapshot, seed)
    marks[snapshot.oi_units == 0] = np.nan
    return marks


def blended_iv(snapshot: Snapshot, seed: int, venues: tuple[str, ...]) -> Floats:
    """Return the marks of the named venues, weighted by their open interest in the contract.

    One volatility per contract, decimal a year; NaN where none of the venues quotes.
    """
    chosen = venue_columns(venues)
    units = snapshot.oi_units[:, chosen].astype(np.float64)
    marks = np.nan_to_num(venue_marks(snapshot, seed)[:, chosen])
    total = units.sum(axis=1)
    blended: Floats = (units * marks).sum(axis=1) / np.where(total > 0, total, np.nan)
    return blended


def _wings(snapshot: Snapshot) -> Floats:
    deviation = snapshot.iv * np.sqrt(snapshot.tau)
    distance = np.abs(np.log(snapshot.strike / snapshot.forward)) / deviation
    return np.minimum(1 + _WING_GROWTH * distance, _WING_MOST)


def _errors(snapshot: Snapshot, seed: int) -> Floats:
    """Draw the errors at the money, decimal: hourly draws, blended so that the spread stays."""
    stream = Stream(seed, snapshot.symbol, "venue marks")
    hours = epoch_seconds(snapshot.instant) / HOUR_S
    hour = int(hours)
    angle = (hours - hour) * np.pi / 2
    place, lanes = _contracts(snapshot)[:, None], np.arange(len(VENUES))
    before = stream.normals(hour, place, lanes)
    after = stream.normals(hour + 1, place, lanes)
    sd = np.array([_ERROR_SD_POINTS[venue] for venue in VENUES]) / 100
    errors: Floats = sd * (np.cos(angle) * before + np.sin(angle) * after)
    return errors


def _contracts(snapshot: Snapshot) -> Ints:
    """Number the contracts by expiry day, strike and side, the same at every instant."""
    finest = COIN_PARAMETERS[snapshot.symbol].strike_steps[0]
    codes = np.rint(snapshot.strike / finest).astype(np.int64)
    days = np.array([expiry.date.toordinal() for expiry in snapshot.expiries], dtype=np.int64)
    within = contract_numbers(codes, is_put=~snapshot.is_call)
    numbers: Ints = days[snapshot.expiry_index] * _PER_EXPIRY + within
    return numbers
