"""One market at a glance: levels, net exposure, volatility, skew, the next anchor."""

from collections.abc import Sequence

from ..views.model import Question
from ..views.pages import levels, strike_profile
from .part import Page, Part
from .reading import board_of, reading


def page(parts: Sequence[Part], question: Question) -> Page:
    """Return what the brief says; a part that failed leaves its figures out."""
    held = {part.ask.name: part for part in parts}
    around, strikes = held["levels"].pick(levels.page), held["strikes"].pick(strike_profile.page)
    signed = [part for part in (held["levels"], held["strikes"]) if not part.kind]
    context = {
        "levels": around,
        "strikes": strikes,
        "board": held["expiries"].pick(board_of),
        "reading": reading(around, strikes, signed),
        "signed": signed,
    }
    return Page(context, signed)
