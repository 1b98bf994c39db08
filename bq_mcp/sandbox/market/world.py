"""The one simulated world: every coin of a seed."""

from datetime import datetime
from functools import cached_property

from bq_mcp.sandbox.market.calendar import Expiry, epoch_seconds
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.parameters import PARAMETERS
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.spot import Factor


class World:
    """All simulated markets of a seed; every figure is a pure function of seed and instant.

    Instants are aware datetimes. What is kept between calls are results only, so neither the order
    of questions nor a second thread can change an answer.
    """

    def __init__(self, *, seed: int = 10) -> None:
        self.seed = seed

    def spot(self, symbol: str, instant: datetime) -> float:
        """Return the spot price in USD."""
        return self.coin(symbol).spot(epoch_seconds(instant))

    def expiries(self, symbol: str, instant: datetime) -> tuple[Expiry, ...]:
        """Return the listed expiries, nearest first; one that settles at the instant is gone."""
        return self.coin(symbol).expiries(epoch_seconds(instant))

    def snapshot(self, symbol: str, instant: datetime) -> Snapshot:
        """Return the option chain at an instant; the caller puts the instant on its grid."""
        return self.coin(symbol).snapshot(instant)

    def coin(self, symbol: str) -> CoinMarket:
        """Return the market of one of SYMBOLS."""
        return self._coins[symbol]

    @cached_property
    def _coins(self) -> dict[str, CoinMarket]:
        common = Factor(self.seed, "common")
        return {
            symbol: CoinMarket(self.seed, parameters, common)
            for symbol, parameters in PARAMETERS.items()
        }
