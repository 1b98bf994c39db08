"""Build the Jinja environment of the views.

A template sees plain values: a field of a record is looked up as a key, a record of ours by its
attributes, and what is missing prints as such. Marks of rank are compiled by `fit.marks`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

from jinja2 import ChainableUndefined, Environment, FunctionLoader, StrictUndefined, Undefined

from ...logs import Log
from ...words import prompts_root
from ..fit.marks import MISSING, Line, compiled, lines_of
from .filters import FILTERS, served

_T = TypeVar("_T")
_log = Log(__name__)
# The plain kinds first: asking an abstract class is slow.
_PAYLOAD = (dict, NoneType, str, int, float, list, tuple, Mapping)


class Views(Environment):
    """An environment whose templates see payloads as data without methods."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a record; single values and lists have none."""
        if type(obj) is dict and attribute in obj:
            # Nearly all that a template looks up.
            return obj[attribute]
        found = self.getitem if isinstance(obj, _PAYLOAD) else super().getattr
        return found(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a key of a record or a place in a list."""
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=str(argument))


def build(*, strict: bool = False, root: Path | None = None) -> Views:
    """Return an environment over the templates in `root`, by default those of the package.

    A `strict` one raises on a name that is not there, for tests; the other takes it as missing.
    """
    folder = root or prompts_root() / "views"
    environment = Views(
        loader=FunctionLoader(lambda name: compiled((folder / name).read_text("utf-8"), name)),
        undefined=StrictUndefined if strict else ChainableUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    return environment


# The environment answers are rendered in, built once.
service = cache(build)


def attempted(view: str, make: Callable[[], _T]) -> _T | None:
    """Return what `make` gives for a view, None where it fails, whatever the cause."""
    try:
        return make()
    except Exception as exc:
        _log.warning("view failed", view=view, error=f"{type(exc).__name__}: {exc}")
        return None


def rendered(environment: Environment, view: str, context: Mapping[str, Any]) -> list[Line] | None:
    """Return the lines of a template, None where it cannot be rendered."""
    name, terse = f"{view}.md.jinja", bool(context.get("terse"))
    return attempted(view, lambda: lines_of(environment.get_template(name).render(context), terse))


def _finalize(value: Any) -> Any:
    if type(value) is str:
        # Nearly all that is printed is text of ours.
        return value
    if isinstance(value, Undefined):
        # Asking a strict one for its text raises, which is what tests want.
        return str(value) or MISSING
    return served(value)
