"""Turn a model's arguments into a checked query, or say exactly what is wrong with them.

Forgiving in, strict out: what is wrapped is opened by `tools.opening`, spellings are normalised by
`tools.spellings`, then everything is checked against the tool's own schema. What is still wrong is
refused here, without a request, because upstream ignores what it does not know and answers for the
default market.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from ..catalog import Endpoint, Hint, Param
from ..client import QueryPairs
from ..errors import ArgumentError, ArgumentFault
from ..views import Detail
from .argument_faults import (
    first_per_param,
    schema_fault,
    several,
    too_large,
    too_many,
    unknown_names,
    unsendable,
)
from .contradictions import contradictions
from .opening import MOST_ARGUMENTS, Opened, opened
from .param_form import ParamForm, form_of
from .schema import DETAILS, checking_schema
from .spellings import coerce, is_absent, is_neutral, single, split, wire

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_DETAIL_FORM = ParamForm(allowed=DETAILS)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call ready to be sent: the filled path, the pairs in catalog order, and our own `detail`.

    `query` has each argument that is sent once, path values too, as text; list members are joined
    by commas. `ignored` are the names that a client had added.
    """

    path: str
    pairs: QueryPairs
    detail: Detail
    query: Mapping[str, str]
    ignored: tuple[str, ...] = ()


class ArgumentChecker:
    """Prepares the arguments of one tool; the schema is compiled on the first call.

    `forms` says how each parameter takes its values.
    """

    def __init__(self, tool: str, endpoint: Endpoint, hint: Hint) -> None:
        self._tool = tool
        self._endpoint = endpoint
        self._hint = hint
        self._detail = endpoint.detail_name
        self.forms = {param.name: form_of(param, hint) for param in endpoint.params}
        self._known = [*self.forms, self._detail]
        self._validator: Draft202012Validator | None = None

    def prepare(self, arguments: Mapping[str, object], now: datetime) -> Prepared:
        """Return the call that `arguments` ask for at `now`.

        Raises:
            ArgumentError: something does not fit; all faults at once, one for each argument.
        """
        found = self._opened(arguments)
        values = self._normalise(found.given)
        faults = [
            found.faults,
            unknown_names(found.given, self._known),
            self._check(values),
            contradictions(self._endpoint, values, self.forms, now),
        ]
        if told := first_per_param(chain.from_iterable(faults)):
            raise ArgumentError(told)
        detail = cast(Detail, values.pop(self._detail, "standard"))
        return Prepared(
            path=self._path(values),
            pairs=self._pairs(values),
            detail=detail,
            query={name: wire(value) for name, value in values.items()},
            ignored=tuple(found.ignored),
        )

    def _opened(self, arguments: Mapping[str, object]) -> Opened:
        if len(arguments) > MOST_ARGUMENTS:
            raise ArgumentError([too_many(len(arguments), self._known)])
        found = opened(arguments, self._known, self._tool)
        if len(found.given) > MOST_ARGUMENTS:
            raise ArgumentError([too_many(len(found.given), self._known)])
        if oversized := list(too_large(found.given)):
            raise ArgumentError(oversized)
        return found

    def _normalise(self, given: Mapping[str, object]) -> dict[str, object]:
        values: dict[str, object] = {}
        for param in self._endpoint.params:
            form = self.forms[param.name]
            if param.name in given and not is_absent(given[param.name], form.allowed):
                value = self._value(param, form, given[param.name])
                if value != [] and not is_neutral(value, form):
                    values[param.name] = value
        detail = given.get(self._detail)
        if not is_absent(detail):
            values[self._detail] = coerce(single(detail), _DETAIL_FORM)
        return values

    def _value(self, param: Param, form: ParamForm, value: object) -> object:
        if not form.is_list:
            return coerce(single(value), form)
        listed = split(value, form)
        if not isinstance(listed, list):
            return coerce(value, form)
        distinct: list[object] = []
        for member in listed:
            coerced = coerce(member, form)
            if coerced not in distinct:
                distinct.append(coerced)
        return distinct if self._is_ordered(param) else _in_order_of(form.allowed, distinct)

    def _is_ordered(self, param: Param) -> bool:
        """Return whether the order of a list may matter; where nothing is known it may."""
        known = self._hint.params.get(param.name)
        return known is None or not known.csv or known.ordered

    def _check(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        given = [param for param in self._endpoint.params if param.name in values]
        for param in given:
            yield from several(param.name, values[param.name], self.forms[param.name])
        yield from self._schema_faults(values)
        for param in given:
            yield from unsendable(param, values[param.name], self.forms[param.name])

    def _schema_faults(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        for error in self._compiled().iter_errors(values):
            if error.validator == "required":
                missing = [name for name in error.validator_value if name not in values]
                for name in missing:
                    yield ArgumentFault(name, None, "required", self._allowed(name))
            else:
                name = str(error.absolute_path[0])
                unit = self.forms[name].unit if name in self.forms else ""
                yield schema_fault(name, error, self._allowed(name), unit)

    def _compiled(self) -> "Draft202012Validator":
        if self._validator is None:
            # Imported at the first call: it is not needed to list tools.
            from jsonschema import Draft202012Validator

            self._validator = Draft202012Validator(checking_schema(self._endpoint, self._hint))
        return self._validator

    def _allowed(self, name: str) -> Sequence[object]:
        return DETAILS if name == self._detail else self.forms[name].offered

    def _path(self, values: Mapping[str, object]) -> str:
        path = self._endpoint.path
        for param in self._endpoint.params:
            if param.location == "path":
                filled = quote(wire(values[param.name]), safe="")
                path = path.replace("{" + param.name + "}", filled)
        return path

    def _pairs(self, values: Mapping[str, object]) -> QueryPairs:
        pairs: list[tuple[str, str]] = []
        for param in self._endpoint.params:
            if param.location == "path" or param.name not in values:
                continue
            value = values[param.name]
            if isinstance(value, list) and param.explode:
                pairs += [(param.name, wire(item)) for item in value]
            else:
                pairs.append((param.name, wire(value)))
        return tuple(pairs)


def _in_order_of(allowed: Sequence[object], values: list[object]) -> list[object]:
    """Return the values in one order, so that the same set is one question of the store."""
    places = {str(value): place for place, value in enumerate(allowed)}
    return sorted(values, key=lambda value: places.get(str(value), len(places)))
