"""Say what is wrong with an argument, in words its sender can act on."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..catalog import Param
from ..errors import ArgumentFault
from ..text import clean
from . import expiries, instants
from .durations import are_durations
from .members import spelled
from .opening import MOST_ARGUMENTS, is_wrapper
from .param_form import ParamForm
from .plain import plain
from .spellings import read_list, wire, words_of

if TYPE_CHECKING:
    from jsonschema import ValidationError

_NAME_LIMIT = 64
_MOST_MEMBERS = 64
_TEXT_LIMIT = 200
_MOST_COMPARED = 10
_GIVEN_LIMIT = 4_000
_NUMBER_LIMIT = 10**15
_NAME_LIKENESS = 0.6
# A looser one takes one coin for another, such as BNBUSDT for BTCUSDT.
_VALUE_LIKENESS = 0.72
_PATH_VALUE = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_UNSENDABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_FORMATS = {
    "date": (date.fromisoformat, "2026-08-20"),
    "date-time": (datetime.fromisoformat, "2026-08-20T14:30:00Z"),
}
# Without any of the marks that part words.
_ONE_WORD = re.compile(r"[\w.:+-]+")
_MONTHS = re.compile(r"P?\d* ?M")
_UNIT_WORDS = {"percent": "10 is 10%", "ratio": "a ratio: 0.9 is 90%", "money": "USD"}
_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
}


def unknown_names(given: Mapping[str, object], known: Sequence[str]) -> Iterator[ArgumentFault]:
    """Yield a fault for each argument the tool does not have; the first few with the closest."""
    unknown = [name for name in given if name not in known]
    for place, name in enumerate(unknown):
        nearest = _closest(name, known, _NAME_LIKENESS) if place < _MOST_COMPARED else None
        shown = clean(name, _NAME_LIMIT)
        reason = "no such argument"
        if is_wrapper(name):
            reason = "is no object; give the arguments themselves, not inside another"
        yield ArgumentFault(shown, given[name], reason, known, nearest)


def too_many(number: int, known: Sequence[str]) -> ArgumentFault:
    """Return the fault of a call with more arguments than are worth looking at."""
    return ArgumentFault("arguments", number, f"at most {MOST_ARGUMENTS} are looked at", known)


def too_large(given: Mapping[str, object]) -> Iterator[ArgumentFault]:
    """Yield a fault for each argument too large to be worth reading."""
    for name, value in given.items():
        members = list(islice(_members(value), _MOST_MEMBERS + 1))
        if len(members) > _MOST_MEMBERS:
            reason = f"holds more than {_MOST_MEMBERS} members"
        elif sum(len(item) for item in members if isinstance(item, str)) > _GIVEN_LIMIT:
            reason = f"is longer than {_GIVEN_LIMIT} characters"
        else:
            continue
        yield ArgumentFault(clean(name, _NAME_LIMIT), value, reason)


def _members(value: object) -> Iterator[object]:
    """Yield the members of a list and of the lists in it; a value that is none is its own."""
    for item in value if isinstance(value, list) else [value]:
        yield from _members(item) if isinstance(item, list) else [item]


def schema_fault(
    name: str, error: "ValidationError", allowed: Sequence[object], unit: str
) -> ArgumentFault:
    """Return the fault behind a failed schema keyword of `name`; a number is in `unit`."""
    value, nearest, reason = error.instance, None, _schema_reason(error)
    if error.validator != "enum" and unit:
        reason += f" ({_UNIT_WORDS.get(unit, unit)})"
    if not are_durations(allowed):
        nearest = _closest(value, allowed, _VALUE_LIKENESS)
    elif isinstance(value, str) and _MONTHS.fullmatch(plain(value)):
        # What looks like 1M is 1m, another length of time: of durations none is the closest.
        reason = "M is a month, which is not one of the allowed values"
    return ArgumentFault(name, value, reason, allowed, nearest)


def several(name: str, value: object, form: ParamForm) -> Iterator[ArgumentFault]:
    """Yield the fault of several values where one is taken."""
    is_one_word = isinstance(value, str) and _ONE_WORD.fullmatch(value)
    if form.is_list or is_one_word or value in form.offered:
        return
    listed = read_list(value.strip()) if isinstance(value, str) else value
    if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], str):
        listed = words_of(listed[0], lambda word: _is_one(word, form))
        if not all(_is_one(word, form) for word in listed):
            return
    if isinstance(listed, list) and len(listed) > 1:
        reason = "takes one value; repeat the call for each"
        yield ArgumentFault(name, value, reason, form.offered, see=form.several)


def _is_one(word: str, form: ParamForm) -> bool:
    if form.expiry:
        return expiries.fault_of(expiries.as_taken(word, form), form) is None
    return spelled(word, form.offered) is not None


def unsendable(param: Param, value: object, form: ParamForm) -> Iterator[ArgumentFault]:
    """Yield what is wrong with a value of `param` beyond what its schema says."""
    items = value if isinstance(value, list) else [value]
    for item in items:
        if reason := _item_reason(item, param):
            yield ArgumentFault(param.name, item, reason)
        elif fault := _unreadable(item, form):
            yield ArgumentFault(param.name, item, fault[0], closest=fault[1], see=form.listed)
    if len(items) > _MOST_MEMBERS:
        yield ArgumentFault(param.name, value, f"holds more than {_MOST_MEMBERS} members")
    if param.type == "string" and param.pattern and not _matches(wire(value), param.pattern):
        yield ArgumentFault(param.name, value, "does not have the expected form")


def _unreadable(value: object, form: ParamForm) -> tuple[str, str | None] | None:
    """Return why a value is no expiry, no instant or no limit, and the closest that is one."""
    if form.positive and isinstance(value, int | float) and value <= 0:
        return "must be above 0; leave it out for no limit", None
    if form.expiry and isinstance(value, str):
        return expiries.fault_of(value, form)
    if form.instant and isinstance(value, str) and (reason := instants.fault_of(value, form)):
        return reason, None
    return None


def first_per_param(faults: Iterable[ArgumentFault]) -> list[ArgumentFault]:
    """Return the first fault of each argument: one is enough to act on."""
    first: dict[str, ArgumentFault] = {}
    for fault in faults:
        first.setdefault(fault.param, fault)
    return list(first.values())


def _schema_reason(error: "ValidationError") -> str:
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
        case _:
            return "does not fit"


def _matches(text: str, pattern: str) -> bool:
    # A pattern of upstream's may take cubic time, so a long list is left for upstream to judge.
    return len(text) > _TEXT_LIMIT or re.search(pattern, text) is not None


def _item_reason(value: object, param: Param) -> str | None:
    if isinstance(value, str):
        return _text_reason(value, param)
    # Written so that NaN, which compares false with everything, is refused too.
    if isinstance(value, int | float) and not abs(value) <= _NUMBER_LIMIT:
        return "must be a finite number of at most 15 digits"
    return None


def _text_reason(text: str, param: Param) -> str | None:
    if len(text) > _TEXT_LIMIT:
        return f"is longer than {_TEXT_LIMIT} characters"
    if _UNSENDABLE.search(text):
        return "holds control characters"
    if param.location == "path" and not _is_path_value(text, param):
        return "must be 1 to 64 letters, digits, dots, dashes or underscores"
    return _format_reason(text, param.format)


def _is_path_value(text: str, param: Param) -> bool:
    if text in (".", ".."):
        return False
    return bool(param.enum) or _PATH_VALUE.fullmatch(text) is not None


def _format_reason(text: str, name: str | None) -> str | None:
    if name not in _FORMATS:
        return None
    read, example = _FORMATS[name]
    try:
        read(text)
    except ValueError:
        return f"must be a {name}, such as {example}"
    return None


def _closest(value: object, allowed: Sequence[object], likeness: float) -> str | None:
    if not isinstance(value, str):
        return None
    by_case = {str(item).lower(): str(item) for item in allowed}
    found = difflib.get_close_matches(value.lower()[:_NAME_LIMIT], by_case, n=1, cutoff=likeness)
    return by_case[found[0]] if found else None
