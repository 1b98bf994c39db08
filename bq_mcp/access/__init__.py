"""Decide who may enter the HTTP server, and whose key is spent."""

from .configured import entrance_of
from .entrance import Entrance
from .model import METADATA_PATH, AccessError, Caller

__all__ = ["METADATA_PATH", "AccessError", "Caller", "Entrance", "entrance_of"]
