"""Which resources there are over a toolbox, and which one a uri means."""

from collections.abc import Iterator, Sequence

import mcp.types as types
from mcp.shared.exceptions import MCPError

from ..guides import topics
from ..text import clean
from ..tools import Toolbox, spelled
from .addresses import GUIDE, Address, Place, addresses, split

URI_LIMIT = 120


class Places:
    """The resources at hand; the answer of a tool is one as long as the toolbox offers the tool."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    def offered(self) -> Iterator[Address]:
        """Return the addresses in force."""
        tools = self._toolbox.inventory.tools
        return (one for one in addresses().values() if not one.tool or one.tool in tools)

    def every(self) -> Iterator[Place]:
        """Return each resource, those of a variable by the values it is known to have."""
        for address in self.offered():
            if address.variable:
                yield from (Place(address, value) for value in self._values(address))
            else:
                yield Place(address)

    def at(self, uri: str) -> Place | None:
        """Return the resource at a uri, its symbol or topic spelled loosely; None without one."""
        kind, value = split(uri) or ("", "")
        address = next((one for one in self.offered() if one.kind == kind), None)
        if address is None or bool(value) != bool(address.variable):
            return None
        known = self._values(address) if value else ()
        found = spelled(value, known) if known else value
        return None if found is None else Place(address, found)

    def found(self, uri: str) -> Place:
        """Return the resource at a uri.

        Raises:
            MCPError: there is none; it names those of the same kind, else every address.
        """
        if (place := self.at(uri)) is None:
            raise self.unknown(uri)
        return place

    def unknown(self, uri: str) -> MCPError:
        """Return the error for a uri without a resource."""
        kind, _ = split(uri) or ("", "")
        near = [place.uri for place in self.every() if place.address.kind == kind]
        there = near or [address.uri for address in self.offered()]
        shown = clean(uri, URI_LIMIT)
        message = f"Unknown resource: {shown}; there are {', '.join(there)}"
        return MCPError(types.INVALID_PARAMS, message, {"uri": shown})

    def _values(self, address: Address) -> Sequence[str]:
        if address.kind == GUIDE:
            return list(topics())
        tool = self._toolbox.inventory.tools[address.tool]
        schema = tool.input_schema["properties"].get(address.variable, {})
        # Of what a catalog from outside lists, only that which an address can hold.
        listed = (value for value in schema.get("enum", ()) if isinstance(value, str))
        return [value for value in listed if split(address.of(value))]
