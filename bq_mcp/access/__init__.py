"""Decide who may enter the HTTP server, and whose key is spent."""

from .configured import entrance_of
from .entrance import Entrance
from .model import METADATA_PATH, AccessError, Caller
from .pass_through import network_of

__all__ = ["METADATA_PATH", "AccessError", "Caller", "Entrance", "entrance_of", "network_of"]
