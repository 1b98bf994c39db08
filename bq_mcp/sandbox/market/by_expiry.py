"""Key figures of each expiry of a snapshot: volatility, open interest, gamma, max pain.

Gamma is signed by the textbook rule, whatever else is asked for elsewhere.
"""

from dataclasses import dataclass

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import Expiry
from bq_mcp.sandbox.market.exposure import std_quantity, strike_profile
from bq_mcp.sandbox.market.gamma_levels import call_walls, put_walls
from bq_mcp.sandbox.market.pain_curve import pain_curve
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.term import atm_volatility
from bq_mcp.sandbox.market.wings import Wing, wings
from bq_mcp.sandbox.vocabulary import VENUES

_SKEW_DELTA = 0.25


@dataclass(frozen=True)
class ExpiryFigures:
    """One expiry: volatilities as decimals a year, gamma in USD per 1 % move, walls in USD.

    `call_units` and `put_units` are open interest by venue in thousandths of a coin; `pain` is the
    max-pain strike and the payout there, both in USD. None where a figure does not exist.
    """

    expiry: Expiry
    atm_iv: float
    put_25d_iv: float | None
    call_25d_iv: float | None
    call_units: Ints
    put_units: Ints
    net_gex: float
    call_wall: float | None
    put_wall: float | None
    pain: tuple[float, float] | None


def expiry_figures(snapshot: Snapshot) -> tuple[ExpiryFigures, ...]:
    """Return the figures of every listed expiry, nearest first."""
    quantity = std_quantity(snapshot, VENUES)
    volatilities = atm_volatility(snapshot).tolist()
    return tuple(
        _figures(snapshot, quantity, place, atm_iv, both_wings)
        for place, (atm_iv, both_wings) in enumerate(
            zip(volatilities, wings(snapshot), strict=True)
        )
    )


def max_pain(snapshot: Snapshot, scope: Flags) -> tuple[float, float] | None:
    """Return the max-pain strike of the contracts in scope and the payout there, both in USD.

    None without open interest: every strike would then do.
    """
    curve = pain_curve(snapshot, scope)
    if curve is None or not snapshot.oi_units[scope].any():
        return None
    return curve.lowest


def _figures(
    snapshot: Snapshot, quantity: Floats, place: int, atm_iv: float, both_wings: tuple[Wing, Wing]
) -> ExpiryFigures:
    scope = snapshot.expiry_index == place
    profile = strike_profile(snapshot, quantity, scope)
    put_wing, call_wing = both_wings
    return ExpiryFigures(
        expiry=snapshot.expiries[place],
        atm_iv=atm_iv,
        put_25d_iv=put_wing.at(_SKEW_DELTA),
        call_25d_iv=call_wing.at(_SKEW_DELTA),
        call_units=snapshot.oi_units[scope & snapshot.is_call].sum(axis=0),
        put_units=snapshot.oi_units[scope & ~snapshot.is_call].sum(axis=0),
        net_gex=profile.net.sum().item(),
        call_wall=_first(call_walls(profile, snapshot.spot)),
        put_wall=_first(put_walls(profile, snapshot.spot)),
        pain=max_pain(snapshot, scope),
    )


def _first(walls: tuple[float, ...]) -> float | None:
    return walls[0] if walls else None
