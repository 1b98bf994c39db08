"""What a TRACE request asks for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TraceQuery:
    """The contracts, the axes and the shift of volatility of a projection.

    `expiry` is all, 0dte or a token; `min_oi` is in coin, per contract.
    """

    expiry: str
    time_steps: int
    price_steps: int
    price_range_pct: float
    horizon_hours: float
    vol_shift_pct: float
    min_oi: float
