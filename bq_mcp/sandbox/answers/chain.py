"""Payload of /options/chain."""

from datetime import datetime
from hashlib import blake2s

import numpy as np

from bq_mcp.sandbox.answers.chain_query import ChainQuery, chain_query
from bq_mcp.sandbox.answers.contracts import Chain, contract_rows, served_delta
from bq_mcp.sandbox.answers.rounding import coins, iv_pct, ratio, usd
from bq_mcp.sandbox.answers.scopes import listed_among
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.exposure import std_quantity
from bq_mcp.sandbox.market.quotes import QUOTED, deribit_quotes, unrecorded
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.moments import stored_chain_note

_HASH_BYTES = 8


def chain(asked: Asked) -> Answer:
    """Return the contracts that pass the filters."""
    data, extra = chain_data(
        asked.world,
        asked.symbol,
        asked.instant,
        chain_query(asked.query),
        with_quotes=asked.moment.has_quotes,
    )
    note = stored_chain_note(asked.moment, has_quotes=asked.symbol in QUOTED)
    return Answer(data, extra | note)


def chain_data(
    world: World, symbol: str, instant: datetime, query: ChainQuery, *, with_quotes: bool = True
) -> tuple[Section, Section]:
    """Return `data` and `meta.extra` of /options/chain for an instant on its grid.

    Volatility is that of the reference surface in percent a year, gamma exposure USD per 1 % move
    under std. Totals cover all contracts that pass the filters, whether or not the row cap lets
    them through. `with_quotes` is false of a chain stored without bid and ask, which are 0 then.

    Raises: ServiceError 404 when expiries are named and none is listed.
    """
    snapshot = world.snapshot(symbol, instant)
    quotes = deribit_quotes(snapshot)
    chain = Chain(
        snapshot=snapshot,
        delta=served_delta(snapshot),
        gex=snapshot.gamma_dollars * std_quantity(snapshot, VENUES),
        quotes=quotes if with_quotes else unrecorded(quotes),
    )
    matching = np.flatnonzero(_matches(chain, query))
    sections: Section = {
        "contracts": lambda: contract_rows(chain, _nearest(snapshot, matching, query), query.parts),
        "aggregates": lambda: _aggregates(chain, matching),
        "available_expiries": lambda: [expiry.token for expiry in snapshot.expiries],
    }
    data = {name: sections[name]() for name in query.sections}
    data |= {
        "truncated": len(matching) > query.max_contracts,
        "total_matching_count": len(matching),
        "max_contracts": query.max_contracts,
    }
    return data, {"filter_hash": _filter_hash(symbol, query), "positioning": "std"}


def _matches(chain: Chain, query: ChainQuery) -> Flags:
    snapshot = chain.snapshot
    named = listed_among(query.expiries, snapshot)
    days = np.array([expiry.dte for expiry in snapshot.expiries])
    expiries = np.array([expiry in named for expiry in snapshot.expiries])
    expiries &= _within(days, query.dte_min, query.dte_max)
    kept: Flags = expiries[snapshot.expiry_index]
    kept &= query.strikes.window(snapshot.spot).holds(snapshot.strike)
    kept &= _within(snapshot.oi, query.oi_min, query.oi_max)
    kept &= _within(np.abs(chain.delta), query.delta_min, query.delta_max)
    if query.option_type != "both":
        kept &= snapshot.is_call == (query.option_type == "call")
    return kept


def _within(values: Floats | Ints, low: float | None, high: float | None) -> Flags:
    above = values >= (-np.inf if low is None else low)
    below = values <= (np.inf if high is None else high)
    return above & below


def _nearest(snapshot: Snapshot, matching: Ints, query: ChainQuery) -> Ints:
    distance = np.abs(snapshot.strike[matching] - snapshot.spot)
    return np.sort(matching[np.argsort(distance, kind="stable")[: query.max_contracts]])


def _aggregates(chain: Chain, matching: Ints) -> Section:
    is_call = chain.snapshot.is_call[matching]
    gex = chain.gex[matching]
    units = chain.snapshot.oi_units[matching].sum(axis=1)
    call_units, put_units = int(units[is_call].sum()), int(units[~is_call].sum())
    return {
        "net_gex": usd(gex.sum().item()),
        "call_gex": usd(gex[is_call].sum().item()),
        "put_gex": usd(gex[~is_call].sum().item()),
        "total_oi": coins(call_units + put_units),
        "call_oi": coins(call_units),
        "put_oi": coins(put_units),
        "pcr": ratio(put_units, call_units),
        "atm_iv": _atm_iv(chain, matching),
        "contract_count": len(matching),
    }


def _atm_iv(chain: Chain, matching: Ints) -> float | None:
    """Return the volatility at spot in the nearest expiry of the selection, in percent.

    Strike filters do not apply: the nearest strike they keep may not be at the money.
    """
    if not len(matching):
        return None
    snapshot = chain.snapshot
    front = np.flatnonzero(snapshot.expiry_index == snapshot.expiry_index[matching[0]])
    distance = np.abs(snapshot.strike[front] - snapshot.spot)
    nearest = snapshot.strike[front][np.argmin(distance)]
    return iv_pct(snapshot.iv[front[snapshot.strike[front] == nearest]].mean().item())


def _filter_hash(symbol: str, query: ChainQuery) -> str:
    return blake2s(f"{symbol} {query}".encode(), digest_size=_HASH_BYTES).hexdigest()
