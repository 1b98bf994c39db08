"""Take the arguments out of what clients and models wrap around them.

An object around everything, JSON text of an object, and keys that a client adds for itself. What is
neither stays where it is, so that it is refused by name.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import ArgumentFault
from ..text import clean
from .spellings import is_absent

# No tool has as many parameters.
MOST_ARGUMENTS = 100
_DEPTH = 4
_NAME_LIMIT = 64
_LONGEST_TEXT = 4_000
_WRAPPERS = frozenset({
    "input", "inputs", "arguments", "args", "params", "parameters", "kwargs", "toolinput",
    "toolargs", "toolarguments", "functionargs", "request", "payload", "body", "data", "json",
    "properties", "query", "value",
})  # fmt: skip
# What clients add for their own bookkeeping, and models to say what they are about.
_NOTES = frozenset({
    "toolcallid", "callid", "tooluseid", "sessionid", "threadid", "conversationid", "chatid",
    "messageid", "runid", "requestid", "traceid", "action", "chatinput", "context", "meta",
    "metadata", "progresstoken", "signal", "taskprogress", "randomstring", "dummy", "noargs",
    "explanation", "reasoning", "reason", "rationale", "justification", "thought", "thoughts",
    "thinking", "innerthoughts", "intent", "purpose", "comment", "summary", "requestheartbeat",
    "waitforprevioustools", "waitforprevious", "toolaction", "toolsummary", "securityrisk",
    "securitycontext", "requiresapproval", "servername",
})  # fmt: skip
_TOOL_NAMES = frozenset({"tool", "toolname", "name", "function", "functionname"})
# A call written out whole says what it is, and has an id of its maker's own.
_CALL_TYPES = ("function", "tool_use", "tool_call", "object")
_CALL_IDS = ("call_", "toolu_", "chatcmpl-tool-")
# What clients put before the name of a tool.
_SERVER = re.compile(r"(mcp_[a-z0-9]+_|.{0,80}(__|[.:/\-]))?")


@dataclass
class Opened:
    """The arguments taken out, the names `ignored`, and what contradicts itself."""

    given: dict[str, object] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    faults: list[ArgumentFault] = field(default_factory=list)


def opened(arguments: Mapping[str, object], known: Collection[str], tool: str) -> Opened:
    """Return the arguments in `arguments`, whatever they are wrapped in; `known` are the tool's."""
    found = Opened()
    _take(found, arguments, known, tool, _DEPTH)
    return found


def is_wrapper(name: str) -> bool:
    """Tell whether `name` is one that clients put around the arguments."""
    return _joined(name) in _WRAPPERS


def _take(
    found: Opened, given: Mapping[str, object], known: Collection[str], tool: str, depth: int
) -> None:
    for name, value in given.items():
        inner = as_object(value)
        if name in known:
            _add(found, name, _own_value(name, value, inner))
        elif is_absent(value):
            continue
        elif inner is not None and depth and _wraps(name, inner, known):
            _take(found, inner, known, tool, depth - 1)
        elif _is_note(name, value) or _names_tool(name, value, inner, tool):
            found.ignored.append(clean(name, _NAME_LIMIT))
        else:
            _add(found, name, value)


def _add(found: Opened, name: str, value: object) -> None:
    if name in found.given and found.given[name] != value:
        found.faults.append(ArgumentFault(clean(name, _NAME_LIMIT), value, "is given twice"))
    found.given[name] = value


def _own_value(name: str, value: object, inner: Mapping[str, object] | None) -> object:
    """Return what `{"symbol": {"symbol": …}}` or `{"symbol": {"value": …}}` holds for `symbol`."""
    held = {} if inner is None else {key: inner[key] for key in inner if key != "type"}
    return next(iter(held.values())) if len(held) == 1 and {name, "value"} & set(held) else value


def _wraps(name: str, inner: Mapping[str, object], known: Collection[str]) -> bool:
    """Tell whether an object holds arguments: by its name, or because it holds nothing else."""
    if len(inner) > MOST_ARGUMENTS:
        return False
    others = [key for key in inner if key not in known]
    return is_wrapper(name) or (bool(inner) and not others) or _is_call(others)


def _is_call(names: Sequence[str]) -> bool:
    """Tell whether an object is a call written out: the name of a tool beside its arguments."""
    rest = [name for name in names if _joined(name) not in _TOOL_NAMES]
    return len(rest) < len(names) and bool(rest) and all(map(is_wrapper, rest))


def as_object(value: object) -> Mapping[str, object] | None:
    """Return the object that `value` is, holds alone in a list, or writes as JSON text."""
    for _ in range(_DEPTH):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not (isinstance(value, str) and value.lstrip()[:1] in ("{", '"', "[")):
            break
        if len(value) > _LONGEST_TEXT:
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            break
    if value == []:
        # So some languages write an empty object.
        return {}
    return value if isinstance(value, Mapping) else None


def _is_note(name: str, value: object) -> bool:
    if isinstance(value, str) and name in ("type", "id"):
        return value in _CALL_TYPES if name == "type" else value.startswith(_CALL_IDS)
    return name.startswith("_auth") or _joined(name) in _NOTES


def _names_tool(name: str, value: object, inner: Mapping[str, object] | None, tool: str) -> bool:
    """Tell whether an argument only repeats the name of the tool, as in `mcp__bq__gex_levels`."""
    named = inner.get("name") if inner is not None and set(inner) == {"name"} else value
    if _joined(name) not in _TOOL_NAMES or not isinstance(named, str):
        return False
    return is_name_of(named, tool)


def is_name_of(named: str, tool: str) -> bool:
    """Tell whether `named` is the name of a tool, whatever a client puts before it."""
    return named.endswith(tool) and _SERVER.fullmatch(named.removesuffix(tool)) is not None


def _joined(name: str) -> str:
    return re.sub(r"[_\-]", "", name[:_NAME_LIMIT].lower())
