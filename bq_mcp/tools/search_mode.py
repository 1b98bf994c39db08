"""Search mode: three tools that lead to all others, for clients whose model sees too many."""

import re
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..catalog import CatalogKeeper
from ..errors import ArgumentError, ArgumentFault
from ..text import clean
from ..views import Answer
from ..words import prompts_root
from .inventory import Inventory, Tool
from .opening import as_object, is_name_of, opened
from .schema import InputSchema
from .spellings import is_absent
from .stock import ToolsListener
from .toolbox import Toolbox, UnknownToolError

if TYPE_CHECKING:
    from .search import Ranking

FIND, DESCRIBE, CALL = "find_tools", "describe_tool", "call_tool"
_MOST_FOUND = 5
_MOST_NAMES = 6
_LONGEST_LINE = 250
_QUERY_LIMIT = 400
_NAME_LIMIT = 80
_SENTENCE = re.compile(r"(?<=[.;]) ")


@dataclass(frozen=True, slots=True)
class SearchTool:
    """One of the three; each argument is text."""

    name: str
    title: str
    description: str
    params: Mapping[str, str]

    @property
    def input_schema(self) -> InputSchema:
        """Return the JSON Schema offered to clients."""
        properties = {
            name: {"type": "string", "description": note} for name, note in self.params.items()
        }
        required = next(iter(self.params))
        return {"type": "object", "properties": properties, "required": [required]}


class SearchMode:
    """Offers the tools of `toolbox` through three tools: find, describe, call."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.toolbox = toolbox
        words = tomllib.loads((prompts_root() / "search.toml").read_text("utf-8"))
        self._synonyms: Mapping[str, str] = words["synonyms"]
        self._noise: Sequence[str] = words["noise"].split()
        self._ranking: tuple[Inventory, Ranking] | None = None
        self.tools: Mapping[str, SearchTool] = {
            name: SearchTool(name, entry["title"], entry["when"], entry["params"])
            for name, entry in words["tools"].items()
        }
        self._answers: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Answer]]] = {
            FIND: self._find,
            DESCRIBE: self._describe,
            CALL: self._call,
        }

    @property
    def keeper(self) -> CatalogKeeper:
        """Return what keeps the catalog."""
        return self.toolbox.keeper

    @property
    def is_simulated(self) -> bool:
        """Whether a sandbox answers, as far as is known."""
        return self.toolbox.is_simulated

    def telling(self, listener: ToolsListener) -> AbstractContextManager[None]:
        """Call `listener`, for as long as this lasts, after each swap of the tools to be found."""
        return self.toolbox.telling(listener)

    async def offered(self) -> Mapping[str, SearchTool]:
        """Return the three tools."""
        return self.tools

    async def call(self, name: str, arguments: Mapping[str, object]) -> Answer:
        """Return the answer to one call of the three.

        Raises:
            UnknownToolError: it is none of them.
        """
        if name not in self.tools:
            # An agent that knows a tool by its name gets it found, not called unseen.
            raise UnknownToolError(name, CALL)
        given = opened(arguments, self.tools[name].params, name).given
        first = next(iter(self.tools[name].params))
        if not isinstance(given.get(first), str) or not str(given[first]).strip():
            return self._refuse(name, ArgumentFault(first, given.get(first), "text is required"))
        return await self._answers[name](given)

    async def _find(self, given: Mapping[str, Any]) -> Answer:
        inventory = await self._inventory()
        query = clean(given["query"], _QUERY_LIMIT)
        found = self._ranked(inventory).find(query, _MOST_FOUND)
        if not found:
            groups = sorted({group for tool in inventory.tools.values() for group in tool.toolsets})
            words = f"no tool has these words; try others, or one of: {', '.join(groups)}"
            return Answer(words, {})
        head = f"{len(found)} of {len(inventory.tools)} tools, best first; call them with {CALL}"
        return Answer("\n".join([head, *(_signature(inventory.tools[name]) for name in found)]), {})

    async def _describe(self, given: Mapping[str, Any]) -> Answer:
        inventory = await self._inventory()
        name = name_meant(given["tool"], inventory)
        tool = inventory.tools.get(name)
        if tool is None:
            return self._unknown(DESCRIBE, UnknownToolError(name, inventory.closest(name)))
        properties = tool.input_schema["properties"]
        needed = tool.input_schema.get("required", ())
        lines = [f"{name}: {tool.description}"]
        lines += [_argument(key, part, key in needed) for key, part in properties.items()]
        return Answer("\n".join(lines), {})

    async def _call(self, given: Mapping[str, Any]) -> Answer:
        name = name_meant(given["tool"], await self._inventory())
        arguments = {key: value for key, value in given.items() if key != "tool"}
        text = arguments.get("arguments")
        if not is_absent(text) and as_object(text) is None:
            reason = 'is no JSON object; write it as {"symbol": "BTCUSDT"}'
            return self._refuse(CALL, ArgumentFault("arguments", text, reason))
        try:
            return await self.toolbox.call(name, arguments)
        except UnknownToolError as exc:
            return self._unknown(CALL, exc)

    async def _inventory(self) -> Inventory:
        await self.toolbox.offered()
        return self.toolbox.inventory

    def _ranked(self, inventory: Inventory) -> "Ranking":
        """Return the ranking of these tools; it is made once for each catalog."""
        if self._ranking is None or self._ranking[0] is not inventory:
            from .search import Ranking

            tools = inventory.tools.values()
            self._ranking = inventory, Ranking(tools, self._synonyms, self._noise)
        return self._ranking[1]

    def _unknown(self, asked: str, error: UnknownToolError) -> Answer:
        reason = f"no tool has this name; {FIND} finds them"
        fault = ArgumentFault("tool", error.name, reason, closest=error.closest)
        return self._refuse(asked, fault)

    def _refuse(self, name: str, fault: ArgumentFault) -> Answer:
        return self.toolbox.refuse(name, ArgumentError([fault]))


def name_meant(given: str, inventory: Inventory) -> str:
    """Return the name of the tool that is meant, without what clients put before it."""
    said = clean(given, _NAME_LIMIT).strip().lower().replace("-", "_")
    meant = (name for name in inventory.tools if is_name_of(said, name))
    return said if said in inventory.tools else max(meant, key=len, default=said)


def _signature(tool: Tool) -> str:
    """Return a tool's name, its arguments and what it answers, in one line.

    A needed argument has a `*`, and its values where these are a closed set.
    """
    properties = tool.input_schema["properties"]
    needed = tool.input_schema.get("required", ())
    free = [param.name for param in tool.endpoint.params if param.name not in needed]
    names = [*(_needed(name, properties[name]) for name in needed), *free]
    more = [", …"] if len(names) > _MOST_NAMES else []
    line = f"{tool.name}({', '.join(names[:_MOST_NAMES])}{''.join(more)}):"
    for sentence in _SENTENCE.split(tool.description):
        if len(line) + len(sentence) > _LONGEST_LINE:
            break
        line += f" {sentence}"
    return line.rstrip(";") if line[-1] != ":" else f"{line} {tool.title}"


def _needed(name: str, part: Mapping[str, Any]) -> str:
    values = part.get("items", part).get("enum")
    return f"{name}*: {'|'.join(map(str, values))}" if values else f"{name}*"


def _argument(name: str, part: Mapping[str, Any], is_needed: bool) -> str:
    """Return what is known of an argument, in one line."""
    items = part.get("items", {})
    kind = f"list of {items['type']}s" if items else part["type"]
    values = items.get("enum") or part.get("enum")
    facts = [
        " | ".join(map(str, values)) if values else kind,
        "several, as a list" if values and items else "",
        "required" if is_needed else "",
        *(f"{word} {part[key]}" for key, word in _BOUNDS.items() if key in part),
        part.get("description", ""),
    ]
    return f"- {name}: {'; '.join(filter(None, facts))}"


_BOUNDS = {"minimum": "from", "maximum": "to", "default": "default"}

# What a server offers, and what is listed of it.
Offer = Toolbox | SearchMode
Offered = Tool | SearchTool
