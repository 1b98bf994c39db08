"""The offered list: one tool per endpoint, made from a catalog and the hints."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from ..catalog import NO_HINT, Catalog, Endpoint, Hint
from .arguments import ArgumentDoctor
from .schema import Schema, description, detail_name, input_schema, title, tool_names


@dataclass(frozen=True)
class Tool:
    """One endpoint as it is offered; schema and argument rules are made when first needed."""

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
    def detail_name(self) -> str:
        """Return what our own `detail` argument is called here."""
        return detail_name(self.endpoint)

    @cached_property
    def input_schema(self) -> Schema:
        """Return the JSON Schema offered to clients."""
        return input_schema(self.endpoint, self.hint)

    @cached_property
    def doctor(self) -> ArgumentDoctor:
        """Return what checks the arguments of this tool."""
        return ArgumentDoctor(self.endpoint, self.hint)


class Inventory:
    """All tools of one catalog, by name; immutable, replaced whole when the catalog changes."""

    def __init__(self, catalog: Catalog, hints: Mapping[str, Hint]) -> None:
        self.catalog = catalog
        self.names = tool_names(catalog.endpoints, settled=hints)
        by_path = catalog.by_path()
        tools = (
            Tool(name, by_path[path], hints.get(path, NO_HINT)) for path, name in self.names.items()
        )
        self.tools: Mapping[str, Tool] = {
            tool.name: tool for tool in sorted(tools, key=lambda tool: tool.name)
        }

    def closest(self, name: str) -> str | None:
        """Return the tool whose name is most like `name`, None where nothing is like it."""
        found = get_close_matches(name[:80].lower(), self.tools, n=1, cutoff=0.4)
        return found[0] if found else None
