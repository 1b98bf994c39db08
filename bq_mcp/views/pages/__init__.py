"""Pages: endpoints whose documented shape needs its own selection or arithmetic.

`PAGES` maps a path to the function that reads its reply. It returns the context of the template
of that path, or a sheet; None where the payload lacks what the page leads with.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..digest import digest_of
from ..digest.sheet import Sheet
from ..scene import Scene
from . import (
    board,
    chain,
    density,
    led,
    levels,
    max_pain,
    service,
    strike_profile,
    trace,
    volatility,
)

Page = Callable[[Scene], Mapping[str, Any] | Sheet | None]

PAGES: Mapping[str, Page] = {
    "/changelog": service.changelog,
    "/endpoints": service.endpoints,
    "/expiries": service.expiries,
    "/gex/levels": levels.page,
    "/gex/max-pain": max_pain.page,
    "/gex/strike-profile": strike_profile.page,
    "/health": service.health,
    "/meta": service.meta,
    "/multi/gex/levels": levels.several,
    "/options/chain": chain.page,
    "/options/expiry-summary": board.summary,
    "/options/greeks/trace/{greek}": trace.page,
    "/options/greeks/trace/{greek}/summary": partial(digest_of, led=led.trace_summary),
    "/options/iv/skew": volatility.skew,
    "/options/iv/term-structure": volatility.term_structure,
    "/options/opex": board.opex,
    "/options/probability/density": density.page,
    "/status": service.status,
    "/symbols": service.symbols,
    "/tape/flow-by-strike": partial(digest_of, led=led.flow_by_strike),
}
