"""`/gex/max-pain`: the strike at which option holders are paid least.

Strikes are prices in USD, payouts USD, distances percent of the spot of the computation.
"""

from collections.abc import Mapping
from math import isclose
from typing import Any

from .. import records
from ..arithmetic import quotient
from ..read.values import Row, derive, figure, mapping
from ..scene import Scene

# Two statements of one payout differ beyond rounding.
_SAME_WITHIN = 0.005


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return max pain by expiry or of one expiry; None for a payload with neither."""
    data = scene.root
    stated = pain_of(mapping(data.get("max_pain")), scene.spot)
    curve, table = _curve(scene, stated), _table(scene)
    if not (table["leads"] or table["settled"] or {"max_pain", "pain_curve"} & data.keys()):
        return None
    alone = not (curve or table["leads"])
    return {
        **records.scope_of(data),
        "tokens": data.get("expiry_tokens") or None,
        "stated": stated if alone or stated["value"] is not None else None,
        "curve": curve,
        **table,
    }


def pain_of(block: Row, spot: float | None) -> dict[str, Any]:
    """Return the strike of a max pain block as a level, and the payout there."""
    return {**records.level(block.get("strike"), spot), "payout": figure(block.get("value"))}


def _table(scene: Scene) -> dict[str, Any]:
    """Return the expiries that have not settled, by days: those that lead, and the others."""
    served, spot = scene.root.get("per_expiry"), scene.spot
    alive, settled = records.by_expiry(records.rows_of(served), scene.instant)
    rows = [{**row, **pain_of(mapping(row.get("max_pain")), spot)} for row in alive]
    picks = {"front": next(iter(rows), None), "next anchor": records.next_anchor(rows)}
    leads = records.named(rows, picks)
    return {
        "leads": leads,
        "others": records.without(rows, (row for row, _ in leads)),
        "settled": derive(len, settled) or None,
    }


def _curve(scene: Scene, stated: Row) -> dict[str, Any] | None:
    """Return where the curve is least, what it pays beside spot, and how they compare.

    `differs` is the least point where it is not at the stated strike, `paid` what the curve pays
    there if not what is stated.
    """
    served, spot = scene.root.get("pain_curve"), scene.spot
    rows = records.paired(served, strike="strike", pain="pain")
    paid = {row["strike"]: row["pain"] for row in records.measured(rows, "strike", "pain")}
    if not paid:
        return None
    least = min(paid.values())
    ties = [strike for strike, pain in paid.items() if pain == least]
    at, payout = figure(stated["value"]), figure(stated["payout"])
    lowest = {**records.level(ties[0], spot), "payout": least}
    beside = min(paid, key=lambda strike: abs(strike - (spot or 0)))
    there = paid.get(ties[0] if at is None else at)
    same = there is None or payout is None or isclose(there, payout, rel_tol=_SAME_WITHIN)
    return {
        "points": derive(len, list(paid)),
        "least": lowest,
        "differs": None if at is None or at in ties else lowest,
        "paid": None if same else there,
        "near": {**records.level(beside, spot), "payout": paid[beside]} if spot else None,
        "sharpness": derive(quotient, paid[beside], least) if spot else None,
        "ties": ties if len(ties) > 1 else (),
    }
