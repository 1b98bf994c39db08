"""What `meta.extra` says of the dealer model and the venues behind signed figures."""

from typing import Any

from bq_mcp.sandbox.market import VENUES
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.positioning import DealerModel

GEX_SCALE = "gamma * spot^2 * size * 0.01, USD per 1% move"


def chosen_venues(parameters: CoinParameters, venues: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the venues of this coin that a filter leaves; unknown names do not filter."""
    known = set(venues or ()) & set(VENUES)
    return tuple(venue for venue in parameters.venues if not known or venue in known)


def signing_extra(
    model: DealerModel, requested: str, venues: tuple[str, ...], **facts: str
) -> dict[str, Any]:
    """Return the model that ran, the one asked for, why they differ, and the venues combined.

    `facts` are further words of the aggregation block.
    """
    aggregation: dict[str, Any] = {"chain_venues": list(venues)}
    if model.name == "flow":
        aggregation["flow_venues"] = list(venues)
    extra: dict[str, Any] = {
        "positioning": model.name,
        "positioning_requested": requested,
        "aggregation": aggregation | facts,
    }
    if model.fallback_reason:
        extra["positioning_fallback_reason"] = model.fallback_reason
    return extra
