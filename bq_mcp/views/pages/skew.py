"""Skew and butterfly by expiry: put IV minus call IV, on the scale of the levels beside it."""

from collections.abc import Mapping
from typing import Any

from ..arithmetic import side
from ..read.values import derive, number
from ..records import by_expiry, common_scale, paired, tenor, top, values_of, without
from ..scene import Scene

_WEEK, _MONTH = 7, 30
_NOISY = 2
_DEARER = {"above": "puts dearer", "below": "calls dearer", "at": "even"}
_LEVELS = ("atm_iv", "put_25d_iv", "call_25d_iv")
_FIGURES = ("dte", *_LEVELS, "skew_25d", "skew_10d", "butterfly_25d")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the expiries near a week and a month, the steepest one, and all rows.

    Rows of less than two days are noisy and lead nothing; settled ones are only counted.
    """
    served = paired(scene.data, expiry=("expiries", "expiry"), **{name: name for name in _FIGURES})
    if not served:
        return None
    ahead, settled = by_expiry(served, scene.instant)
    rows = [{**row, "dearer": _DEARER.get(side(row["skew_25d"], 0) or "")} for row in ahead]
    noisy = [row for row in rows if (days := number(row["dte"])) is not None and days < _NOISY]
    calm = without(rows, noisy)
    return {
        "scale": common_scale(level for name in _LEVELS for level in values_of(rows, name)),
        "calm": calm,
        "total": derive(len, calm),
        "week": tenor(calm, "dte", _WEEK),
        "month": tenor(calm, "dte", _MONTH),
        "steepest": next(iter(top(calm, "skew_25d", 1)), None),
        "noisy": noisy,
        # Without calm rows the noisy ones are all there is.
        "noisy_rank": 4 if calm else 1,
        "settled": derive(len, settled) or None,
    }
