"""The book of one expiry during one session: contracts and their open interest by venue.

Open interest moves from its opening to its closing size along with the session's activity.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, SETTLEMENT_S, YEAR_DAYS, listed_on
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.expiry_interest import ExpiryInterest
from bq_mcp.sandbox.market.outlook import OutlookPath, VarianceState
from bq_mcp.sandbox.market.placement import LOT_UNITS, strike_weights, venue_split, whole_lots
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.spot import SpotPath
from bq_mcp.sandbox.market.strikes import strike_ladder

_CHUNK_SESSIONS = 64


@dataclass(frozen=True)
class ExpiryBook:
    """Contracts by ascending strike, call before put; sizes in thousandths, (contracts, venues)."""

    strike: Floats
    is_call: Flags
    opening: Ints
    closing: Ints

    def units(self, progress: float) -> Ints:
        """Return open interest once a part of the session's activity is over, in whole lots."""
        between = self.opening + (self.closing - self.opening) * progress
        return np.ceil(between / LOT_UNITS).astype(np.int64) * LOT_UNITS


class Openings:
    """Spot and variance outlook at the opening of every session of one coin."""

    def __init__(self, spot: SpotPath, outlook: OutlookPath) -> None:
        self._spot = spot
        self._outlook = outlook
        self._chunk = lru_cache(maxsize=32)(self._build_chunk)

    def between(self, first: int, last: int) -> tuple[Floats, VarianceState]:
        """Return spots and states of the sessions from first to last, both included."""
        numbers = range(first // _CHUNK_SESSIONS, last // _CHUNK_SESSIONS + 1)
        chunks = [self._chunk(number) for number in numbers]
        start = first - numbers[0] * _CHUNK_SESSIONS
        wanted = slice(start, start + last - first + 1)
        spots = np.concatenate([spot for spot, _ in chunks])[wanted]
        return spots, VarianceState.joined([state for _, state in chunks], wanted)

    def _build_chunk(self, number: int) -> tuple[Floats, VarianceState]:
        sessions = number * _CHUNK_SESSIONS + np.arange(_CHUNK_SESSIONS)
        seconds = (sessions * DAY_S + SETTLEMENT_S).astype(np.float64)
        return self._spot.at(seconds), self._outlook.at(seconds)


class Books:
    """Builds the books of one coin's expiries."""

    def __init__(
        self, seed: int, parameters: CoinParameters, openings: Openings, script: Script
    ) -> None:
        self._parameters = parameters
        self._openings = openings
        self._script = script
        self._interest = ExpiryInterest(seed, parameters, script)
        self._stream = Stream(seed, parameters.symbol, "placement")
        self.of = lru_cache(maxsize=128)(self._build)

    def _build(self, day: int, session: int) -> ExpiryBook:
        """Return the book of the expiry of a day during a session in which it is listed."""
        first = listed_on(self._parameters.ladder, day)
        spots, state = self._openings.between(first, session)
        sessions = np.arange(first, session + 1)
        days_left = day - sessions
        deviations = state.smooth_volatility(days_left.astype(np.float64)) * np.sqrt(
            days_left / YEAR_DAYS
        )
        ladder = strike_ladder(
            spots=spots,
            deviations=deviations,
            dtes=days_left - 1,
            steps=self._parameters.strike_steps,
            sparse=self._sparse(sessions),
        )
        weights = strike_weights(
            self._stream,
            day=day,
            ladder=ladder,
            spots=spots,
            deviations=deviations,
            put_share=self._interest.put_share(day),
        )
        split = venue_split(
            self._stream, day=day, ladder=ladder, shares=self._parameters.venue_shares
        )
        opening = self._interest.coins(day, session) * weights.opening.reshape(-1, 1)
        closing = self._interest.coins(day, session + 1) * weights.closing.reshape(-1, 1)
        return ExpiryBook(
            strike=np.repeat(ladder.strikes, 2),
            is_call=np.tile([True, False], len(ladder.strikes)),
            opening=whole_lots(opening * split),
            closing=whole_lots(closing * split),
        )

    def _sparse(self, sessions: Ints) -> Flags:
        if self._parameters.has_tape:
            return np.zeros(sessions.shape, dtype=np.bool_)
        return self._script.within("thin", (sessions * DAY_S + SETTLEMENT_S).astype(np.float64))
