"""What `prompts/tools.toml` knows about an endpoint beyond its catalog entry.

Hints are words and facts keyed by path. An endpoint nobody has seen simply has none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import TypeAdapter

from ..words import prompts_root

AgeRule = Literal["live", "history", "daily", "business_days", "static", ""]
ExpiryForm = Literal["token", "iso", "token_or_iso", ""]
InstantForm = Literal["at", "until", "since", ""]
Order = Literal["time", "size", "near_spot", ""]


@dataclass(frozen=True, slots=True)
class ParamHint:
    """A note on a parameter, and how its values are written.

    `members` closes a free string: the only values of a single one, or of each item when `csv`.
    `ordered`: the order of the items of a list is part of the question. `neutral` is a word for
    leaving the argument out; `every`: "all" means each member. `words` may stand in place of an
    `expiry`; an `instant` is the one a snapshot is taken at, or one end of a window. `positive`: at
    0 nothing would be left. `listed` and `several` are paths that list the valid values, and that
    take several where this takes one.
    """

    note: str = ""
    csv: bool = False
    ordered: bool = False
    members: tuple[str, ...] = ()
    expiry: ExpiryForm = ""
    words: tuple[str, ...] = ()
    instant: InstantForm = ""
    neutral: str = ""
    every: bool = False
    positive: bool = False
    listed: str = ""
    several: str = ""


@dataclass(frozen=True, slots=True)
class AnswerHint:
    """What the figures of an endpoint mean; every part may be missing or match nothing.

    `lead` names the quantities an answer begins with, the most decisive first; `units` maps a
    quantity to its unit; `adds` names those whose sum means something. All three are patterns of
    wire names (`*` stands for any text; case and `_` do not count). `order` says which rows count
    most, `picks` which picks of the first lead come first; `say` is what every answer has to say.
    `also` are patterns of what a full answer adds at its end; `chosen` are words for a value that
    was chosen by an argument, such as a greek.
    """

    lead: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    adds: tuple[str, ...] = ()
    order: Order = ""
    picks: tuple[str, ...] = ()
    say: str = ""
    also: tuple[str, ...] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hint:
    """Words and facts about one endpoint.

    `core` puts a tool among the few that answer most questions; `asks` are words it is asked
    for by, beyond those in `when`. `next` are paths worth calling afterwards, `instead` those
    that give the same figures, with an argument behind a question mark where it takes one;
    `cadence_seconds` is how often upstream refreshes; `age_rule` says how to judge the age of
    its data; `public` that no key is needed; `shows_limits` that an answer ends with what is
    left of the key's limits; `positioning` is the model that always signs its figures; `answer`
    what its figures mean.
    """

    title: str = ""
    toolset: str = ""
    core: bool = False
    when: str = ""
    asks: str = ""
    next: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    cadence_seconds: float | None = None
    age_rule: AgeRule = ""
    public: bool = False
    shows_limits: bool = False
    positioning: str = ""
    params: Mapping[str, ParamHint] = field(default_factory=dict)
    answer: AnswerHint = field(default_factory=AnswerHint)


NO_HINT = Hint()
_HINT = TypeAdapter(Hint)
_TomlTable = Mapping[str, Any]


def parse_hints(text: str) -> Mapping[str, Hint]:
    """Return the hints in the TOML `text`, keyed by path.

    `[params.NAME]` is shared by every tool; a tool's own `params.NAME` wins over it, key by key.
    The names in `plain` explain themselves: they get an empty note, where a parameter nobody here
    has seen shows upstream's description.
    """
    raw = tomllib.loads(text)
    shared = raw.get("params", {})
    plain: _TomlTable = {name: {} for name in raw.get("plain", ())}
    units = raw.get("units", {})
    return MappingProxyType(
        {path: _hint(entry, shared, plain, units) for path, entry in raw["tools"].items()}
    )


@cache
def bundled_hints() -> Mapping[str, Hint]:
    """Return the hints shipped with the package."""
    return parse_hints((prompts_root() / "tools.toml").read_text("utf-8"))


def _hint(entry: _TomlTable, shared: _TomlTable, plain: _TomlTable, units: _TomlTable) -> Hint:
    own = entry.get("params", {})
    params = {**plain} | {
        name: {**shared.get(name, {}), **own.get(name, {})} for name in {**shared, **own}
    }
    fields = {key: value for key, value in entry.items() if key != "units"}
    answer = entry.get("answer", {})
    meant = {**units, **entry.get("units", {}), **answer.get("units", {})}
    fields |= {"params": params, "answer": {**answer, "units": meant}}
    return _HINT.validate_python(fields)
