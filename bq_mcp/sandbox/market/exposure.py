"""Dealer gamma exposure by strike.

Exposure of a contract is its gamma in USD per 1 % move times the signed dealer quantity in coin.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.placement import THOUSANDTHS
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.vocabulary import VENUES


@dataclass(frozen=True)
class StrikeProfile:
    """Net exposure in USD per 1 % move at each strike, strikes ascending and each once."""

    strikes: Floats
    net: Floats


def std_quantity(snapshot: Snapshot, venues: tuple[str, ...]) -> Floats:
    """Return dealer coins by contract under the textbook rule: calls long, puts short."""
    units = snapshot.oi_units[:, venue_columns(venues)].sum(axis=1)
    quantity: Floats = np.where(snapshot.is_call, units, -units) / THOUSANDTHS
    return quantity


def flow_quantity(snapshot: Snapshot, venues: tuple[str, ...]) -> Floats | None:
    """Return dealer coins by contract as the tape adds up; None where there is no tape."""
    if snapshot.dealer_units is None:
        return None
    quantity: Floats = snapshot.dealer_units[:, venue_columns(venues)].sum(axis=1) / THOUSANDTHS
    return quantity


def venue_columns(venues: tuple[str, ...]) -> Flags:
    """Mark the columns of a by-venue array that belong to the named venues."""
    return np.array([venue in venues for venue in VENUES])


def strike_profile(snapshot: Snapshot, quantity: Floats, scope: Flags) -> StrikeProfile:
    """Sum the exposure of the contracts in scope over each strike they have."""
    strikes, place = np.unique(snapshot.strike[scope], return_inverse=True)
    exposure = (snapshot.gamma_dollars * quantity)[scope]
    net = np.bincount(place, weights=exposure, minlength=len(strikes))
    return StrikeProfile(strikes=strikes, net=net.astype(np.float64))
