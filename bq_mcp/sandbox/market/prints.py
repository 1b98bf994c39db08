"""The options tape of one coin, session by session: what takers bought and sold, print by print.

A session's prints cut up what the flow model says was traded in each contract, at each venue, on
each side. So they add up to it, and every sum of prints agrees with every other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.activity import hourly_shape
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, HOUR_S, YEAR_S, alive, session_at, session_start
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS, TAPE_FLOOR_S
from bq_mcp.sandbox.market.placement import LOT_UNITS, THOUSANDTHS
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot
from bq_mcp.sandbox.vocabulary import VENUES

_SESSIONS_KEPT = 10
_MINUTE_S = 60
_CHAIN_S = 4 * HOUR_S
_USUAL_COINS = {"deribit": 4.0, "bybit": 0.2, "okx": 1.2, "binance": 1.2}
"""Size of a usual print of BTC where it differs from that at the small venues."""
_SMALL_COINS = 0.3
_SIZE_POWER = 0.8
_PRINTS_MOST = 24
EDGE = 0.01
"""What takers pay over the mark, or get less, as a part of it."""
_BLOCK_VENUES = ("deribit", "bybit", "okx")
_BLOCK_CENTS = 10_000_000
_BLOCK_SHARE = 0.4
_SIZE, _TIME, _BLOCK = range(3)

Column = NDArray[Any]


@dataclass(frozen=True)
class Prints:
    """Prints in order of time, one entry each; no two of a coin share a millisecond.

    `time_ms` is Unix time, `units` thousandths of a coin, `cents` the premium in US cents, `delta`
    the Black-Scholes delta that the taker got, in whole USD with its sign. `index` is spot in USD,
    `iv` percent, `day` the settlement day; `number` counts within the session.
    """

    time_ms: Column
    number: Column
    strike: Column
    is_call: Column
    day: Column
    venue: Column
    bought: Column
    units: Column
    cents: Column
    delta: Column
    index: Column
    iv: Column
    block: Column

    def where(self, kept: Flags | Ints) -> "Prints":
        """Return those that are marked, or those at these places."""
        return Prints(**{each.name: getattr(self, each.name)[kept] for each in fields(Prints)})

    @staticmethod
    def joined(parts: Sequence["Prints"]) -> "Prints":
        """Put the prints of several sessions in a row."""
        names = [each.name for each in fields(Prints)]
        return Prints(
            **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        )


class Tape:
    """The prints of one coin."""

    def __init__(self, seed: int, coin: CoinMarket) -> None:
        self._seed = seed
        self._coin = coin
        self.session = lru_cache(maxsize=_SESSIONS_KEPT)(self._session)

    def between(self, start: float, end: float) -> Prints:
        """Return the prints from one epoch second to another, both included."""
        first = max(session_at(start), session_at(TAPE_FLOOR_S))
        parts = [self.session(number) for number in range(first, session_at(end) + 1)]
        # Rounded, as a second less a millisecond is not exact.
        low, high = round(start * 1_000, 2), round(end * 1_000, 2)
        return Prints.joined(
            [part.where((part.time_ms >= low) & (part.time_ms <= high)) for part in parts]
        )

    def _session(self, session: int) -> Prints:
        coin = self._coin
        days = np.array(alive(coin.parameters.ladder, session))
        flows = [coin.flows.of(day, session) for day in days.tolist()]
        sold, bought = (
            np.concatenate([getattr(flow, side) for flow in flows]) for side in ("sold", "bought")
        )
        traded = np.stack([sold, bought])
        side, contract, venue = np.nonzero(traded)
        stream = Stream(self._seed, coin.parameters.symbol, "prints", str(session))
        usual = np.array([_USUAL_COINS.get(name, _SMALL_COINS) for name in VENUES])
        cheaper = COIN_PARAMETERS["BTCUSDT"].anchor_price / coin.parameters.anchor_price
        entry, units = _cut(
            stream, traded[side, contract, venue], venue, usual * cheaper**_SIZE_POWER
        )
        order, seconds = _times(stream, session, len(entry))
        entry, units = entry[order], units[order]
        contract, venue, is_bought = contract[entry], venue[entry], side[entry] == 1
        chain, index, mark, delta, iv = self._priced(session, contract, seconds)
        coins = units / THOUSANDTHS
        paid = mark * coins * np.where(is_bought, 1 + EDGE, 1 - EDGE)
        cents = np.maximum(np.rint(100 * paid), 1)
        drawn = stream.uniforms(_BLOCK, np.arange(len(entry)))
        may_block = np.isin(venue, [VENUES.index(name) for name in _BLOCK_VENUES])
        return Prints(
            time_ms=np.rint(seconds * 1_000).astype(np.int64),
            number=np.arange(len(entry), dtype=np.int32),
            strike=chain.strike[contract],
            is_call=chain.is_call[contract],
            day=days[chain.expiry_index[contract]].astype(np.int32),
            venue=venue.astype(np.int8),
            bought=is_bought,
            units=units.astype(np.int32),
            cents=cents.astype(np.int32),
            delta=np.rint(delta * coins * index * np.where(is_bought, 1, -1)).astype(np.int32),
            index=index.astype(np.float32),
            iv=(100 * iv).astype(np.float32),
            block=may_block & (cents >= _BLOCK_CENTS) & (drawn < _BLOCK_SHARE),
        )

    def _priced(
        self, session: int, contract: Ints, seconds: Floats
    ) -> tuple[Snapshot, Floats, Floats, Floats, Floats]:
        """Return the session's first chain; spot, the mark in USD, delta and volatility of prints.

        Spot runs straight between whole minutes; volatility and carry hold for some hours.
        """
        opens = session_start(session)
        minutes = opens + _MINUTE_S * np.arange(DAY_S // _MINUTE_S + 1.0)
        index = np.interp(seconds, minutes, self._coin.spot_path.at(minutes))
        starts = np.arange(opens, opens + DAY_S, _CHAIN_S).tolist()
        chains = [self._coin.snapshot(datetime.fromtimestamp(start, UTC)) for start in starts]
        place = ((seconds - opens) // _CHAIN_S).astype(np.int64)
        iv = np.stack([chain.iv for chain in chains])[place, contract]
        carried = np.stack([chain.forward / chain.spot for chain in chains])[place, contract]
        years = np.maximum(chains[0].tau[contract] - (seconds - opens) / YEAR_S, GREEKS_LEAST_T)
        forward, w = index * carried, iv**2 * years
        strike, is_call = chains[0].strike[contract], chains[0].is_call[contract]
        price = black.price(forward=forward, strike=strike, w=w, is_call=is_call)
        delta = black.delta(forward=forward, strike=strike, w=w, is_call=is_call)
        return chains[0], index, price / carried, delta, iv


def _cut(stream: Stream, units: Ints, venue: Ints, usual: Floats) -> tuple[Ints, Ints]:
    """Cut what was traded into prints of whole lots; return the entry of each, and its units.

    `usual` is the size of a usual print by venue, in coin.
    """
    lots = units // LOT_UNITS[venue]
    pieces_wanted = np.ceil(units / THOUSANDTHS / usual[venue])
    count = np.clip(pieces_wanted, 1, _PRINTS_MOST).astype(np.int64)
    entry = np.repeat(np.arange(len(units)), count)
    pieces = -np.log(stream.uniforms(_SIZE, np.arange(len(entry))))
    ends = np.cumsum(count)
    total = np.cumsum(pieces)
    before = np.concatenate([[0.0], total])[ends - count]
    whole = (total[ends - 1] - before)[entry]
    edges = np.rint((total - before[entry]) / whole * lots[entry]).astype(np.int64)
    edges[ends - 1] = lots
    sizes = np.diff(edges, prepend=0)
    sizes[ends - count] = edges[ends - count]
    kept = sizes > 0
    return entry[kept], (sizes * LOT_UNITS[venue[entry]])[kept]


def _times(stream: Stream, session: int, count: int) -> tuple[Ints, Floats]:
    """Return the order of the prints in time, and their epoch seconds, no two alike."""
    opens = session_start(session)
    activity = hourly_shape(int(opens) // HOUR_S + np.arange(24))
    passed = np.concatenate([[0.0], np.cumsum(activity) / activity.sum()])
    drawn = stream.uniforms(_TIME, np.arange(count))
    milliseconds = np.interp(drawn, passed, np.linspace(0, (DAY_S - 1) * 1_000, 25)).round()
    order = np.argsort(milliseconds, kind="stable")
    place = np.arange(count)
    apart = np.maximum.accumulate(milliseconds[order] - place) + place
    return order, opens + apart / 1_000
