"""The tools in force: what is offered now, how it is called, how it is swapped."""

from collections.abc import Awaitable, Callable, Mapping

from ..catalog import Catalog, CatalogKeeper, Hint
from ..composites import Composite
from ..errors import BackQuantError, VanishedToolError
from ..logs import Log
from ..views import Answer
from .call import Desk
from .inventory import NO_COMPOSITES, Inventory, Tool
from .selection import EVERYTHING, Selection

_log = Log(__name__)
FIRST_LIST_WAIT_S = 2.0

ToolsListener = Callable[[], Awaitable[None]]


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
    """Lists and calls the tools of the catalog in force.

    The whole inventory is replaced in one step when the catalog changes, so a caller sees either
    the old list or the new one.
    """

    def __init__(
        self,
        keeper: CatalogKeeper,
        desk: Desk,
        hints: Mapping[str, Hint],
        selection: Selection = EVERYTHING,
        composites: Mapping[str, Composite] = NO_COMPOSITES,
    ) -> None:
        self.keeper = keeper
        self._desk = desk
        self._hints = hints
        self._selection = selection
        self._composites = composites
        self._listeners: list[ToolsListener] = []
        self._vanished: set[str] = set()
        self.inventory = self._first_inventory()
        every = self.inventory.every
        for name in selection.check({name: tool.toolsets for name, tool in every.items()}):
            _log.warning("no tool of this name", name=name)
        keeper.on_change(self._swap)

    def _first_inventory(self) -> Inventory:
        try:
            return self._inventory_of(self.keeper.current)
        except Exception as exc:
            # A stored catalog comes from outside; no start may fail on it.
            self.keeper.fall_back(type(exc).__name__)
            return self._inventory_of(self.keeper.current)

    def _inventory_of(self, catalog: Catalog) -> Inventory:
        return Inventory(catalog, self._hints, self._selection, self._composites)

    def on_change(self, listener: ToolsListener) -> None:
        """Call `listener` after each swap that changes what a client is shown."""
        self._listeners.append(listener)

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
        if tool is None and name in self._vanished:
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

    async def _swap(self, catalog: Catalog) -> None:
        before, was_simulated = self.inventory, self.is_simulated
        self.inventory = self._inventory_of(catalog)
        names = self.inventory.tools.keys()
        self._vanished = (self._vanished | before.tools.keys()) - names
        if self.inventory.listed == before.listed and self.is_simulated == was_simulated:
            return
        for listener in self._listeners:
            with _log.survive("new tools not told"):
                await listener()
