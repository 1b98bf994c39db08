"""Who is on the other side: the dealers' position that the trade tape adds up to.

A dealer's quantity in a contract is what takers sold minus what they bought since the contract was
listed or the tape began, whichever came later. It is drawn as a fraction of open interest that
cannot exceed `MOST_OF_INTEREST`, so no position is ever cut back to fit and venues add up. By
default dealers are long calls above spot, which others overwrite, and short puts below, which
others buy for protection; the size of both wanders, and each contract and venue deviates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, tau

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.book import Books, ExpiryBook, Openings
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import listed_on, session_at, session_start
from bq_mcp.sandbox.market.coin_parameters import TAPE_FLOOR_S, CoinParameters
from bq_mcp.sandbox.market.leanings import Contracts, noise, tilt
from bq_mcp.sandbox.market.placement import LOT_UNITS, contract_numbers
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.scenario import Episode
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.vocabulary import VENUES

MOST_OF_INTEREST = 0.8
"""Bound of the dealers' quantity as a part of open interest, by contract and venue."""

_CALL_BIAS = 0.34
_PUT_BIAS = -0.42
_BIAS_WIDTH = 0.08
_MOOD_SD = 0.08
_MOOD_HALF_LIFE_DAYS = 30.0
_CONTRACT_SD = 0.18
_CONTRACT_PERIOD_DAYS = 900.0
_VENUE_SD = 0.35
_VENUE_PERIOD_DAYS = 700.0
_TAPE_BUILDS_DAYS = 10.0
_TURNOVER = 0.06
_CONTRACT, _VENUE, _TURNOVER_NOISE = 0, 32, 64
"""First lanes of the draws, far enough apart for a lane per venue and phase."""
_CONTRACTS = 2**24
"""More than any contract number, so that one index can hold a contract and a session."""


@dataclass(frozen=True)
class ExpiryFlow:
    """Dealer quantity of one expiry during one session, in thousandths, (contracts, venues).

    Rows are those of the expiry's book. `bought` and `sold` are what takers traded in the session;
    sold minus bought is the change of the dealers' quantity.
    """

    opening: Ints
    closing: Ints
    bought: Ints
    sold: Ints

    def units(self, progress: float) -> Ints:
        """Return the quantity once a part of the session's activity is over, in whole lots."""
        between = self.opening + (self.closing - self.opening) * progress
        return np.trunc(between / LOT_UNITS).astype(np.int64) * LOT_UNITS


class Flows:
    """Builds the dealer quantities of one coin's expiries."""

    def __init__(
        self,
        seed: int,
        parameters: CoinParameters,
        *,
        books: Books,
        openings: Openings,
        script: Script,
        pin_strike: Callable[[Episode], float],
    ) -> None:
        self._parameters = parameters
        self._script = script
        self._pin_strike = pin_strike
        self._books = books
        self._openings = openings
        self._stream = Stream(seed, parameters.symbol, "flow")
        self._moods = [
            OrnsteinUhlenbeck(
                Stream(seed, parameters.symbol, f"{side} mood"),
                half_life_days=_MOOD_HALF_LIFE_DAYS,
            )
            for side in ("call", "put")
        ]
        self.of = lru_cache(maxsize=128)(self._build)

    def _build(self, day: int, session: int) -> ExpiryFlow:
        """Return the flow of the expiry of a day during a session the tape covers."""
        book = self._books.of(day, session)
        opening = self._quantity(book, book.opening, day, session)
        closing = self._quantity(book, book.closing, day, session + 1)
        net = closing - opening
        both = self._both_ways(book, day, session, net)
        return ExpiryFlow(
            opening=opening,
            closing=closing,
            bought=both + np.maximum(-net, 0),
            sold=both + np.maximum(net, 0),
        )

    def _quantity(self, book: ExpiryBook, interest: Ints, day: int, session: int) -> Ints:
        share = MOST_OF_INTEREST * np.tanh(self._lean(book, day, session))
        lots = share * self._tape_depth(day, session) * interest / LOT_UNITS
        return np.trunc(lots).astype(np.int64) * LOT_UNITS

    def _tape_depth(self, day: int, session: int) -> float:
        """Return how much of a position the tape can have seen by the opening of a session."""
        floor = session_at(TAPE_FLOOR_S)
        if listed_on(self._parameters.ladder, day) >= floor:
            return 1.0
        return 1 - exp(-max(session - floor, 0) / _TAPE_BUILDS_DAYS)

    def _lean(self, book: ExpiryBook, day: int, session: int) -> Floats:
        # The opening before: a position at the end of a session must not know where spot ends up.
        spots, _ = self._openings.between(session - 1, session - 1)
        moneyness = np.log(book.strike / spots[0])
        side = np.where(book.is_call, 1.0, -1.0)
        out_of_the_money = 1 / (1 + np.exp(-side * moneyness / _BIAS_WIDTH))
        when = np.array([session_start(session)])
        call_mood, put_mood = (_MOOD_SD * mood.at(when)[0] for mood in self._moods)
        bias = np.where(book.is_call, _CALL_BIAS, _PUT_BIAS)
        mood = np.where(book.is_call, call_mood, put_mood)
        episode = self._script.session_episode(session)
        tilted = self._tilt(episode, book, moneyness, day, session)
        lean: Floats = bias * out_of_the_money + mood + tilted
        return lean[:, None] + noise(episode) * self._deviations(book, day, session)

    def _tilt(
        self, episode: Episode, book: ExpiryBook, moneyness: Floats, day: int, session: int
    ) -> Floats:
        pins = episode.kind == "pin" and episode.settlement_day == day
        contracts = Contracts(moneyness, book.is_call, book.strike, dte=day - session - 1)
        return tilt(episode, contracts, self._pin_strike(episode) if pins else None)

    def _deviations(self, book: ExpiryBook, day: int, session: int) -> Floats:
        numbers = self._numbers(book)
        contract = _wandering(
            self._stream.normals(day, numbers, _CONTRACT),
            self._stream.normals(day, numbers, _CONTRACT + 1),
            session / _CONTRACT_PERIOD_DAYS,
        )
        lanes = _VENUE + np.arange(len(VENUES))
        venue = _wandering(
            self._stream.normals(day, numbers, lanes),
            self._stream.normals(day, numbers, lanes + len(VENUES)),
            session / _VENUE_PERIOD_DAYS,
        )
        return _CONTRACT_SD * contract + _VENUE_SD * venue

    def _both_ways(self, book: ExpiryBook, day: int, session: int, net: Ints) -> Ints:
        """Return what was bought and sold alike, enough for open interest to have moved so far."""
        moved = np.abs(book.closing - book.opening)
        lanes = _TURNOVER_NOISE + np.arange(len(VENUES))
        draws = self._stream.normals(day, self._numbers(book) + session * _CONTRACTS, lanes)
        pace = _TURNOVER / (day - session)
        turned = pace * np.maximum(book.opening, book.closing) * np.exp(draws)
        lots = (np.maximum(moved - np.abs(net), 0) + turned) / (2 * LOT_UNITS)
        both: Ints = np.ceil(lots).astype(np.int64) * LOT_UNITS
        return both

    def _numbers(self, book: ExpiryBook) -> Ints:
        codes = np.rint(book.strike / self._parameters.strike_steps[0]).astype(np.int64)
        return contract_numbers(codes, is_put=~book.is_call)[:, None]


def _wandering(first: Floats, second: Floats, turns: float) -> Floats:
    """Turn two independent normals into one that changes slowly and keeps unit variance."""
    normal: Floats = first * np.cos(tau * turns) + second * np.sin(tau * turns)
    return normal
