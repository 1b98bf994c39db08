"""What a request for the option chain may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bq_mcp.sandbox.answers.windows import StrikeFilter, strike_filter
from bq_mcp.sandbox.queries import known_members, members

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


def chain_query(query: Mapping[str, Any]) -> ChainQuery:
    """Read the parameters of the route."""
    plain = ("dte_min", "dte_max", "oi_min", "oi_max", "delta_min", "delta_max", "option_type")
    return ChainQuery(
        expiries=members(query["expiries"]),
        strikes=strike_filter(query),
        max_contracts=query["max_contracts"],
        sections=_projection(query["fields"], CHAIN_SECTIONS),
        parts=_projection(query["include"], CHAIN_PARTS),
        **{name: query[name] for name in plain},
    )


def _projection(text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members of `known` that a comma list keeps, all where it names none of them."""
    asked = known_members(text, known)
    return tuple(name for name in known if name in asked) or known
