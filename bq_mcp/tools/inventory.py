"""The offered list: the composites and one tool per endpoint, from a catalog and the hints."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from ..catalog import NO_HINT, Catalog, Endpoint, Hint
from ..composites import Composite
from ..logs import Log
from .arguments import ArgumentChecker
from .schema import InputSchema, description, input_schema, title, tool_names, without_pointers
from .selection import CORE, EVERYTHING, NEW, Selection

_log = Log(__name__)
# Today's list takes 45,000 characters.
LISTING_LIMIT = 500_000
NO_COMPOSITES: Mapping[str, Composite] = MappingProxyType({})


@dataclass(frozen=True)
class Tool:
    """One endpoint as it is offered; its argument rules are made when first needed."""

    name: str
    endpoint: Endpoint
    hint: Hint

    @property
    def title(self) -> str:
        """Return the short human name."""
        return title(self.endpoint, self.hint)

    @property
    def description(self) -> str:
        """Return when to use this tool."""
        return description(self.endpoint, self.hint)

    @property
    def toolsets(self) -> frozenset[str]:
        """Return the toolsets this tool is in."""
        return frozenset({self.hint.toolset or NEW, *([CORE] if self.hint.core else ())})

    @cached_property
    def input_schema(self) -> InputSchema:
        """Return the JSON Schema offered to clients."""
        return input_schema(self.endpoint, self.hint)

    @cached_property
    def listed(self) -> str:
        """Return all that a client is shown of this tool, as JSON text."""
        return json.dumps([self.name, self.title, self.description, self.input_schema])

    @cached_property
    def checker(self) -> ArgumentChecker:
        """Return what checks the arguments of this tool."""
        return ArgumentChecker(self.name, self.endpoint, self.hint)


@dataclass(frozen=True)
class CompositeTool(Tool):
    """A composite as it is offered; `parts` maps each path it may ask to that endpoint.

    They bear its name, so that what is wrong with a part is said of the tool that was called.
    """

    composite: Composite
    parts: Mapping[str, Tool]


class Inventory:
    """The tools of one catalog by name; immutable, replaced whole when the catalog changes.

    `every` has all of them, `tools` those that the selection offers. Where a list would be too long
    to show, composites and tools that have a hint go before those without. No endpoint takes the
    name of a composite.
    """

    def __init__(
        self,
        catalog: Catalog,
        hints: Mapping[str, Hint],
        selection: Selection = EVERYTHING,
        composites: Mapping[str, Composite] = NO_COMPOSITES,
    ) -> None:
        self.catalog = catalog
        by_path = catalog.by_path()
        names = tool_names(catalog.endpoints, settled=hints, reserved=composites)
        tools = [
            Tool(name, by_path[path], hints.get(path, NO_HINT)) for path, name in names.items()
        ]
        joint = filter(None, (_composite_tool(of, by_path, hints) for of in composites.values()))
        every = sorted([*joint, *tools], key=lambda tool: tool.name)
        self.every: Mapping[str, Tool] = {tool.name: tool for tool in every}
        taken = [tool for tool in every if selection.takes(tool.name, tool.toolsets)]
        known = {*composites, *hints}
        taken.sort(key=lambda tool: tool.endpoint.path not in known)
        offered = list(_as_many_as_fit(taken))
        if len(offered) < len(taken):
            _log.warning("tools left out, the list is full", left_out=len(taken) - len(offered))
        offered.sort(key=lambda tool: tool.name)
        shown = {tool.name for tool in offered}
        if len(shown) < len(every):
            offered = [_without_pointers(tool, shown) for tool in offered]
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in offered}
        self.names = {tool.endpoint.path: tool.name for tool in self.tools.values()}

    @property
    def listed(self) -> list[str]:
        """Return all that a client is shown of these tools."""
        return [tool.listed for tool in self.tools.values()]

    def closest(self, name: str) -> str | None:
        """Return the tool whose name is most like `name`, None where nothing is like it."""
        found = get_close_matches(name[:80].lower(), self.tools, n=1, cutoff=0.4)
        return found[0] if found else None


def _composite_tool(
    composite: Composite, by_path: Mapping[str, Endpoint], hints: Mapping[str, Hint]
) -> CompositeTool | None:
    """Return a composite as a tool, None where upstream offers none of its parts."""
    endpoint = composite.endpoint(by_path)
    if endpoint is None:
        return None
    paths = {part.path for part in composite.parts} & by_path.keys()
    parts = {path: Tool(composite.name, by_path[path], hints.get(path, NO_HINT)) for path in paths}
    return CompositeTool(composite.name, endpoint, composite.hint, composite, parts)


def _without_pointers(tool: Tool, offered: Container[str]) -> Tool:
    when = without_pointers(tool.hint.when, offered)
    return replace(tool, hint=replace(tool.hint, when=when))


def _as_many_as_fit(tools: Iterable[Tool]) -> Iterator[Tool]:
    length = 0
    for tool in tools:
        length += len(tool.listed)
        if length > LISTING_LIMIT:
            return
        yield tool
