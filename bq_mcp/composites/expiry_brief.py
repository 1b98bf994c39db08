"""One expiry: its place on the board, its exposure by strike, the range priced for it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..views.arithmetic import seconds_between
from ..views.model import Question
from ..views.pages import density, strike_profile
from ..views.read.values import expiry_day, settlement
from ..views.records import is_anchor
from ..views.scene import Scene
from .part import Page, Part, failures
from .reading import board_of

# Nearer than this an expiry's hours say more than its date.
_SOON_S = 172_800.0


def page(parts: Sequence[Part], question: Question) -> Page:
    """Return what the brief says; a part that failed leaves its figures out."""
    held, expiry = {part.ask.name: part for part in parts}, question.query["expiry"]
    board = held["expiries"].pick(board_of)
    row = _row(board, expiry) if board else None
    priced = held["density"].pick(partial(_priced, expiry=expiry))
    strikes = held["strikes"].pick(strike_profile.page)
    now = next(part.scene.now for part in parts if part.scene)
    left = seconds_between(now, settlement(expiry)) or 0.0
    following = board["anchor"] if board else None
    role = (
        "next anchor" if row is following else "anchor" if row and is_anchor(row) else "no anchor"
    )
    unlisted = board is not None and row is None and left > 0
    # Of an expiry that is not listed there is nothing else to miss.
    missed = [part for part in parts if not (unlisted and part.kind == "no_data")]
    context = {
        "expiry": expiry,
        "settles": settlement(expiry),
        "left": left if 0 < left < _SOON_S else None,
        "settled": left <= 0,
        "board": board,
        "row": row,
        "role": role,
        "next": None if row is following else following,
        "nearest": _nearest(board["rows"], expiry) if board and unlisted else None,
        "failures": failures(missed),
        "strikes": strikes if strikes and strikes["strikes"] else None,
        "priced": priced,
    }
    return Page(context, [part for part in (held["strikes"],) if not part.kind])


def _row(board: Mapping[str, Any], expiry: object) -> Mapping[str, Any] | None:
    day = expiry_day(expiry)
    return next((row for row in board["rows"] if expiry_day(row["expiry"]) == day), None)


def _priced(scene: Scene, *, expiry: object) -> Mapping[str, Any] | None:
    """Return the distribution of the expiry, of a reply that may hold others."""
    found = density.page(scene)
    day = expiry_day(expiry)
    leads = found["leads"] if found else []
    return next((lead for lead in leads if expiry_day(lead["expiry"]) == day), None)


def _nearest(rows: Sequence[Mapping[str, Any]], expiry: object) -> Mapping[str, Any] | None:
    """Return the listed expiry whose day is nearest."""
    day = expiry_day(expiry)
    dated = [
        (abs((own - day).days), row) for row in rows if day and (own := expiry_day(row["expiry"]))
    ]
    return min(dated, key=lambda pair: pair[0], default=(0, None))[1]
