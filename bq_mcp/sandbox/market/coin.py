"""Everything simulated about one coin, put together."""

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from bq_mcp.sandbox.market.activity import session_progress
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.book import Books, ExpiryBook, Openings
from bq_mcp.sandbox.market.calendar import (
    HOUR_S,
    YEAR_S,
    Expiry,
    alive,
    epoch_seconds,
    expiry,
    session_at,
    session_start,
)
from bq_mcp.sandbox.market.coin_parameters import TAPE_FLOOR_S, CoinParameters
from bq_mcp.sandbox.market.flow import Flows
from bq_mcp.sandbox.market.forward import Carry
from bq_mcp.sandbox.market.outlook import OutlookPath, forward_variance
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.spot import Factor, SpotPath
from bq_mcp.sandbox.market.surface import SmilePath
from bq_mcp.sandbox.vocabulary import VENUES

_SNAPSHOTS_KEPT = 64
_DELTA_LATE_S = 4 * HOUR_S
_DELTA_VENUES = np.array([venue.startswith("delta") for venue in VENUES])


class CoinMarket:
    """Spot and option chain of one coin, each a pure function of the instant."""

    def __init__(
        self,
        seed: int,
        parameters: CoinParameters,
        *,
        common: Factor,
        script: Script,
        trunk: SpotPath | None = None,
    ) -> None:
        own = Factor(seed, parameters.symbol, script)
        self.parameters = parameters
        self.spot_path = SpotPath(
            seed, parameters, common=common, own=own, script=script, trunk=trunk
        )
        self.outlook = OutlookPath(
            seed, parameters, common=common.clock, own=own.clock, script=script
        )
        self._script = script
        self._carry = Carry(seed, parameters)
        self._smiles = SmilePath(seed, parameters, script)
        openings = Openings(self.spot_path, self.outlook)
        self._books = Books(seed, parameters, openings, script)
        self.flows = Flows(
            seed,
            parameters,
            books=self._books,
            openings=openings,
            script=script,
            pin_strike=self.spot_path.pin_strike,
        )
        self.snapshot = lru_cache(maxsize=_SNAPSHOTS_KEPT)(self._snapshot)

    def spot(self, seconds: float) -> float:
        """Return the price at an epoch second."""
        return self.spot_path.at(np.array([seconds])).item()

    def expiries(self, seconds: float) -> tuple[Expiry, ...]:
        """Return the expiries listed at an epoch second, nearest first."""
        session = session_at(seconds)
        return tuple(expiry(day, session) for day in alive(self.parameters.ladder, session))

    def interest(self, seconds: float) -> tuple[Flags, Ints]:
        """Return which contracts are calls, and their open interest as a snapshot has it."""
        session = session_at(seconds)
        books = [self._books.of(day, session) for day in alive(self.parameters.ladder, session)]
        calls = np.concatenate([book.is_call for book in books])
        return calls, self._open_interest(books, session, seconds)

    def atm_curve(self, seconds: float) -> tuple[Floats, Floats]:
        """Return years to each listed expiry and the reference volatility at the forward there."""
        days = alive(self.parameters.ladder, session_at(seconds))
        settlements = np.array([session_start(day) for day in days])
        years = (settlements - seconds) / YEAR_S
        return years, np.sqrt(self._theta(seconds, settlements) / years)

    def _snapshot(self, instant: datetime) -> Snapshot:
        seconds = epoch_seconds(instant)
        session = session_at(seconds)
        days = alive(self.parameters.ladder, session)
        settlements = np.array([session_start(day) for day in days])
        years = (settlements - seconds) / YEAR_S
        spot = self.spot(seconds)
        theta = self._theta(seconds, settlements)
        forwards = self._carry.forward(seconds, spot=spot, t=years)
        smile = self._smiles.at(seconds)
        books = [self._books.of(day, session) for day in days]
        index = np.repeat(np.arange(len(days)), [len(book.strike) for book in books])
        strike = np.concatenate([book.strike for book in books])
        w = smile.total_variance(np.log(strike / forwards[index]), theta[index])
        return Snapshot(
            symbol=self.parameters.symbol,
            instant=instant.astimezone(UTC),
            spot=spot,
            expiries=self.expiries(seconds),
            theta=theta,
            smile=smile,
            expiry_index=index,
            strike=strike,
            is_call=np.concatenate([book.is_call for book in books]),
            tau=years[index],
            forward=forwards[index],
            iv=np.sqrt(w / years[index]),
            oi_units=self._open_interest(books, session, seconds),
            dealer_units=self._dealer_quantity(days, session, seconds),
        )

    def _theta(self, seconds: float, settlements: Floats) -> Floats:
        state = self.outlook.at(np.array([seconds]))
        ahead = forward_variance(
            seconds,
            state,
            horizon_s=settlements[-1],
            event=self._script.expected_event(seconds),
        )
        return ahead.total(settlements)

    def _open_interest(self, books: list[ExpiryBook], session: int, seconds: float) -> Ints:
        progress = session_progress(session, seconds)
        by_expiry = [book.units(progress) for book in books]
        settled = session in alive(self.parameters.ladder, session - 1)
        if settled and seconds - session_start(session) < _DELTA_LATE_S:
            by_expiry[0] = by_expiry[0] + self._delta_leftovers(books[0], session)
        return np.concatenate(by_expiry)

    def _dealer_quantity(self, days: tuple[int, ...], session: int, seconds: float) -> Ints | None:
        if not self.parameters.has_tape or seconds < TAPE_FLOOR_S:
            return None
        progress = session_progress(session, seconds)
        return np.concatenate([self.flows.of(day, session).units(progress) for day in days])

    def _delta_leftovers(self, front: ExpiryBook, session: int) -> Ints:
        """Return what the Delta books, settling at 12:00, still hold of the expiry just settled.

        It counts to the front contract of the same strike and side; other strikes have no row.
        """
        settled = self._books.of(session, session - 1)
        places = 2 * np.searchsorted(settled.strike[::2], front.strike) + ~front.is_call
        places = np.minimum(places, len(settled.strike) - 1)
        matched = settled.strike[places] == front.strike
        return np.where(matched[:, None] & _DELTA_VENUES, settled.closing[places], 0)
