"""The figures that make one coin's market differ from another's.

Volatilities, rates and shares are decimals; sizes are in coin unless the name says USD.
"""

from dataclasses import dataclass

from bq_mcp.sandbox.market.calendar import Ladder
from bq_mcp.sandbox.vocabulary import VENUES

ANCHOR_S = 1_780_272_000
"""2026-06-01 00:00 UTC, where every seed's path passes through its anchor price."""

TAPE_FLOOR_S = 1_779_004_800
"""First print of the tape: 2026-05-17 08:00 UTC, the first settlement of its first day."""


@dataclass(frozen=True)
class CoinParameters:
    """One coin's market.

    `common_share` is the part of the spot variance that comes from the factor all coins share;
    `term_premium` lifts far forward variance, so that long volatility sits above short; `rho` is
    the smile's correlation, `nervous_rho` the one in a falling market; `strike_steps` are for fewer
    than 10 days to expiry, fewer than 70, and more; `oi_scale` makes the open-interest shares of
    the listed expiries average to one.
    """

    symbol: str
    anchor_price: float
    volatility: float
    term_premium: float
    common_share: float
    jumps_per_year: float
    jump_sd: float
    rho: float
    nervous_rho: float
    eta: float
    gamma: float
    options_oi: float
    oi_scale: float
    put_call_ratio: float
    basis_30d: float
    basis_180d: float
    perp_volume_usd: float
    ladder: Ladder
    strike_steps: tuple[float, float, float]
    venue_shares: tuple[float, ...]
    has_tape: bool
    price_decimals: int

    @property
    def venues(self) -> tuple[str, ...]:
        """Venues that list options on this coin."""
        return tuple(v for v, share in zip(VENUES, self.venue_shares, strict=True) if share > 0)


_EIGHT_VENUES = (0.78, 0.05, 0.06, 0.06, 0.01, 0.005, 0.02, 0.015)
_DERIBIT_AND_DERIVE = (0.8, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0)
_DERIVE_ONLY = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)

_ALL = (
    CoinParameters(
        symbol="BTCUSDT",
        anchor_price=70_000.0,
        volatility=0.40,
        term_premium=0.40,
        common_share=0.75,
        jumps_per_year=6.0,
        jump_sd=0.04,
        rho=-0.25,
        nervous_rho=-0.45,
        eta=0.9,
        gamma=0.45,
        options_oi=480_000.0,
        oi_scale=1.12,
        put_call_ratio=0.65,
        basis_30d=0.05,
        basis_180d=0.06,
        perp_volume_usd=45e9,
        ladder=Ladder(dailies=4, weeklies=4, monthlies=3, quarterlies=4),
        strike_steps=(500.0, 1_000.0, 5_000.0),
        venue_shares=_EIGHT_VENUES,
        has_tape=True,
        price_decimals=2,
    ),
    CoinParameters(
        symbol="ETHUSDT",
        anchor_price=2_100.0,
        volatility=0.59,
        term_premium=0.22,
        common_share=0.60,
        jumps_per_year=7.0,
        jump_sd=0.05,
        rho=-0.15,
        nervous_rho=-0.35,
        eta=0.9,
        gamma=0.45,
        options_oi=3_400_000.0,
        oi_scale=1.12,
        put_call_ratio=0.62,
        basis_30d=0.045,
        basis_180d=0.055,
        perp_volume_usd=25e9,
        ladder=Ladder(dailies=4, weeklies=4, monthlies=3, quarterlies=4),
        strike_steps=(25.0, 50.0, 100.0),
        venue_shares=_EIGHT_VENUES,
        has_tape=True,
        price_decimals=2,
    ),
    CoinParameters(
        symbol="SOLUSDT",
        anchor_price=85.0,
        volatility=0.70,
        term_premium=0.10,
        common_share=0.50,
        jumps_per_year=9.0,
        jump_sd=0.06,
        rho=-0.10,
        nervous_rho=-0.30,
        eta=0.85,
        gamma=0.45,
        options_oi=2_200_000.0,
        oi_scale=1.53,
        put_call_ratio=0.80,
        basis_30d=0.0,
        basis_180d=0.0,
        perp_volume_usd=6e9,
        ladder=Ladder(dailies=2, weeklies=3, monthlies=2, quarterlies=2),
        strike_steps=(1.0, 2.0, 5.0),
        venue_shares=_DERIBIT_AND_DERIVE,
        has_tape=False,
        price_decimals=3,
    ),
    CoinParameters(
        symbol="HYPEUSDT",
        anchor_price=38.0,
        volatility=0.84,
        term_premium=0.065,
        common_share=0.30,
        jumps_per_year=12.0,
        jump_sd=0.08,
        rho=0.0,
        nervous_rho=-0.20,
        eta=0.8,
        gamma=0.45,
        options_oi=700_000.0,
        oi_scale=2.0,
        put_call_ratio=0.65,
        basis_30d=0.0,
        basis_180d=0.0,
        perp_volume_usd=1.5e9,
        ladder=Ladder(dailies=0, weeklies=3, monthlies=2, quarterlies=1),
        strike_steps=(0.5, 1.0, 2.0),
        venue_shares=_DERIVE_ONLY,
        has_tape=False,
        price_decimals=4,
    ),
)

COIN_PARAMETERS = {parameters.symbol: parameters for parameters in _ALL}
SYMBOLS = tuple(COIN_PARAMETERS)
