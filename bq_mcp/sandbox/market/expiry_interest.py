"""How much open interest each expiry carries, in coin, at the opening of each session.

An expiry grows from nothing when it is listed, an anchor hands part of its interest to the next
anchor over its last days, and what is left disappears when it settles.
"""

from math import exp

import numpy as np

from bq_mcp.sandbox.market.calendar import (
    ExpiryKind,
    is_anchor,
    kind_of,
    listed_on,
    previous_anchor,
)
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script

_SHARE_BY_DAYS_LEFT: dict[ExpiryKind, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "daily": ((0,), (0.0165,)),
    "weekly": ((0,), (0.135,)),
    "monthly": ((25, 45, 91), (0.165, 0.125, 0.04)),
    "quarterly": ((60, 98, 182, 273, 364), (0.26, 0.135, 0.07, 0.035, 0.015)),
}
"""Share of all open interest against days left, straight between the knots, before growth."""

_GROWTH_DAYS: dict[ExpiryKind, float] = {"daily": 3, "weekly": 20, "monthly": 15, "quarterly": 30}
_JITTER_SD = 0.12
_ROLL_DAYS = 5
_ROLL_LEAST = 0.20
_ROLL_MOST = 0.35
_PUT_CALL_SD = 0.10
_SIZE, _ROLL, _PUT_CALL = range(3)


class ExpiryInterest:
    """Open interest by expiry of one coin's options."""

    def __init__(self, seed: int, parameters: CoinParameters, script: Script) -> None:
        self._parameters = parameters
        self._script = script
        self._stream = Stream(seed, parameters.symbol, "interest")

    def coins(self, day: int, session: int) -> float:
        """Return the coins open in the expiry of a day when a session opens.

        On the settlement day itself this is the amount that is about to settle.
        """
        own = self._grown(day, session)
        if not is_anchor(day):
            return own
        before = previous_anchor(day)
        received = self._rolled(before, session)
        return own - self._rolled(day, session) + received

    def put_share(self, day: int) -> float:
        """Return the part of an expiry's open interest that is in puts."""
        jitter = self._stream.normals(_PUT_CALL, day).item()
        ratio = self._parameters.put_call_ratio * exp(_PUT_CALL_SD * jitter)
        return ratio / (1 + ratio)

    def _grown(self, day: int, session: int) -> float:
        kind = kind_of(day)
        age = session - listed_on(self._parameters.ladder, day)
        if age <= 0:
            return 0.0
        days_left, shares = _SHARE_BY_DAYS_LEFT[kind]
        share = float(np.interp(day - session, days_left, shares))
        size = exp(_JITTER_SD * self._stream.normals(_SIZE, day).item())
        total = self._parameters.options_oi * self._parameters.oi_scale
        grown = total * share * size * (1 - exp(-age / _GROWTH_DAYS[kind]))
        return grown * self._script.settlement_build_up(day, session)

    def _rolled(self, day: int, session: int) -> float:
        """Return what an anchor has handed on so far; the next one keeps it."""
        progress = min(max(1 - (day - session) / _ROLL_DAYS, 0.0), 1.0)
        if not progress:
            return 0.0
        draw = self._stream.uniforms(_ROLL, day).item()
        share = _ROLL_LEAST + (_ROLL_MOST - _ROLL_LEAST) * draw
        return share * progress * self._grown(day, min(session, day))
