"""Figures and whole columns as they go on the wire; nan becomes None, -0 becomes 0."""

from math import isnan

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.placement import THOUSANDTHS

IV_DECIMALS = 2
"""Of volatilities in percent, and of their differences in points."""
_USD_DECIMALS = 2
_RATIO_DECIMALS = 4


def iv_pct(volatility: float | None) -> float | None:
    """Return a decimal volatility, or a difference of two, in percent points."""
    return rounded(None if volatility is None else volatility * 100, IV_DECIMALS)


def rounded(value: float | None, decimals: int) -> float | None:
    """Return a value with so many decimals, and never a negative zero."""
    return None if value is None or isnan(value) else round(float(value), decimals) + 0.0


def usd(value: float) -> float:
    """Round US dollars to cents."""
    return round(value, _USD_DECIMALS) + 0.0


def coins(units: int) -> float:
    """Turn thousandths of a coin into coin, exactly."""
    return units / THOUSANDTHS


def ratio(part: int, whole: int) -> float | None:
    """Divide sizes; None where there is nothing to divide by."""
    return round(part / whole, _RATIO_DECIMALS) if whole else None


def column(values: Floats, decimals: int) -> list[float | None]:
    """Round an array for the wire, as single figures are rounded; nan becomes None."""
    return [rounded(value, decimals) for value in values.tolist()]


def usd_column(values: Floats) -> list[float | None]:
    """Round US dollars to cents."""
    return column(values, _USD_DECIMALS)


def coin_column(units: Floats | Ints) -> list[float]:
    """Turn whole thousandths of a coin into coin, exactly."""
    return [unit / THOUSANDTHS for unit in units.tolist()]


def matrix(table: Floats, decimals: int) -> list[list[float | None]]:
    """Round a table for the wire; nan becomes None."""
    cells: list[list[float | None]] = (table.round(decimals) + 0.0).tolist()
    if np.isnan(table).any():
        return [[None if cell != cell else cell for cell in row] for row in cells]
    return cells
