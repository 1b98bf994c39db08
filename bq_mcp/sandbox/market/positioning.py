"""Which model signs the dealers' book, and why it may not be the one asked for."""

from dataclasses import dataclass
from typing import Literal

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.exposure import flow_quantity, std_quantity
from bq_mcp.sandbox.market.snapshot import Snapshot

Fallback = Literal["no_aggressor_tape_for_symbol", "flow_tape_empty", "flow_qty_all_zero"]


@dataclass(frozen=True)
class DealerModel:
    """The model that ran, dealer coins by contract, and what kept flow from running."""

    name: Literal["flow", "std"]
    quantity: Floats
    fallback_reason: Fallback | None = None


def dealer_model(snapshot: Snapshot, requested: str, venues: tuple[str, ...]) -> DealerModel:
    """Sign the book by `flow` where that was asked for and can be built, else by `std`."""
    textbook = std_quantity(snapshot, venues)
    if requested != "flow":
        return DealerModel("std", textbook)
    if not COIN_PARAMETERS[snapshot.symbol].has_tape:
        return DealerModel("std", textbook, "no_aggressor_tape_for_symbol")
    measured = flow_quantity(snapshot, venues)
    if measured is None:
        return DealerModel("std", textbook, "flow_tape_empty")
    if not measured.any():
        return DealerModel("std", textbook, "flow_qty_all_zero")
    return DealerModel("flow", measured)
