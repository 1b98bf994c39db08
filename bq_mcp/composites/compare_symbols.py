"""Several symbols on one measure, a line each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..views.arithmetic import missing, share_pct, total
from ..views.model import Question
from ..views.pages import levels, strike_profile
from ..views.read.values import derive, figure
from ..views.records import values_of
from ..views.scene import Scene
from .part import Page, Part
from .reading import board_of, reading

_PICKS: Mapping[str, Callable[[Scene], Mapping[str, Any] | None]] = {
    "levels": levels.page,
    "strikes": strike_profile.page,
    "expiries": board_of,
}
_PERCENT = {"decimal": 100.0, "percent": 1.0}


def page(parts: Sequence[Part], question: Question) -> Page:
    """Return a row for each symbol that has an answer: by size where the measure compares.

    Levels and exposures stand in the order asked, because two models may have made them.
    """
    measure = str(question.query["measure"])
    items = dict.fromkeys(part.ask.item for part in parts)
    rows = [_row(item, [part for part in parts if part.ask.item == item]) for item in items]
    rows = [row for row in rows if row["answered"]]
    if measure in ("vol", "skew", "oi"):
        rows.sort(key=lambda row: (row["sizes"][measure] is None, -(row["sizes"][measure] or 0)))
    signed = [part for part in parts if part.ask.name != "expiries" and not part.kind]
    models = dict.fromkeys(str(part.model.get("effective")) for part in signed)
    sides: dict[str, list[str]] = {}
    for row in rows:
        sides.setdefault(row["side"], []).append(row["symbol"])
    context = {
        "measure": measure,
        "rows": rows,
        "sides": sides,
        "models": [*models] if len(models) > 1 else None,
    }
    return Page(context, signed, by_row=True)


def _row(symbol: str, parts: Sequence[Part]) -> dict[str, Any]:
    found = {part.ask.name: part.pick(_PICKS[part.ask.name]) for part in parts}
    around, strikes, board = (found.get(name) for name in _PICKS)
    signed = [part for part in parts if part.ask.name != "expiries" and not part.kind]
    sums = strikes["sums"] if strikes else {}
    flip = around["all_expiry"]["flip"] if around else {}
    return {
        "symbol": symbol,
        "answered": any(found.values()),
        "spot": next((part.spot for part in parts if part.spot), None),
        "levels": around,
        "strikes": strikes,
        "board": board,
        "model": signed[0].model if signed else None,
        "side": flip.get("side") or flip.get("none") or "flip n/a",
        "reading": reading(around, strikes, signed),
        "tilt": derive(share_pct, sums.get("net"), strikes["gross"]) if strikes else None,
        **(_volatility(board) if board else {"sizes": dict.fromkeys(("vol", "skew", "oi"))}),
    }


def _volatility(board: Mapping[str, Any]) -> dict[str, Any]:
    """Return tenors, open interest in USD, and the sizes to sort by: volatilities in percent."""
    scale = _PERCENT.get(board["scale"])
    served = {"vol": board["month_iv"], "skew": (board["month"] or {}).get("skew_25d")}
    sizes = {name: _scaled(value, scale) for name, value in served.items()}
    usd = values_of(board["rows"], "usd")
    whole = None if missing(usd) else derive(total, usd)
    named = [
        {**row, "name": name, "scale": board["scale"]} for name, row in board["curve"]["tenors"]
    ]
    return {"usd": whole, "tenors": named, "sizes": {**sizes, "oi": whole}}


def _scaled(value: object, scale: float | None) -> float | None:
    size = figure(value)
    return None if size is None or scale is None else size * scale
