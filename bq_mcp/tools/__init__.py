"""Offer the endpoints of a catalog as tools and carry out their calls."""

from .call import Desk
from .inventory import Inventory, Tool
from .toolbox import Toolbox, UnknownToolError

__all__ = ["Desk", "Inventory", "Tool", "Toolbox", "UnknownToolError"]
