"""What a request for the option chain may ask for."""

from dataclasses import dataclass

from bq_mcp.sandbox.answers.windows import StrikeFilter

CHAIN_SECTIONS = ("contracts", "aggregates", "available_expiries")
CHAIN_PARTS = ("oi", "iv", "bid_ask", "volume", "greeks", "gex")


@dataclass(frozen=True)
class ChainQuery:
    """Filters and projections as asked; None, and no expiries, filter nothing.

    Open interest is in coin; delta bounds hold for absolute deltas; `option_type` is call, put or
    both; `sections` and `parts` are members of CHAIN_SECTIONS and CHAIN_PARTS, in order.
    """

    expiries: tuple[str, ...] = ()
    dte_min: int | None = None
    dte_max: int | None = None
    oi_min: float | None = None
    oi_max: float | None = None
    delta_min: float | None = None
    delta_max: float | None = None
    strikes: StrikeFilter = StrikeFilter()
    option_type: str = "both"
    max_contracts: int = 2000
    sections: tuple[str, ...] = CHAIN_SECTIONS
    parts: tuple[str, ...] = CHAIN_PARTS
