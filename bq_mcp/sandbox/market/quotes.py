"""Bid, mark and offer of each contract on Deribit.

Options on BTC and ETH settle in coin and are quoted in coin, as Black's price over the forward; the
others settle in USDC and are quoted in it. A quote lies half a spread of volatility either side of
the mark, rounded away from it to the tick; an offer is at least one tick, and one above the bid.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_S
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot
from bq_mcp.sandbox.vocabulary import VENUES

_INVERSE = ("BTCUSDT", "ETHUSDT")
_DERIBIT = VENUES.index("deribit")

QUOTED = tuple(
    symbol for symbol, coin in COIN_PARAMETERS.items() if coin.venue_shares[_DERIBIT] > 0
)
"""Coins that Deribit lists."""

_MONEY_SPREAD = 0.005
_WING_SPREAD = 0.04
"""Half spreads in volatility, decimal a year, at the money and at an absolute delta of 0.10."""

_MONEY_DELTA = 0.50
_WING_DELTA = 0.10
_STRESSED = 3.0
_SHORT_T = DAY_S / 2 / YEAR_S
_LEAST_BID_VOLATILITY = 0.01

_COIN_TICK = 0.0001
_COARSE_COIN_TICK = 0.0005
_COARSE_FROM = 0.005
_USDC_TICK = 0.01
_TICK_DECIMALS = 6


@dataclass(frozen=True)
class Quotes:
    """Prices by contract in the unit of the venue: coin, or USDC. A bid of 0 is no bid."""

    bid: Floats
    mark: Floats
    ask: Floats


def deribit_quotes(snapshot: Snapshot) -> Quotes | None:
    """Return the quotes of all contracts; None for a coin that Deribit does not list."""
    if snapshot.symbol not in QUOTED:
        return None
    half = half_spread(snapshot)
    bought = _price(snapshot, np.maximum(snapshot.iv - half, _LEAST_BID_VOLATILITY))
    bid = np.floor(_ticks(snapshot, bought)) * _tick(snapshot, bought)
    sold = _price(snapshot, snapshot.iv + half)
    ask = np.ceil(_ticks(snapshot, sold)) * _tick(snapshot, sold)
    # Deep in the money a spread of volatility is worth less than a tick.
    return Quotes(
        bid=bid,
        mark=_price(snapshot, snapshot.iv),
        ask=np.maximum(ask, bid + _tick(snapshot, bid)),
    )


def unrecorded(quotes: Quotes | None) -> Quotes | None:
    """Return the quotes as a store without bid and ask holds them: the marks, and zeros."""
    if quotes is None:
        return None
    nothing = np.zeros_like(quotes.mark)
    return Quotes(bid=nothing, mark=quotes.mark, ask=nothing)


def half_spread(snapshot: Snapshot) -> Floats:
    """Return half the spread of each contract in volatility, decimal a year.

    It grows from the money to an absolute delta of 0.10 of the side out of the money and stays
    there; coins without a trade tape and the last 12 hours have three times as much.
    """
    w = snapshot.iv**2 * np.maximum(snapshot.tau, GREEKS_LEAST_T)
    call_delta = black.delta(
        forward=snapshot.forward,
        strike=snapshot.strike,
        w=w,
        is_call=np.ones_like(snapshot.is_call),
    )
    otm_delta = np.minimum(call_delta, 1 - call_delta)
    base = np.interp(otm_delta, [_WING_DELTA, _MONEY_DELTA], [_WING_SPREAD, _MONEY_SPREAD])
    thin = not COIN_PARAMETERS[snapshot.symbol].has_tape
    half: Floats = np.where(thin | (snapshot.tau < _SHORT_T), _STRESSED, 1.0) * base
    return half


def coin_price(snapshot: Snapshot, kept: Ints, iv: Floats) -> Floats:
    """Return prices in coin of some contracts at volatilities of shape (kept, venues)."""
    forward = snapshot.forward[kept, None]
    price = black.price(
        forward=forward,
        strike=snapshot.strike[kept, None],
        w=iv**2 * snapshot.tau[kept, None],
        is_call=snapshot.is_call[kept, None],
    )
    return price / forward


def _price(snapshot: Snapshot, iv: Floats) -> Floats:
    price = black.price(
        forward=snapshot.forward,
        strike=snapshot.strike,
        w=iv**2 * snapshot.tau,
        is_call=snapshot.is_call,
    )
    return price / snapshot.forward if snapshot.symbol in _INVERSE else price


def _tick(snapshot: Snapshot, price: Floats) -> Floats:
    if snapshot.symbol not in _INVERSE:
        return np.full(price.shape, _USDC_TICK)
    return np.where(price >= _COARSE_FROM, _COARSE_COIN_TICK, _COIN_TICK)


def _ticks(snapshot: Snapshot, price: Floats) -> Floats:
    """Count ticks, a whole number staying whole in spite of float noise."""
    return (price / _tick(snapshot, price)).round(_TICK_DECIMALS)
