"""The one simulated world: every coin of a seed."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from bq_mcp.sandbox.market.bars import Bars
from bq_mcp.sandbox.market.calendar import Expiry, epoch_seconds
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.prints import Tape
from bq_mcp.sandbox.market.scenario import MIXED, Scenario
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.spot import Factor

_FIGURES_KEPT = 50_000


class World:
    """All simulated markets of a seed and a scenario.

    Every figure is a pure function of seed, scenario and instant; before a named scenario starts it
    is that of `mixed`. Instants are aware datetimes. What is kept between calls are results only,
    so neither the order of questions nor a second thread can change an answer.
    """

    def __init__(self, *, seed: int = 10, scenario: Scenario = MIXED) -> None:
        self.seed = seed
        self.scenario = scenario
        self.kept = lru_cache(maxsize=_FIGURES_KEPT)(self._made)
        """Figures of the past, each `make(world, *place)`: histories ask again and again."""

    def _made(self, make: Callable[..., Any], *place: Any) -> Any:
        return make(self, *place)

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

    def bars(self, symbol: str) -> Bars:
        """Return the price bars of one of SYMBOLS."""
        return self._bars[symbol]

    def tape(self, symbol: str) -> Tape:
        """Return the options tape of one of SYMBOLS."""
        return self._tapes[symbol]

    def worker_instant(self, now: datetime) -> datetime:
        """Return up to when there is data: before `now` while the worker stands still."""
        seconds = epoch_seconds(now)
        worked = self._script.worker_instant(seconds)
        return now if worked == seconds else datetime.fromtimestamp(worked, UTC)

    @cached_property
    def _bars(self) -> dict[str, Bars]:
        return {symbol: Bars(self.seed, coin) for symbol, coin in self._coins.items()}

    @cached_property
    def _tapes(self) -> dict[str, Tape]:
        return {symbol: Tape(self.seed, coin) for symbol, coin in self._coins.items()}

    @cached_property
    def _script(self) -> Script:
        return Script(self.seed, self.scenario)

    @cached_property
    def _coins(self) -> dict[str, CoinMarket]:
        if self.scenario == MIXED:
            return _markets(self.seed, self._script)
        return _markets(self.seed, self._script, trunk=_markets(self.seed, Script(self.seed)))


def _markets(
    seed: int, script: Script, *, trunk: dict[str, CoinMarket] | None = None
) -> dict[str, CoinMarket]:
    common = Factor(seed, "common", script)
    return {
        symbol: CoinMarket(
            seed,
            parameters,
            common=common,
            script=script,
            trunk=trunk[symbol].spot_path if trunk else None,
        )
        for symbol, parameters in COIN_PARAMETERS.items()
    }
