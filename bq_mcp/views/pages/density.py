"""Risk-neutral price distributions by expiry: quartiles, the band asked for, odds beside a price.

Prices are in USD; odds are shares of 0 to 1 below and above a strike, as upstream serves them.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic import change, distance_pct, expiry_type, share_pct
from ..read.values import derive, figure, mapping, text
from ..scene import Scene
from .rows import around, by_expiry, keyed, next_anchor, ordered, paired, read, spread_ranks, tenor

_Row = Mapping[str, Any]
_MONTH = 30
# Where fewer than one in a hundred end beyond a strike, its odds are mostly noise.
_TAIL = 0.01
_RANKS = {"front": 1, "~30d": 2}
_ASKED_PRICE = ("strike", "price", "level", "target")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the front, the month and the next anchor; one expiry alone with its ladder of odds."""
    served = scene.root.get("expiries")
    listed = [{key: read(held) for key, held in row.items()} for row in keyed(served, "expiry")]
    ahead, settled = by_expiry(listed, scene.instant)
    rows = [*ahead, *settled]
    if not rows and served not in ({}, []):
        return None
    anchor, alone = next_anchor(ahead, scene.instant), len(rows) == 1
    picks = {
        "front": next(iter(rows), None),
        f"next {expiry_type(anchor['expiry'])}" if anchor else "": anchor,
        "~30d": tenor(ahead, "dte", _MONTH),
    }
    steps = _steps(rows[0]) if alone else []
    ladder = zip(steps, spread_ranks(len(steps)), strict=True)
    named = [(row, [name for name, pick in picks.items() if pick is row]) for row in rows]
    leads = [_lead(row, names, scene) for row, names in named if names]
    others = [_distribution(row, scene) for row, names in named if not names]
    return {
        "alone": alone,
        "leads": [{**lead, "name": ""} for lead in leads] if alone else leads,
        "others": others,
        "total": derive(len, others),
        # Evenly spread strikes stay longest, noisy tails go first.
        "ladder": [{**at, "importance": f"{_in_tail(at):d}{rank:0>5}"} for at, rank in ladder],
        "strikes": derive(len, steps),
        "upto": figure(scene.root.get("filtered_dte_max")),
    }


def _lead(row: _Row, names: Sequence[str], scene: Scene) -> _Row:
    """Return a distribution with the odds at the strikes beside spot and beside a price asked."""
    steps = _steps(row)
    asked = next(filter(None, map(figure, map(scene.query.get, _ASKED_PRICE))), None)
    return {
        **_distribution(row, scene),
        "name": ", ".join(names),
        "rank": min(_RANKS.get(name, 4) for name in names),
        "steps": [] if scene.spot is None else around(steps, "strike", scene.spot),
        "asked": asked,
        "beside": [] if asked is None else around(steps, "strike", asked),
    }


def _distribution(row: _Row, scene: Scene) -> _Row:
    listed = row.get("strikes")
    strikes = sorted(filter(None, map(figure, listed if isinstance(listed, list) else ())))
    settled, coarse = (figure(row["dte"]) or 0) < 0, _coarse(row, strikes)
    return {
        **row,
        "dte": None if settled else row["dte"],
        "settled": "past 08:00 UTC settlement" if settled else None,
        "away": derive(distance_pct, row.get("prob_50"), scene.spot),
        "width": derive(share_pct, row.get("std"), scene.spot),
        "coarse": coarse,
        "first": next(iter(strikes), None),
        "last": next(reversed(strikes), None),
        "band": _band({} if coarse else mapping(row.get("confidence_band")), scene),
    }


def _coarse(row: _Row, strikes: Sequence[float]) -> float | None:
    """Return the step of the strikes beside the median where it is wider than the distribution.

    Quartiles read between such strikes tell how the strikes are listed, not what is priced.
    """
    median = figure(row.get("prob_50"))
    place = 0 if median is None else bisect(strikes, median)
    step = derive(change, *strikes[place - 1 : place + 1]) if 0 < place < len(strikes) else None
    spread = figure(row.get("std")) or change(row.get("prob_25"), row.get("prob_75"))
    return step if step and spread is not None and spread < step else None


def _band(found: Mapping[str, object], scene: Scene) -> _Row:
    """Return the band asked for with its edges; as `gap` where it is not there, with the reason."""
    stated = (found.get("confidence"), scene.root.get("confidence_band_requested"))
    asked = next(filter(None, map(figure, (*stated, scene.query.get("confidence_band")))), None)
    lower, upper = figure(found.get("lower")), figure(found.get("upper"))
    if found.get("available") is False or lower is None or upper is None:
        return {"asked": None, "gap": asked, "reason": text(found.get("reason"))}
    return {"asked": asked, "lower": lower, "upper": upper, "gap": None, "reason": None}


def _steps(row: _Row) -> list[_Row]:
    return ordered(paired(row, strike="strikes", below="cdf_below", above="cdf_above"), "strike")


def _in_tail(row: _Row) -> bool:
    below = figure(row["below"])
    return below is not None and not _TAIL <= below <= 1 - _TAIL
