"""Build the Jinja environment of the views.

Payloads reach a template only through this environment: a field of a record is looked up as a
key, never as an attribute, and text comes out on one bounded line.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, StrictUndefined, Undefined

from ..text import clean
from ..words import prompts_root
from . import ages, caveats, columns, curves, derived, paired
from .arrange import ARRANGE_FILTERS
from .filters import MISSING, TEMPLATE_FILTERS, served
from .grids import grid_of
from .once import Once
from .routes import routes
from .select import ROW_FILTERS, evenly, records
from .tenors import TENOR_FILTERS
from .values import TEXT, holds

_TEXT_LIMIT = 160
_PRINTABLE = frozenset({float, int, dict, bool, type(None)})
_LISTED = 200
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        derived.distance_pct,
        derived.side,
        derived.regime,
        derived.iv_scale,
        derived.change,
        derived.share_pct,
        derived.total,
        derived.quotient,
        derived.missing,
        derived.sum_by_key,
        derived.gross,
        derived.middle,
        derived.days_until,
        derived.settlements,
        derived.seconds_between,
        derived.expiry_type,
        derived.number_of,
        derived.tally,
        records,
        evenly,
        paired.paired,
        paired.keyed,
        paired.spelled,
        caveats.unserved,
        curves.humps,
        curves.zeros,
        grid_of,
        routes,
        ages.age,
    )
}
# These go over rows, and are worked out once an answer as the row filters are; what takes single
# values is cheaper to repeat.
_OVER_ROWS = (
    "iv_scale total missing sum_by_key gross middle settlements tally "
    "records evenly paired keyed humps zeros grid_of"
)


class Views(Environment):
    """An environment whose templates see payloads as data without methods.

    `rows_shown` remembers by tool and detail how many rows the last answer had room for: the next
    one, seconds later, is likely to have room for as many. `once` spares an answer repeated work.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.rows_shown: dict[tuple[str, str], int] = {}
        self.once = Once()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a record; single values and lists have none."""
        if type(obj) is dict or isinstance(obj, Mapping):
            return self.getitem(obj, attribute)
        if obj is None or isinstance(obj, (str, int, float, list, tuple)):
            return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a key of a record or a place in a list, text made safe to print."""
        if not isinstance(obj, (dict, list, tuple, Mapping)):
            return super().getitem(obj, argument)
        try:
            value = obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=str(argument))
        return value if type(value) in _PRINTABLE else presentable(value)


def presentable(value: Any) -> Any:
    """Return `value` with its text, and that of a list in it, on one bounded line."""
    if isinstance(value, str):
        return clean(value, _TEXT_LIMIT)
    if isinstance(value, list) and holds(value[:_LISTED], TEXT):
        return [clean(item, _TEXT_LIMIT) if isinstance(item, str) else item for item in value]
    return value


def build(*, strict: bool = False, root: Path | None = None) -> Views:
    """Return an environment over the templates in `root`, by default those of the package.

    A `strict` one raises on a name that is not there, for tests; the other one takes it as
    missing.
    """
    environment = Views(
        loader=FileSystemLoader(root or prompts_root() / "views"),
        undefined=StrictUndefined if strict else ChainableUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,
        auto_reload=False,
    )
    wrap = _refusing_undefined if strict else _unchanged
    row_filters = {
        **ROW_FILTERS,
        **TENOR_FILTERS,
        **ARRANGE_FILTERS,
        "names_one_of": columns.names_one_of,
    }
    environment.filters.update(_wrapped(TEMPLATE_FILTERS, wrap))
    environment.filters.update(_wrapped(_wrapped(row_filters, wrap), environment.once.recalling))
    functions = _wrapped(_FUNCTIONS, wrap)
    recalled = {name: environment.once.recalling(functions[name]) for name in _OVER_ROWS.split()}
    environment.globals.update(functions | recalled)
    return environment


@cache
def service() -> Views:
    """Return the environment answers are rendered in, built once."""
    return build()


@cache
def template_names(environment: Views) -> frozenset[str]:
    """Return the templates there are."""
    return frozenset(environment.list_templates())


def _wrapped(functions: Mapping[str, Any], wrap: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: wrap(function) for name, function in functions.items()}


def _unchanged(function: Any) -> Any:
    return function


def _finalize(value: Any) -> Any:
    if type(value) is str:
        # Nearly all that is printed is text of ours.
        return value if value == "" else served(value)
    if isinstance(value, Undefined):
        # Asking a strict one for its text raises, which is what tests want.
        return str(value) or MISSING
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING
    return served(value)


def _refusing_undefined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` raising on an undefined argument, so that a typo cannot pass as n/a."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if isinstance(value, Undefined):
                str(value)
        return function(*args, **kwargs)

    return checked
