"""Offer the endpoints of a catalog as tools and carry out their calls."""

from .call import Desk
from .inventory import Inventory, Tool
from .members import spelled
from .opening import is_wrapper
from .search_mode import Offer, Offered, SearchMode
from .selection import Selection
from .stock import Stock
from .toolbox import Toolbox, UnknownToolError

__all__ = [
    "Desk",
    "Inventory",
    "Offer",
    "Offered",
    "SearchMode",
    "Selection",
    "Stock",
    "Tool",
    "Toolbox",
    "UnknownToolError",
    "is_wrapper",
    "spelled",
]
