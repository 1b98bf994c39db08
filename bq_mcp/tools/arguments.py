"""Turn a model's arguments into a checked query, or say exactly what is wrong with them.

Forgiving in, strict out: spellings are normalised by `tools.values`, then everything is checked
against the tool's own schema. What is still wrong is refused here, without a request, because
upstream ignores what it does not know and answers for the default market.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import quote

from ..catalog import Endpoint, Hint, Param
from ..errors import ArgumentError, ArgumentFault
from .schema import DETAILS, checking_schema, detail_name, is_list, members
from .values import coerce, has_format, is_absent, split

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

Detail = Literal["brief", "standard", "full", "raw"]
Query = tuple[tuple[str, str], ...]

_TEXT_LIMIT = 200
_PATH_VALUE = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call ready to be sent: the filled path, the query in catalog order, and our own `detail`.

    `arguments` are the checked values by parameter name, for words about the call.
    """

    path: str
    query: Query
    detail: Detail
    arguments: Mapping[str, object] = field(default_factory=dict)


class ArgumentDoctor:
    """Prepares the arguments of one tool; the schema is compiled on the first call."""

    def __init__(self, endpoint: Endpoint, hint: Hint) -> None:
        self._endpoint = endpoint
        self._hint = hint
        self._detail = detail_name(endpoint)
        self._validator: Draft202012Validator | None = None

    def prepare(self, arguments: Mapping[str, object]) -> Prepared:
        """Return the call that `arguments` ask for.

        Raises:
            ArgumentError: something does not fit; all faults at once.
        """
        given = {name: value for name, value in arguments.items() if not is_absent(value)}
        faults = list(self._unknown_names(given))
        values = self._normalise(given)
        faults += self._check(values)
        if faults:
            raise ArgumentError(faults)
        detail = cast(Detail, values.pop(self._detail, "standard"))
        return Prepared(
            path=self._path(values), query=self._query(values), detail=detail, arguments=values
        )

    def _unknown_names(self, given: Mapping[str, object]) -> Iterator[ArgumentFault]:
        known = [param.name for param in self._endpoint.params] + [self._detail]
        for name, value in given.items():
            if name not in known:
                yield ArgumentFault(
                    param=str(name)[:64],
                    value=value,
                    reason="no such argument",
                    allowed=known,
                    closest=_closest(name, known),
                )

    def _normalise(self, given: Mapping[str, object]) -> dict[str, object]:
        values: dict[str, object] = {}
        for param in self._endpoint.params:
            if param.name not in given:
                continue
            allowed = members(param, self._hint)
            known = self._hint.params.get(param.name)
            expiry = known.expiry if known else ""
            value = given[param.name]
            if is_list(param, self._hint):
                value = split(value)
            if isinstance(value, list) and is_list(param, self._hint):
                item = Param(
                    param.name, type=param.item_type if param.type == "array" else "string"
                )
                cleaned = [coerce(member, item, allowed, expiry) for member in value]
                values[param.name] = [m for i, m in enumerate(cleaned) if m not in cleaned[:i]]
            else:
                values[param.name] = coerce(value, param, allowed, expiry)
        if self._detail in given:
            text = given[self._detail]
            values[self._detail] = coerce(text, Param(self._detail), DETAILS, "")
        return values

    def _check(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        yield from _first_per_param(self._schema_faults(values))
        for param in self._endpoint.params:
            value = values.get(param.name)
            items = value if isinstance(value, list) else [value]
            if reason := next((r for item in items if (r := _text_fault(item, param))), None):
                yield ArgumentFault(param.name, value, reason)

    def _schema_faults(self, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
        for error in self._compiled().iter_errors(values):
            if error.validator == "required":
                missing = [n for n in error.validator_value if n not in values]
                for name in missing:
                    yield ArgumentFault(name, None, "required", self._allowed(name))
            else:
                yield self._fault(error)

    def _compiled(self) -> "Draft202012Validator":
        if self._validator is None:
            # Imported at the first call: it is not needed to list tools.
            from jsonschema import Draft202012Validator

            self._validator = Draft202012Validator(checking_schema(self._endpoint, self._hint))
        return self._validator

    def _fault(self, error: "ValidationError") -> ArgumentFault:
        name = str(error.absolute_path[0])
        allowed = self._allowed(name)
        reason = _reason(error)
        return ArgumentFault(
            name, error.instance, reason, allowed, _closest(error.instance, allowed)
        )

    def _allowed(self, name: str) -> Sequence[object]:
        if name == self._detail:
            return DETAILS
        param = self._endpoint.param(name)
        return members(param, self._hint) if param else ()

    def _path(self, values: Mapping[str, object]) -> str:
        path = self._endpoint.path
        for param in self._endpoint.params:
            if param.location == "path":
                filled = quote(_wire(values[param.name]), safe="")
                path = path.replace("{" + param.name + "}", filled)
        return path

    def _query(self, values: Mapping[str, object]) -> Query:
        pairs: list[tuple[str, str]] = []
        for param in self._endpoint.params:
            value = values.get(param.name)
            if value is None or param.location == "path" or value == []:
                continue
            if not isinstance(value, list):
                pairs.append((param.name, _wire(value)))
            elif param.explode:
                pairs += [(param.name, _wire(item)) for item in value]
            else:
                pairs.append((param.name, ",".join(map(_wire, value))))
        return tuple(pairs)


def _first_per_param(faults: Iterator[ArgumentFault]) -> Iterator[ArgumentFault]:
    seen: set[str] = set()
    for fault in faults:
        if fault.param not in seen:
            seen.add(fault.param)
            yield fault


def _reason(error: "ValidationError") -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "enum":
            return "not one of the allowed values"
        case "type":
            return f"must be {_TYPE_WORDS.get(str(limit), str(limit))}"
        case "minimum":
            return f"must be at least {limit}"
        case "maximum":
            return f"must be at most {limit}"
        case "exclusiveMinimum":
            return f"must be above {limit}"
        case "exclusiveMaximum":
            return f"must be below {limit}"
        case "pattern":
            return "does not have the expected form"
        case _:
            return "does not fit"


def _text_fault(value: object, param: Param) -> str | None:
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return "must be a finite number"
    if not isinstance(value, str):
        return None
    if len(value) > _TEXT_LIMIT:
        return f"is longer than {_TEXT_LIMIT} characters"
    if _CONTROL.search(value):
        return "holds control characters"
    if param.format and not has_format(value, param.format):
        return f"is no {param.format}, as 2026-08-20 or 2026-08-20T14:30:00Z"
    if param.location == "path" and not param.enum and not _is_path_value(value):
        return "may hold letters, digits, dots, dashes and underscores only"
    return None


def _is_path_value(value: str) -> bool:
    return _PATH_VALUE.fullmatch(value) is not None and value not in (".", "..")


def _closest(value: object, allowed: Sequence[object]) -> str | None:
    by_case = {str(item).lower(): str(item) for item in allowed}
    if not isinstance(value, str):
        return None
    found = difflib.get_close_matches(value.lower()[:64], by_case, n=1, cutoff=0.5)
    return by_case[found[0]] if found else None


def _wire(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
