"""Turn a model's arguments into a checked query, or say exactly what is wrong with them.

Forgiving in, strict out: spellings are normalised by `tools.spellings`, then everything is checked
against the tool's own schema. What is still wrong is refused here, without a request, because
upstream ignores what it does not know and answers for the default market.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from ..catalog import Endpoint, Hint, Param
from ..client import QueryPairs
from ..errors import ArgumentError, ArgumentFault
from ..views import Detail
from .argument_faults import (
    MOST_ARGUMENTS,
    first_per_param,
    schema_fault,
    too_large,
    too_many,
    unknown_names,
    unsendable,
)
from .schema import DETAILS, checking_schema, expiry_form, is_list, item_type, members
from .spellings import coerce, is_absent, split, wire

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call ready to be sent: the filled path, the pairs in catalog order, and our own `detail`.

    `query` has each argument that is sent once, path values too, as text; list members are joined
    by commas.
    """

    path: str
    pairs: QueryPairs
    detail: Detail
    query: Mapping[str, str]


class ArgumentChecker:
    """Prepares the arguments of one tool; the schema is compiled on the first call."""

    def __init__(self, endpoint: Endpoint, hint: Hint) -> None:
        self._endpoint = endpoint
        self._hint = hint
        self._detail = endpoint.detail_name
        self._validator: Draft202012Validator | None = None

    def prepare(self, arguments: Mapping[str, object]) -> Prepared:
        """Return the call that `arguments` ask for.

        Raises:
            ArgumentError: something does not fit; all faults at once, one for each argument.
        """
        known = [param.name for param in self._endpoint.params] + [self._detail]
        if len(arguments) > MOST_ARGUMENTS:
            raise ArgumentError([too_many(len(arguments), known)])
        given = {name: value for name, value in arguments.items() if not is_absent(value)}
        if oversized := list(too_large(given)):
            raise ArgumentError(oversized)
        values = self._normalise(given)
        if faults := first_per_param(chain(unknown_names(given, known), self._check(values))):
            raise ArgumentError(faults)
        detail = cast(Detail, values.pop(self._detail, "standard"))
        return Prepared(
            path=self._path(values),
            pairs=self._pairs(values),
            detail=detail,
            query={name: wire(value) for name, value in values.items()},
        )

    def _normalise(self, given: Mapping[str, object]) -> dict[str, object]:
        values: dict[str, object] = {}
        for param in self._endpoint.params:
            if param.name in given:
                value = self._value(param, given[param.name])
                if value != []:
                    values[param.name] = value
        if self._detail in given:
            values[self._detail] = coerce(given[self._detail], "string", DETAILS, "")
        return values

    def _value(self, param: Param, value: object) -> object:
        kind = item_type(param)
        allowed = members(param, self._hint)
        expiry = expiry_form(param, self._hint)
        listed = split(value) if is_list(param, self._hint) else None
        if not isinstance(listed, list):
            return coerce(value, kind, allowed, expiry)
        distinct: list[object] = []
        for member in listed:
            coerced = coerce(member, kind, allowed, expiry)
            if coerced not in distinct:
                distinct.append(coerced)
        return distinct if self._is_ordered(param) else _in_order_of(allowed, distinct)

    def _is_ordered(self, param: Param) -> bool:
        """Return whether the order of a list may matter; where nothing is known it may."""
        known = self._hint.params.get(param.name)
        return known is None or not known.csv or known.ordered

    def _check(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        yield from self._schema_faults(values)
        for param in self._endpoint.params:
            if param.name in values:
                yield from unsendable(param, values[param.name])

    def _schema_faults(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        for error in self._compiled().iter_errors(values):
            if error.validator == "required":
                missing = [name for name in error.validator_value if name not in values]
                for name in missing:
                    yield ArgumentFault(name, None, "required", self._allowed(name))
            else:
                name = str(error.absolute_path[0])
                yield schema_fault(name, error, self._allowed(name))

    def _compiled(self) -> "Draft202012Validator":
        if self._validator is None:
            # Imported at the first call: it is not needed to list tools.
            from jsonschema import Draft202012Validator

            self._validator = Draft202012Validator(checking_schema(self._endpoint, self._hint))
        return self._validator

    def _allowed(self, name: str) -> Sequence[object]:
        if name == self._detail:
            return DETAILS
        param = self._endpoint.param(name)
        return members(param, self._hint) if param else ()

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
