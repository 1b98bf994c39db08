"""The inventory in force for one selection of tools, and who is told when it is swapped."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from ..catalog import Catalog, CatalogKeeper, Hint
from ..composites import Composite
from ..logs import Log
from .inventory import NO_COMPOSITES, Inventory
from .selection import EVERYTHING, Selection

_log = Log(__name__)

ToolsListener = Callable[[], Awaitable[None]]


class Stock:
    """The tools that a selection takes from the catalog in force; knows nothing of any key.

    The whole inventory is replaced in one step when the catalog changes, so a caller sees either
    the old list or the new one. `vanished` are the names of tools that upstream listed before.
    """

    def __init__(
        self,
        keeper: CatalogKeeper,
        hints: Mapping[str, Hint],
        selection: Selection = EVERYTHING,
        composites: Mapping[str, Composite] = NO_COMPOSITES,
    ) -> None:
        self.keeper = keeper
        self._hints = hints
        self._selection = selection
        self._composites = composites
        self._listeners: list[ToolsListener] = []
        self.vanished: set[str] = set()
        self.inventory = self._first_inventory()
        every = self.inventory.every
        for name in selection.check({name: tool.toolsets for name, tool in every.items()}):
            _log.warning("no tool of this name", name=name)

    def _first_inventory(self) -> Inventory:
        try:
            return self._inventory_of(self.keeper.current)
        except Exception as exc:
            # A stored catalog comes from outside; no start may fail on it.
            self.keeper.fall_back(type(exc).__name__)
            return self._inventory_of(self.keeper.current)

    def _inventory_of(self, catalog: Catalog) -> Inventory:
        return Inventory(catalog, self._hints, self._selection, self._composites)

    @contextmanager
    def telling(self, listener: ToolsListener) -> Iterator[None]:
        """Call `listener`, for as long as this lasts, after each swap that a client would see."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def swap(self, catalog: Catalog) -> None:
        """Take the tools from another catalog."""
        before = self.inventory
        self.inventory = self._inventory_of(catalog)
        self.vanished = (self.vanished | before.tools.keys()) - self.inventory.tools.keys()
        was_simulated = before.catalog.simulated
        if self.inventory.listed == before.listed and catalog.simulated == was_simulated:
            return
        for listener in [*self._listeners]:
            with _log.survive("new tools not told"):
                await listener()
