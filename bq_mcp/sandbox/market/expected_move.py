"""The move priced for the coming day, as one standard deviation of spot."""

import numpy as np

from bq_mcp.sandbox.market.calendar import YEAR_DAYS, YEAR_S
from bq_mcp.sandbox.market.snapshot import Snapshot


def one_day_deviation(snapshot: Snapshot) -> float:
    """Return S * sqrt(w) in USD, w being the at-the-money total variance of one day.

    Total variance runs straight between expiries and from zero to the first of them.
    """
    settlements = [expiry.settles_at - snapshot.instant for expiry in snapshot.expiries]
    years = [left.total_seconds() / YEAR_S for left in settlements]
    w = np.interp(1 / YEAR_DAYS, [0.0, *years], [0.0, *snapshot.theta])
    return float(snapshot.spot * np.sqrt(w))
