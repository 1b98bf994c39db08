"""The tools in force, and how they are called with one key."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from ..catalog import CatalogKeeper
from ..errors import BackQuantError, VanishedToolError
from ..views import Answer
from .call import Desk
from .inventory import Inventory, Tool
from .stock import Stock, ToolsListener

FIRST_LIST_WAIT_S = 2.0


class UnknownToolError(LookupError):
    """No tool has this name; `closest` is the nearest one.

    `is_hidden`: there is one, but the selection does not offer it.
    """

    def __init__(self, name: str, closest: str | None, *, is_hidden: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.closest = closest
        self.is_hidden = is_hidden


class Toolbox:
    """Lists the tools of a stock and calls them at a desk."""

    def __init__(self, stock: Stock, desk: Desk) -> None:
        self._stock = stock
        self._desk = desk

    @property
    def keeper(self) -> CatalogKeeper:
        """Return what keeps the catalog."""
        return self._stock.keeper

    @property
    def inventory(self) -> Inventory:
        """Return the tools in force at this moment."""
        return self._stock.inventory

    def telling(self, listener: ToolsListener) -> AbstractContextManager[None]:
        """Call `listener`, for as long as this lasts, after each swap that a client would see."""
        return self._stock.telling(listener)

    @property
    def is_simulated(self) -> bool:
        """Whether a sandbox answers, as far as is known."""
        return self._desk.is_simulated(self.inventory)

    @property
    def toolbox(self) -> "Toolbox":
        """Return this: what offers tools has them all somewhere."""
        return self

    @property
    def tools(self) -> Mapping[str, Tool]:
        """Return the tools on offer now."""
        return self.inventory.tools

    async def offered(self) -> Mapping[str, Tool]:
        """Return the tools to list.

        Where the start had nothing of this base URL's own, this waits a moment for the live
        catalog, because many clients list only once.
        """
        if not self.keeper.is_stored:
            await self.keeper.wait_for_remote(FIRST_LIST_WAIT_S)
        return self.tools

    def refuse(self, name: str, error: BackQuantError) -> Answer:
        """Return the answer to a call of `name` that cannot be carried out."""
        return self._desk.refuse(name, error, self.inventory)

    async def call(self, name: str, arguments: Mapping[str, object]) -> Answer:
        """Return the answer to one tool call.

        A call of a tool that upstream no longer lists gets an answer that names the nearest one.

        Raises:
            UnknownToolError: no tool on offer ever had this name, also after the first live
                catalog.
        """
        if name not in self.inventory.tools and not self.keeper.is_final:
            await self.keeper.wait_for_remote(FIRST_LIST_WAIT_S)
        inventory = self.inventory
        tool = inventory.tools.get(name)
        if tool is None and name in self._stock.vanished:
            return self.refuse(name, VanishedToolError(name, inventory.closest(name)))
        if tool is None:
            if name in inventory.every:
                # A name like it says nothing of what could stand in for it.
                raise UnknownToolError(name, None, is_hidden=True)
            raise UnknownToolError(name, inventory.closest(name))
        return await self._desk.call(tool, arguments, inventory)

    def at(self, path: str) -> Tool | None:
        """Return the tool of a path, offered or not; None where upstream does not list it."""
        every = self.inventory.every.values()
        return next((tool for tool in every if tool.endpoint.path == path), None)

    async def choices(self, path: str, name: str, given: Mapping[str, object]) -> list[str]:
        """Return what may be written for a parameter of a path, [] where that is not known.

        `given` are arguments beside it, such as the symbol whose expiries are meant.
        """
        tool = self.at(path)
        if tool is None or name not in tool.checker.forms:
            return []
        listed = tool.checker.forms[name].listed
        return await self._desk.choices(tool, name, given, self.at(listed) if listed else None)
