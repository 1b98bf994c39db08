"""Which composites there are and what each asks, from `prompts/composites.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from pydantic import TypeAdapter

from ..catalog import Endpoint, Hint, Param, ParamHint
from ..expiry import expiry_token
from ..words import prompts_root

# A session runs from one settlement, 08:00 UTC, to the next.
_FROM_SETTLEMENT_TO_MIDNIGHT = timedelta(hours=16)
_TODAY = "0dte"


@dataclass(frozen=True, slots=True)
class Argument(ParamHint):
    """An argument of a composite.

    `like` names the parameter of its parts whose closed set and default it has.
    """

    required: bool = False
    default: str | None = None
    like: str = ""


@dataclass(frozen=True, slots=True)
class PartWords:
    """One question of a composite as it is written; `each` names the argument it is repeated for.

    In `query` a name in braces stands for an argument, `{item}` for the member of `each`; `when`
    has the values of an argument it is asked for.
    """

    name: str
    path: str
    query: Mapping[str, str]
    each: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to put: the part it answers, of which `item`, and the arguments to send."""

    name: str
    item: str
    path: str
    query: Mapping[str, str]

    @property
    def label(self) -> str:
        """How the part is called in an answer."""
        return f"{self.item} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Composite:
    """A tool that answers from several endpoints; the fields are those of the file."""

    title: str
    toolset: str
    when: str
    params: Mapping[str, Argument]
    parts: tuple[PartWords, ...]
    core: bool = False
    asks: str = ""
    next: tuple[str, ...] = ()
    name: str = ""

    @property
    def hint(self) -> Hint:
        """What is known of it, in the form of an endpoint's hint."""
        return Hint(
            title=self.title,
            toolset=self.toolset,
            core=self.core,
            when=self.when,
            asks=self.asks,
            next=self.next,
            params=self.params,
        )

    def endpoint(self, known: Mapping[str, Endpoint]) -> Endpoint | None:
        """Return its arguments as those of an endpoint, None where none of its parts is `known`."""
        asked = [known[part.path] for part in self.parts if part.path in known]
        params = (_param(*named, asked) for named in self.params.items())
        return Endpoint(self.name, params=tuple(params)) if asked else None

    def filled(self, given: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """Return checked arguments with defaults; the expiry of today's session by its day."""
        defaults = {name: at.default for name, at in self.params.items() if at.default}
        full = {**defaults, **given}
        if full.get("expiry") == _TODAY:
            full["expiry"] = expiry_token((now + _FROM_SETTLEMENT_TO_MIDNIGHT).date())
        return full

    def questions(self, full: Mapping[str, str]) -> Iterator[Ask]:
        """Yield the questions to put for arguments that are `filled`."""
        for part in self.parts:
            if any(full.get(name) not in values for name, values in part.when.items()):
                continue
            for item in full[part.each].split(",") if part.each else [""]:
                sent = {name: _sent(text, full, item) for name, text in part.query.items()}
                yield Ask(part.name, item, part.path, {k: v for k, v in sent.items() if v})


@cache
def bundled_composites() -> Mapping[str, Composite]:
    """Return the composites shipped with the package, by name."""
    raw = tomllib.loads((prompts_root() / "composites.toml").read_text("utf-8"))
    found = TypeAdapter(dict[str, Composite]).validate_python(raw)
    return MappingProxyType({name: replace(of, name=name) for name, of in found.items()})


def _param(name: str, argument: Argument, asked: list[Endpoint]) -> Param:
    like = next(filter(None, (endpoint.param(argument.like) for endpoint in asked)), Param(name))
    if argument.csv:
        return Param(name, type="array", item_enum=like.enum, required=argument.required)
    default = argument.default or like.default
    return Param(name, enum=like.enum, default=default, required=argument.required)


def _sent(text: str, full: Mapping[str, str], item: str) -> str:
    """Return a value to send, "" where the argument it stands for was not given."""
    if not text.startswith("{"):
        return text
    name = text.strip("{}")
    return item if name == "item" else full.get(name, "")
