"""What composites read from pages together."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from ..views.arithmetic import missing, quotient, total
from ..views.pages import board as boards
from ..views.pages import volatility
from ..views.read.values import Derived, derive, figure
from ..views.records import by_expiry, next_anchor, paired, top, values_of
from ..views.scene import Scene
from .part import Part

_OPEN = {
    "expiry": ("expiries", "expiry", "expiry_date"),
    "dte": "dte",
    "puts": "put_oi",
    "calls": "call_oi",
}
_MONTH = "30d"
Reading = Literal["damping", "amplifying", "opposed", "models", ""]


def reading(
    levels: Mapping[str, Any] | None, strikes: Mapping[str, Any] | None, signed: Sequence[Part]
) -> Reading:
    """Return what the side of the flip and the net exposure, two facts, say in the usual reading.

    "opposed" where they do not agree, "models" where two models made them, "" where one of them is
    missing.
    """
    side = levels and levels["all_expiry"]["flip"]["side"]
    net = figure(strikes["sums"]["net"]) if strikes else None
    if side not in ("above", "below") or not net:
        return ""
    if len({part.model.get("effective") for part in signed}) > 1:
        return "models"
    if (side == "above") != (net > 0):
        return "opposed"
    return "damping" if net > 0 else "amplifying"


def board_of(scene: Scene) -> Mapping[str, Any] | None:
    """Return what a summary of expiries says: board, curve, skews, next anchor, put/call ratio."""
    board, curve = boards.board(scene), volatility.term_structure(scene)
    wings = volatility.skew(scene)
    if not board["rows"] or curve is None or wings is None:
        return None
    near = dict(curve["tenors"])
    return {
        **board,
        **{name: wings[name] for name in ("week", "month", "steepest")},
        "curve": curve,
        **_month_iv(curve),
        # Tenors that no expiry is near.
        "between": [of for of in curve["between"] if of["name"] not in near],
        "anchor": next_anchor(board["rows"]),
        "largest": next(iter(top(board["rows"], "oi", 1)), None),
        "ratio": _put_call(scene),
    }


def _month_iv(curve: Mapping[str, Any]) -> dict[str, Any]:
    """Return the volatility of 30 days, `is_read` between two expiries unless one is near alone."""
    read = {of["name"]: of["iv"] for of in curve["between"]}
    listed = {name: row["iv"] for name, row in curve["tenors"]}
    return {"month_iv": read.get(_MONTH, listed.get(_MONTH)), "is_read": _MONTH in read}


def _put_call(scene: Scene) -> Derived | None:
    """Return put over call open interest of all expiries, None where one of them lacks a side."""
    alive, _ = by_expiry(paired(scene.data, **_OPEN), scene.instant)
    sides = [values_of(alive, name) for name in ("puts", "calls")]
    return None if missing(chain(*sides)) else derive(quotient, *map(total, sides))
