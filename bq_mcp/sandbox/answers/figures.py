"""How single figures are rounded for the wire; what is not a number becomes None."""

from math import isnan

IV_DECIMALS = 2
"""Of volatilities in percent, and of their differences in points."""


def iv_pct(volatility: float | None) -> float | None:
    """Return a decimal volatility, or a difference of two, in percent points."""
    return rounded(None if volatility is None else volatility * 100, IV_DECIMALS)


def rounded(value: float | None, decimals: int) -> float | None:
    """Return a value with so many decimals, and never a negative zero."""
    return None if value is None or isnan(value) else round(float(value), decimals) + 0.0
