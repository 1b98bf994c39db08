"""Risk-neutral price distributions by expiry: quartiles, the band asked for, odds beside a price.

Prices are in USD; odds are shares of 0 to 1 below and above a strike, as upstream serves them.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from typing import Any

from .. import records
from ..arithmetic import change, distance_pct, share_pct, thinned
from ..digest.curve import tenors
from ..read.values import Row, derive, figure, mapping, text
from ..records import around, ordered, paired, read
from ..scene import Scene

_RANKS = {"front": 1, "~30d": 2}
_SURE = 0.001
_ASKED_PRICE = ("strike", "price", "level", "target")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the front, the month and the next anchor; one expiry alone with its ladder of odds."""
    served = mapping(scene.root.get("expiries"))
    rows = [
        {name: read(held) for name, held in mapping(row).items()} | {"expiry": token}
        for token, row in served.items()
    ]
    if not rows:
        return None
    ahead, settled = records.by_expiry(rows, scene.instant)
    chosen = tenors([{**row, "at": row} for row in ahead], [30])
    leads = [_lead(row, names, scene) for names, row in chosen]
    alone = len(ahead) == 1
    steps = leads[0]["steps"] if alone else []
    return {
        "alone": alone,
        "leads": leads,
        "left": derive(len, ahead[len(chosen) :]) or None,
        "ladder": records.placed(steps, _evenly(steps)),
        "upto": figure(scene.root.get("filtered_dte_max")),
        "settled": records.values_of(settled, "expiry") or None,
    }


def _evenly(steps: Sequence[Row]) -> list[Row]:
    """Return the steps whose odds are neither sure nor none: round strikes first, spread evenly."""
    open_ = [step for step in steps if _SURE < (figure(step["below"]) or 0.0) < 1 - _SURE]
    spread = (open_[at] for at in thinned(len(open_)))
    return sorted(spread, key=lambda step: len(f"{step['strike']:.10g}".rstrip("0")))


def _lead(row: Row, names: str, scene: Scene) -> Row:
    """Return a distribution with the odds at the strikes beside spot and beside a price asked."""
    steps = ordered(paired(row, strike="strikes", below="cdf_below", above="cdf_above"), "strike")
    strikes = [step["strike"] for step in steps]
    asked = next(filter(None, map(figure, map(scene.query.get, _ASKED_PRICE))), None)
    coarse = _coarse(row, strikes)
    return {
        **row,
        "name": names,
        "rank": min(_RANKS.get(name, 4) for name in names.split(", ")),
        "away": derive(distance_pct, row.get("prob_50"), scene.spot),
        "width": derive(share_pct, row.get("std"), scene.spot),
        "coarse": coarse,
        "band": _band({} if coarse else mapping(row.get("confidence_band")), scene),
        "steps": steps,
        "near": [] if scene.spot is None else around(steps, "strike", scene.spot),
        "asked": asked,
        "beside": [] if asked is None else around(steps, "strike", asked),
    }


def _coarse(row: Row, strikes: Sequence[Any]) -> float | None:
    """Return the step of the strikes beside the median where it is wider than the distribution.

    Quartiles read between such strikes tell how the strikes are listed, not what is priced.
    """
    median = figure(row.get("prob_50"))
    place = 0 if median is None else bisect(strikes, median)
    step = derive(change, *strikes[place - 1 : place + 1]) if 0 < place < len(strikes) else None
    spread = figure(row.get("std")) or change(row.get("prob_25"), row.get("prob_75"))
    return step if step and spread is not None and spread < step else None


def _band(found: Mapping[str, object], scene: Scene) -> Row:
    """Return the band asked for with its edges; as `gap` where it is not there, with the reason."""
    stated = (found.get("confidence"), scene.root.get("confidence_band_requested"))
    asked = next(filter(None, map(figure, (*stated, scene.query.get("confidence_band")))), None)
    lower, upper = figure(found.get("lower")), figure(found.get("upper"))
    if found.get("available") is False or lower is None or upper is None:
        return {"asked": None, "gap": asked, "reason": text(found.get("reason"))}
    return {"asked": asked, "lower": lower, "upper": upper, "gap": None, "reason": None}
