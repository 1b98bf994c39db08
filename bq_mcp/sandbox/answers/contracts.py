"""Rows of the option chain: one per contract, in parts that a caller may keep or drop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.rounding import IV_DECIMALS, coin_column, column, usd_column
from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.grouping import greek
from bq_mcp.sandbox.market.quotes import Quotes
from bq_mcp.sandbox.market.snapshot import Snapshot

_DELTA_DECIMALS = 5
_GAMMA_DECIMALS = 10
_GREEK_DECIMALS = 5
_PRICE_DECIMALS = 6

ContractColumns = dict[str, list[Any]]


@dataclass(frozen=True)
class Chain:
    """A snapshot and what its rows show beside it, one entry per contract.

    `delta` is as served, `gex` in USD per 1 % move; `quotes` is None for a coin that Deribit does
    not list.
    """

    snapshot: Snapshot
    delta: Floats
    gex: Floats
    quotes: Quotes | None


def served_delta(snapshot: Snapshot) -> Floats:
    """Return deltas rounded as rows show them, so that a filter agrees with what it returns."""
    return greek(snapshot, "delta").round(_DELTA_DECIMALS)


def contract_rows(chain: Chain, kept: Ints, parts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a row for each contract number in `kept`, with these parts.

    Greeks are those of the reference volatility: gamma per USD, theta in USD a day, vega in USD per
    volatility point, vanna per 1.00 of volatility, charm per year of time to expiry.
    """
    columns = _identity(chain, kept)
    for part in parts:
        columns |= _BUILDERS[part](chain, kept)
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _identity(chain: Chain, kept: Ints) -> ContractColumns:
    snapshot = chain.snapshot
    expiries = [snapshot.expiries[place] for place in snapshot.expiry_index[kept].tolist()]
    return {
        "strike": snapshot.strike[kept].tolist(),
        "expiry": [expiry.token for expiry in expiries],
        "dte": [expiry.dte for expiry in expiries],
        "type": np.where(snapshot.is_call[kept], "call", "put").tolist(),
    }


def _oi(chain: Chain, kept: Ints) -> ContractColumns:
    return {"oi": coin_column(chain.snapshot.oi_units[kept].sum(axis=1))}


def _iv(chain: Chain, kept: Ints) -> ContractColumns:
    return {"iv": column(100 * chain.snapshot.iv[kept], IV_DECIMALS)}


def _bid_ask(chain: Chain, kept: Ints) -> ContractColumns:
    if chain.quotes is None:
        return _unmeasured(("bid", "ask", "mark"), kept)
    return {
        "bid": column(chain.quotes.bid[kept], _PRICE_DECIMALS),
        "ask": column(chain.quotes.ask[kept], _PRICE_DECIMALS),
        "mark": column(chain.quotes.mark[kept], _PRICE_DECIMALS),
    }


def _volume(chain: Chain, kept: Ints) -> ContractColumns:
    # Nothing counts the tape by contract here, and null is the service's word for that.
    return _unmeasured(("volume", "notional_volume", "trade_count"), kept)


def _greeks(chain: Chain, kept: Ints) -> ContractColumns:
    columns = {"delta": column(chain.delta[kept], _DELTA_DECIMALS)}
    for name in ("gamma", "theta", "vega", "vanna", "charm"):
        decimals = _GAMMA_DECIMALS if name == "gamma" else _GREEK_DECIMALS
        columns[name] = column(greek(chain.snapshot, name)[kept], decimals)
    return columns


def _gex(chain: Chain, kept: Ints) -> ContractColumns:
    return {"gex": usd_column(chain.gex[kept])}


_BUILDERS: Mapping[str, Callable[[Chain, Ints], ContractColumns]] = {
    "oi": _oi,
    "iv": _iv,
    "bid_ask": _bid_ask,
    "volume": _volume,
    "greeks": _greeks,
    "gex": _gex,
}


def _unmeasured(names: tuple[str, ...], kept: Ints) -> ContractColumns:
    return {name: [None] * len(kept) for name in names}
