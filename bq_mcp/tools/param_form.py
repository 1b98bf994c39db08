"""How one parameter takes its values: what its catalog entry and its hint say together."""

import re
from dataclasses import dataclass
from typing import Any

from ..catalog import Hint, Param, ParamHint
from ..catalog.hints import ExpiryForm, InstantForm
from ..catalog.model import ParamType
from .numbers import Unit, unit_of

_UNKNOWN = ParamHint()


@dataclass(frozen=True, slots=True)
class ParamForm:
    """What a parameter takes: one value of the type `kind`, or several where it `is_list`.

    `allowed` is the closed set of upstream, () when open; `unit` is that of a number. The other
    fields are those of `ParamHint`.
    """

    kind: ParamType = "string"
    is_list: bool = False
    allowed: tuple[Any, ...] = ()
    neutral: str = ""
    every: bool = False
    expiry: ExpiryForm = ""
    words: tuple[str, ...] = ()
    instant: InstantForm = ""
    unit: Unit = ""
    positive: bool = False
    listed: str = ""
    several: str = ""

    @property
    def offered(self) -> tuple[Any, ...]:
        """Return the closed set as it is shown: one value takes the neutral word as well."""
        is_shown = self.allowed and self.neutral and not self.is_list
        added = (self.neutral,) if is_shown and self.neutral not in self.allowed else ()
        return (*self.allowed, *added)


def form_of(param: Param, hint: Hint) -> ParamForm:
    """Return how `param` takes its values."""
    known = hint.params.get(param.name, _UNKNOWN)
    kind = param.item_type if param.type == "array" else param.type
    is_text = kind == "string"
    return ParamForm(
        kind=kind,
        is_list=_is_list(param, hint),
        allowed=_members(param, known),
        neutral=known.neutral if is_text else "",
        every=known.every,
        expiry=known.expiry if is_text else "",
        words=known.words,
        instant=known.instant if is_text else "",
        unit=unit_of(param.name, known.note or param.description),
        positive=known.positive,
        listed=known.listed,
        several=known.several,
    )


def _is_list(param: Param, hint: Hint) -> bool:
    """Tell whether a parameter takes several members, joined on the wire or repeated."""
    if param.type != "string":
        return param.type == "array"
    known = hint.params.get(param.name)
    if known is not None:
        return known.csv
    return not param.enum and _speaks_of_commas(param.description)


def _members(param: Param, known: ParamHint) -> tuple[Any, ...]:
    """Return the closed set; the catalog's own wins over the hint's, which can only close texts."""
    if param.type == "array":
        return param.item_enum or (known.members if param.item_type == "string" else ())
    return param.enum or (known.members if param.type == "string" else ())


def _speaks_of_commas(text: str) -> bool:
    return re.search(r"\b(commas?|csv)(?![a-z])", text, re.IGNORECASE) is not None
