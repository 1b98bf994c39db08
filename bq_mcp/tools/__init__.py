"""Offer the endpoints of a catalog as tools and carry out their calls."""

from .call import Desk
from .inventory import Inventory, Tool
from .opening import is_wrapper
from .toolbox import Toolbox, UnknownToolError

__all__ = ["Desk", "Inventory", "Tool", "Toolbox", "UnknownToolError", "is_wrapper"]
