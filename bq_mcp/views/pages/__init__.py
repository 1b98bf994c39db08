"""Pages: endpoints whose documented shape needs its own selection or arithmetic.

`PAGES` maps a path to the function that reads its reply. It returns the context of the template
of that path, or a sheet; None where the payload lacks what the page leads with.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ..digest.sheet import Sheet
from ..scene import Scene
from . import (
    chain,
    density,
    expiry_summary,
    flow_by_strike,
    levels,
    max_pain,
    opex,
    service,
    skew,
    strike_profile,
    term_structure,
    trace,
    trace_summary,
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
    "/options/expiry-summary": expiry_summary.page,
    "/options/greeks/trace/{greek}": trace.page,
    "/options/greeks/trace/{greek}/summary": trace_summary.page,
    "/options/iv/skew": skew.page,
    "/options/iv/term-structure": term_structure.page,
    "/options/opex": opex.page,
    "/options/probability/density": density.page,
    "/status": service.status,
    "/symbols": service.symbols,
    "/tape/flow-by-strike": flow_by_strike.page,
}
