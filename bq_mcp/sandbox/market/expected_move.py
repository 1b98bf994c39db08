"""The move priced for the coming day, as one standard deviation of spot."""

import numpy as np

from bq_mcp.sandbox.market.calendar import YEAR_DAYS
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.term import at_the_money, years_left


def one_day_deviation(snapshot: Snapshot, seed: int, venues: tuple[str, ...]) -> float | None:
    """Return S * sqrt(w) in USD, w being the named venues' at-the-money variance of one day.

    Total variance runs straight between the expiries that they mark and from zero to the first of
    them. None where they mark none.
    """
    volatility = at_the_money(snapshot, seed, venues)
    marked = ~np.isnan(volatility)
    if not marked.any():
        return None
    years = years_left(snapshot)[marked]
    variance = volatility[marked] ** 2 * years
    w = np.interp(1 / YEAR_DAYS, [0.0, *years], [0.0, *variance])
    return float(snapshot.spot * np.sqrt(w))
